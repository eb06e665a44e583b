import { checkCount, type Numbers, readLabels, readPredictions } from './inputs.js';
import { checkState, defineMetric, type Metric, type MetricState } from './metric.js';

export interface ConfusionOptions {
  /** Targets of this value are left out, as are their predictions (padding, unlabelled pixels). */
  ignoreIndex?: number;
}

/** `counts[label][predicted]`. */
export type Counts = readonly (readonly number[])[];

/**
 * Counts of (true, predicted) pairs, gathered batch by batch: exact however the samples are split. `counts` is scikit-learn's
 * `confusion_matrix(labels, predicted, labels=range(classes))`.
 */
export class ConfusionMatrix implements Metric<[predictions: Numbers, targets: Numbers], Counts, number[][]> {
  readonly name = 'confusionMatrix';
  readonly classes: number;
  readonly ignoreIndex: number | undefined;
  /** `counts[label][predicted]`. */
  readonly counts: number[][];

  constructor(classes: number, { ignoreIndex }: ConfusionOptions = {}) {
    this.classes = checkCount(classes, 'classes', 1);
    this.ignoreIndex = ignoreIndex;
    this.counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  }

  /**
   * Adds samples: targets are class indices [B]; predictions are class indices [B] or scores [B, classes], of which the first largest counts.
   * Throws UserError where the shapes do not match, a label is outside the classes or a score is NaN.
   */
  update(predictions: Numbers, targets: Numbers): void {
    addPairs(this.counts, predictions, targets, this.ignoreIndex);
  }

  merge(other: MetricState<number[][]>): void {
    checkState(other, this.name, this.#settings());
    addCounts(this.counts, structuredClone(other.values));
  }

  compute(): Counts {
    return structuredClone(this.counts);
  }

  reset(): void {
    for (const row of this.counts) row.fill(0);
  }

  state(): MetricState<number[][]> {
    return { metric: this.name, settings: this.#settings(), values: structuredClone(this.counts) };
  }

  load(state: MetricState<number[][]>): void {
    checkState(state, this.name, this.#settings());
    this.reset();
    this.merge(state);
  }

  get total(): number {
    return this.counts.flat().reduce((a, b) => a + b, 0);
  }

  /** Share of samples on the diagonal; NaN without samples. */
  get accuracy(): number {
    return this.counts.reduce((sum, row, i) => sum + (row[i] ?? 0), 0) / this.total;
  }

  /** Share of each class's samples that were found (its recall); NaN for a class without samples. */
  get perClassAccuracy(): number[] {
    return this.counts.map((row, i) => (row[i] ?? 0) / row.reduce((a, b) => a + b, 0));
  }

  #settings() {
    return { classes: this.classes, ignoreIndex: this.ignoreIndex ?? null };
  }
}

export interface ClassesOptions extends ConfusionOptions {
  classes: number;
}

/** A streaming metric that is a function of the confusion matrix. Its state is that matrix's counts, whatever the function's own options. */
export function confusionMetric<Result>(
  name: string,
  { classes, ignoreIndex }: ClassesOptions,
  compute: (counts: Counts) => Result,
): Metric<[predictions: Numbers, targets: Numbers], Result, number[][]> {
  return defineMetric<[predictions: Numbers, targets: Numbers], Result, number[][]>({
    name,
    settings: { classes, ignoreIndex: ignoreIndex ?? null },
    empty: () => new ConfusionMatrix(classes).counts,
    update: (counts, predictions, targets) => addPairs(counts, predictions, targets, ignoreIndex),
    merge: addCounts,
    compute,
  });
}

function addPairs(counts: number[][], predictions: Numbers, targets: Numbers, ignoreIndex: number | undefined): void {
  const labels = readLabels(targets, counts.length, 'targets', ignoreIndex);
  const predicted = readPredictions(predictions, labels.length, counts.length);
  for (let i = 0; i < labels.length; i++) {
    const row = counts[labels[i] ?? -1];
    if (row !== undefined && labels[i] !== ignoreIndex) row[predicted[i] ?? 0]!++;
  }
}

function addCounts(counts: number[][], more: Counts): void {
  counts.forEach((row, i) => {
    for (let j = 0; j < row.length; j++) row[j]! += more[i]?.[j] ?? 0;
  });
}
