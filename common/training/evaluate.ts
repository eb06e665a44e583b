// How good a classifier is on a split: loss, accuracy, confusion matrix, the most confidently wrong images.
import type * as tf from '@tensorflow/tfjs-core';
import { compile } from '../backend/index.js';
import { ConfusionMatrix } from '../metrics/confusionMatrix.js';
import { UserError } from '../utils/index.js';
import type { Mistake } from './callbacks.js';
import type { Classifier } from './onnx.js';

export interface Evaluation {
  /** Mean cross-entropy in nats, without label smoothing. */
  loss: number;
  accuracy: number;
  confusion: ConfusionMatrix;
  /** Worst first. */
  mistakes: Mistake[];
}

interface EvaluationSource {
  batches(epoch: number): AsyncIterable<{ image: tf.Tensor4D; label: tf.Tensor1D; indices: Int32Array }>;
}

/**
 * A function that evaluates the model, as it then stands, on all batches of a loader: `await evaluator(model)(loader)`. It is compiled once; the
 * model is in inference mode while it runs and afterwards as before. Sums are doubles on the host, so the batch size does not change the metrics.
 *
 * @param options `classes`: how many there are; default: as many as the model has outputs. `keep`: how many mistakes are listed, default 24.
 * @throws UserError where the loader gives no batch.
 */
export function evaluator(model: Classifier, options: { classes?: number; keep?: number } = {}) {
  const logitsOf = compile((image: tf.Tensor4D) => model.forward(image));
  return async (loader: EvaluationSource): Promise<Evaluation> => {
    let confusion: ConfusionMatrix | undefined;
    let mistakes: Mistake[] = [];
    let loss = 0;
    const wasTraining = model.training;
    model.eval();
    try {
      for await (const { image, label, indices } of loader.batches(0)) {
        const output = logitsOf(image);
        const logits = output.dataSync();
        const labels = label.dataSync();
        const { classes = output.shape.at(-1) ?? 1, keep = 24 } = options;
        output.dispose();
        confusion ??= new ConfusionMatrix(classes);
        const predicted = new Int32Array(labels.length);
        labels.forEach((target, i) => {
          const { best, logSum } = scan(logits.subarray(i * classes, (i + 1) * classes));
          predicted[i] = best;
          loss += logSum - (logits[i * classes + target] ?? Number.NaN);
          const confidence = Math.exp((logits[i * classes + best] ?? Number.NaN) - logSum);
          if (best !== target) mistakes.push({ index: indices[i] ?? -1, label: target, predicted: best, confidence });
        });
        confusion.update(predicted, labels);
        mistakes = mistakes.sort((a, b) => b.confidence - a.confidence || a.index - b.index).slice(0, keep);
      }
    } finally {
      model.train(wasTraining);
    }
    if (confusion === undefined) throw new UserError('There is nothing to evaluate on: the loader gives no batch.');
    return { loss: loss / confusion.total, accuracy: confusion.accuracy, confusion, mistakes };
  };
}

/** Index of the largest value (the first of equals) and log Σ exp. */
function scan(values: ArrayLike<number>): { best: number; logSum: number } {
  let best = 0;
  for (let c = 1; c < values.length; c++) if ((values[c] ?? 0) > (values[best] ?? 0)) best = c;
  const largest = values[best] ?? 0;
  let sum = 0;
  for (let c = 0; c < values.length; c++) sum += Math.exp((values[c] ?? 0) - largest);
  return { best, logSum: largest + Math.log(sum) };
}
