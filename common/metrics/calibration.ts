import { addTo, type ExactSum, emptySum, mergeSum, sumOf } from './exactSum.js';
import {
  checkCount,
  checkProbabilities,
  firstLargest,
  type Numbers,
  readLabels,
  readNumbers,
  readScores,
} from './inputs.js';
import { defineMetric } from './metric.js';

export interface CalibrationOptions {
  classes: number;
  /** Bins of equal width over 0 to 1; default 15. */
  bins?: number;
}

/** One bar of the reliability diagram: confidences in (lower, upper]; the first bin holds 0 too. */
export interface CalibrationBin {
  lower: number;
  upper: number;
  count: number;
  /** Share of the bin's samples that were right; NaN without samples. */
  accuracy: number;
  /** Mean confidence of the bin's samples; NaN without samples. */
  confidence: number;
}

export interface Calibration {
  /** Expected calibration error: Σ count/n · |accuracy - confidence|. */
  ece: number;
  /** Maximum calibration error: the largest |accuracy - confidence| of a bin that has samples. */
  mce: number;
  bins: CalibrationBin[];
}

interface BinSums {
  count: number;
  right: number;
  confidence: ExactSum;
}

/**
 * Calibration error with bins of equal width (Naeini et al. 2015; Guo et al. 2017, «On Calibration of Modern Neural Networks», §2).
 * `update(probabilities, targets [B])`. Probabilities [B, classes]: how sure the model is of the class that it predicts, against how often
 * it is right. Flat probabilities [B] with `classes: 2`: the probability of class 1 against how often it is 1 (scikit-learn's `calibration_curve`).
 */
export function createCalibration({ classes, bins = 15 }: CalibrationOptions) {
  checkCount(classes, 'classes', 2);
  checkCount(bins, 'bins', 1);
  return defineMetric<[probabilities: Numbers, targets: Numbers], Calibration, BinSums[]>({
    name: 'calibration',
    settings: { classes, bins },
    empty: () => Array.from({ length: bins }, () => ({ count: 0, right: 0, confidence: emptySum() })),
    update(sums, probabilities, targets) {
      const labels = readLabels(targets, classes);
      const rows = labels.length;
      const read = readNumbers(probabilities, 'predictions');
      const flat = classes === 2 && read.data.length === rows && (read.shape?.length ?? 1) === 1;
      const data = flat ? read.data : readScores(probabilities, rows, classes);
      checkProbabilities(data, flat ? 1 : classes);
      for (let i = 0; i < rows; i++) {
        const best = flat ? i : firstLargest(data, i * classes, classes);
        const confidence = data[best] ?? 0;
        const bin = sums[binOf(confidence, bins)]!;
        bin.count++;
        if (flat ? labels[i] === 1 : best - i * classes === labels[i]) bin.right++;
        addTo(bin.confidence, confidence);
      }
    },
    merge(sums, other) {
      sums.forEach((bin, i) => {
        const more = other[i]!;
        bin.count += more.count;
        bin.right += more.right;
        mergeSum(bin.confidence, more.confidence);
      });
    },
    compute(sums) {
      const total = sums.reduce((all, { count }) => all + count, 0);
      let ece = 0;
      let mce = 0;
      const result = sums.map(({ count, right, confidence }, i): CalibrationBin => {
        const bin = { count, accuracy: right / count, confidence: sumOf(confidence) / count };
        if (count > 0) {
          const gap = Math.abs(bin.accuracy - bin.confidence);
          ece += (gap * count) / total;
          mce = Math.max(mce, gap);
        }
        return { lower: i / bins, upper: (i + 1) / bins, ...bin };
      });
      return total === 0 ? { ece: Number.NaN, mce: Number.NaN, bins: result } : { ece, mce, bins: result };
    },
  });
}

/** The bin whose (i/bins, (i+1)/bins] holds the confidence. The product may round across an edge, so the edges themselves decide. */
function binOf(confidence: number, bins: number): number {
  let bin = Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1));
  if (bin > 0 && confidence <= bin / bins) bin--;
  else if (bin < bins - 1 && confidence > (bin + 1) / bins) bin++;
  return bin;
}
