import { UserError } from '../utils/index.js';
import { type Numbers, readNumbers, refuseNaN, shapeText, type Values } from './inputs.js';

/** Predictions and targets of equal shape, without NaN. */
export function readPairs(predictions: Numbers, targets: Numbers): { predicted: Values; actual: Values } {
  const predicted = readNumbers(predictions, 'predictions');
  const actual = readNumbers(targets, 'targets');
  const sameShape =
    predicted.shape === undefined || actual.shape === undefined || predicted.shape.join() === actual.shape.join();
  // [B, 1] beside [B] is the usual slip, and harmless here; [B, 1] beside [1, B] is not.
  const vectors = [predicted, actual].every(({ data, shape }) => shape === undefined || shape[0] === data.length);
  if (predicted.data.length !== actual.data.length || !(sameShape || vectors))
    throw new UserError(
      `predictions have ${shapeText(predicted)}, targets ${shapeText(actual)}; they must be of equal shape`,
    );
  refuseNaN(predicted.data, 'predictions');
  refuseNaN(actual.data, 'targets');
  return { predicted, actual };
}

/** `value(prediction, target)` of each pair. */
export function pairValues(
  predictions: Numbers,
  targets: Numbers,
  value: (predicted: number, actual: number) => number,
): Float64Array {
  const { predicted, actual } = readPairs(predictions, targets);
  return Float64Array.from({ length: actual.data.length }, (_, i) =>
    value(predicted.data[i] ?? 0, actual.data[i] ?? 0),
  );
}
