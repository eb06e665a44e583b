// How metrics read predictions and targets: tensors, typed arrays, arrays and rows of arrays, with errors that name the row.
import type * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../utils/index.js';

/** A tensor (read back, not disposed), numbers one after another (row-major), or rows of equal length. */
export type Numbers = tf.Tensor | ArrayLike<number> | readonly ArrayLike<number>[];

export interface Values {
  data: ArrayLike<number>;
  /** Known of tensors and of rows; undefined of flat numbers, whose length then decides. */
  shape: readonly number[] | undefined;
}

const isTensor = (values: Numbers): values is tf.Tensor => 'dataSync' in values;
const isRows = (values: ArrayLike<number> | readonly ArrayLike<number>[]): values is readonly ArrayLike<number>[] =>
  Array.isArray(values) && typeof values[0] === 'object' && values[0] !== null;

export function readNumbers(values: Numbers, what: string): Values {
  if (isTensor(values)) return { data: values.dataSync(), shape: values.shape };
  if (!isRows(values)) return { data: values, shape: undefined };
  const width = values[0]?.length ?? 0;
  const data = new Float64Array(values.length * width);
  values.forEach((row, r) => {
    if (row.length !== width)
      throw new UserError(
        `${what}: row ${r} has ${row.length} values, row 0 has ${width}; rows must be of equal length`,
      );
    data.set(row, r * width);
  });
  return { data, shape: [values.length, width] };
}

/** `[3, 4]`, or the number of values where only that is known. */
export const shapeText = ({ data, shape }: Values): string =>
  shape === undefined ? `${data.length} values` : `shape [${shape.join(', ')}]`;

export function refuseNaN(data: ArrayLike<number>, what: string, width = 1): void {
  for (let i = 0; i < data.length; i++)
    if (typeof data[i] !== 'number' || Number.isNaN(data[i]))
      throw new UserError(`${what}: the value of row ${Math.floor(i / width)} is ${data[i]}; metrics need numbers`);
}

/** Class indices [B]: whole numbers from 0 to classes - 1, or `ignoreIndex`. */
export function readLabels(
  labels: Numbers,
  classes: number,
  what = 'targets',
  ignoreIndex?: number,
): ArrayLike<number> {
  const read = readNumbers(labels, what);
  if (read.shape !== undefined && read.shape.length !== 1)
    throw new UserError(`${what} have ${shapeText(read)}; class indices of shape [rows] are expected`);
  for (let i = 0; i < read.data.length; i++) {
    const label = read.data[i] ?? -1;
    if (label !== ignoreIndex && !(Number.isInteger(label) && label >= 0 && label < classes))
      throw new UserError(`${what}: label ${read.data[i]} at row ${i} is no class; classes are 0 to ${classes - 1}`);
  }
  return read.data;
}

/** Whether each sample is of each class [B, classes], row-major: 0 or 1. */
export function readIndicators(values: Numbers, classes: number, what = 'targets'): ArrayLike<number> {
  const read = readNumbers(values, what);
  const fits =
    read.shape === undefined || (read.shape.length === 2 && read.shape[1] === classes) || read.data.length === 0;
  if (!fits || read.data.length % classes !== 0)
    throw new UserError(`${what} have ${shapeText(read)}; 0 and 1 of shape [rows, ${classes}] are expected`);
  for (let i = 0; i < read.data.length; i++)
    if (read.data[i] !== 0 && read.data[i] !== 1)
      throw new UserError(
        `${what}: ${read.data[i]} at row ${Math.floor(i / classes)}, class ${i % classes}; 0 or 1 is expected`,
      );
  return read.data;
}

/** Scores [B, classes], row-major, for `rows` targets; NaN is refused. */
export function readScores(scores: Numbers, rows: number, classes: number, what = 'predictions'): ArrayLike<number> {
  const read = readNumbers(scores, what);
  const fits =
    read.shape === undefined || (read.shape.length === 2 && read.shape[1] === classes) || read.data.length === 0;
  if (!fits || read.data.length !== rows * classes)
    throw new UserError(
      `${what} have ${shapeText(read)}; scores of shape [rows, classes] = [${rows}, ${classes}] are expected for ${rows} targets`,
    );
  refuseNaN(read.data, what, classes);
  return read.data;
}

/** Classes as they are [B], or the first largest of the scores [B, classes], as numpy's argmax. */
export function readPredictions(predictions: Numbers, rows: number, classes: number): ArrayLike<number> {
  const read = readNumbers(predictions, 'predictions');
  const flat = read.shape === undefined ? classes === 1 || read.data.length !== rows * classes : read.shape.length < 2;
  if (flat || read.data.length === 0) {
    if (read.data.length !== rows)
      throw new UserError(
        `${rows} targets, but predictions have ${shapeText(read)}: pass classes of shape [${rows}] or scores of shape [${rows}, ${classes}]`,
      );
    return readLabels(read.data, classes, 'predictions');
  }
  const scores = readScores(predictions, rows, classes);
  const best = new Int32Array(rows);
  for (let r = 0; r < rows; r++) best[r] = firstLargest(scores, r * classes, classes) - r * classes;
  return best;
}

export function firstLargest(scores: ArrayLike<number>, from: number, count: number): number {
  let best = from;
  for (let i = from + 1; i < from + count; i++) if ((scores[i] ?? 0) > (scores[best] ?? 0)) best = i;
  return best;
}

/** Throws where probabilities are outside 0 to 1 or a row does not add up to 1 (within 1e-3: half precision softmax passes). */
export function checkProbabilities(data: ArrayLike<number>, classes: number, what = 'predictions'): void {
  for (let row = 0; row < data.length / classes; row++) {
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const p = data[row * classes + c] ?? Number.NaN;
      if (!(p >= 0 && p <= 1.000001))
        throw new UserError(`${what}: ${p} at row ${row} is no probability; pass the softmax of the logits`);
      sum += p;
    }
    if (classes > 1 && Math.abs(sum - 1) > 1e-3)
      throw new UserError(`${what}: row ${row} adds up to ${sum}, not to 1; pass the softmax of the logits`);
  }
}

/** Whole number of at least `least`, or a UserError that names the option. */
export function checkCount(value: number, name: string, least: number): number {
  if (!Number.isInteger(value) || value < least)
    throw new UserError(`${name} is ${value}; it must be a whole number of at least ${least}`);
  return value;
}
