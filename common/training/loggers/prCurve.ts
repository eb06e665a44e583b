/** Rows of TensorBoard's PR curve: one number a threshold i/(thresholds − 1), above or at which a score counts as positive. */
export interface PrCurve {
  truePositives: number[];
  falsePositives: number[];
  trueNegatives: number[];
  falseNegatives: number[];
  precision: number[];
  recall: number[];
}

/**
 * Counts over evenly spaced thresholds, as TensorBoard's pr_curve plugin and PyTorch's `add_pr_curve` do.
 * @param labels 0 or 1, `scores` in [0, 1]. Throws a RangeError naming the first that is not.
 */
export function prCurveOf(labels: ArrayLike<number>, scores: ArrayLike<number>, thresholds = 127): PrCurve {
  if (labels.length !== scores.length)
    throw new RangeError(`a PR curve of ${labels.length} labels and ${scores.length} scores`);
  if (!Number.isInteger(thresholds) || thresholds < 2)
    throw new RangeError(`a PR curve needs 2 thresholds or more, not ${thresholds}`);
  const positives = new Float64Array(thresholds);
  const negatives = new Float64Array(thresholds);
  for (let i = 0; i < scores.length; i++) {
    const [label, score] = [labels[i]!, scores[i]!];
    if (label !== 0 && label !== 1) throw new RangeError(`label ${i} of a PR curve is ${label}, not 0 or 1`);
    if (!(score >= 0 && score <= 1)) throw new RangeError(`score ${i} of a PR curve is ${score}, not in [0, 1]`);
    const bucket = Math.floor(score * (thresholds - 1));
    (label === 1 ? positives : negatives)[bucket]!++;
  }
  const truePositives = sumsFromTheEnd(positives);
  const falsePositives = sumsFromTheEnd(negatives);
  const trueNegatives = falsePositives.map((count) => falsePositives[0]! - count);
  const falseNegatives = truePositives.map((count) => truePositives[0]! - count);
  const share = (other: readonly number[]) => truePositives.map((tp, i) => tp / Math.max(1e-7, tp + other[i]!));
  return {
    ...{ truePositives, falsePositives, trueNegatives, falseNegatives },
    ...{ precision: share(falsePositives), recall: share(falseNegatives) },
  };
}

function sumsFromTheEnd(counts: Float64Array): number[] {
  const sums = [...counts];
  for (let i = sums.length - 2; i >= 0; i--) sums[i]! += sums[i + 1]!;
  return sums;
}
