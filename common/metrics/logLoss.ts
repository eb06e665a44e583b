import type { ClassesOptions } from './confusionMatrix.js';
import { checkCount, checkProbabilities, type Numbers, readLabels, readNumbers, readScores } from './inputs.js';
import { meanMetric } from './mean.js';

export interface LogLossOptions extends ClassesOptions {
  /** Predictions are logits: softmax is applied here, in doubles, and nothing is clipped. Default false. */
  logits?: boolean;
}

/**
 * Log loss (cross-entropy), -mean ln p(target), in nats. `update(probabilities [B, classes], targets [B])`; with two classes also flat
 * probabilities [B] of class 1. Probabilities are clipped to [eps, 1 - eps], eps = 2⁻²³ for float32 and 2⁻⁵² for doubles: scikit-learn's `log_loss`.
 */
export function createLogLoss({ classes, logits = false, ignoreIndex }: LogLossOptions) {
  checkCount(classes, 'classes', 2);
  return meanMetric<[predictions: Numbers, targets: Numbers]>(
    'logLoss',
    { classes, logits, ignoreIndex: ignoreIndex ?? null },
    (predictions, targets) => {
      const labels = readLabels(targets, classes, 'targets', ignoreIndex);
      const read = readNumbers(predictions, 'predictions');
      const flat = classes === 2 && !logits && read.data.length === labels.length && (read.shape?.length ?? 1) === 1;
      const data = flat ? read.data : readScores(predictions, labels.length, classes);
      if (!logits) checkProbabilities(data, flat ? 1 : classes);
      const eps = read.data instanceof Float32Array ? 2 ** -23 : 2 ** -52;
      const losses: number[] = [];
      for (let i = 0; i < labels.length; i++) {
        const label = labels[i] ?? 0;
        if (label === ignoreIndex) continue;
        if (logits) losses.push(crossEntropyOf(data, i * classes, classes, label));
        else {
          const p = flat ? (label === 1 ? (data[i] ?? 0) : 1 - (data[i] ?? 0)) : (data[i * classes + label] ?? 0);
          losses.push(-Math.log(Math.min(1 - eps, Math.max(eps, p))));
        }
      }
      return losses;
    },
  );
}

/** ln Σ exp(logits) - logits[label] of the `classes` logits from `from` on, without overflow. */
export function crossEntropyOf(logits: ArrayLike<number>, from: number, classes: number, label: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < classes; c++) largest = Math.max(largest, logits[from + c] ?? Number.NaN);
  let sum = 0;
  for (let c = 0; c < classes; c++) sum += Math.exp((logits[from + c] ?? 0) - largest);
  return largest - (logits[from + label] ?? Number.NaN) + Math.log(sum);
}
