/** Counts of (true, predicted) pairs, gathered batch by batch: exact however the samples are split. */
export class ConfusionMatrix {
  readonly classes: number;
  /** `counts[label][predicted]`. */
  readonly counts: number[][];

  constructor(classes: number) {
    this.classes = classes;
    this.counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  }

  /** Adds samples; both are class indices from 0 to classes - 1, of equal length. Throws RangeError for others. */
  add(labels: ArrayLike<number>, predicted: ArrayLike<number>): void {
    if (labels.length !== predicted.length)
      throw new RangeError(`${labels.length} labels and ${predicted.length} predictions`);
    for (let i = 0; i < labels.length; i++) {
      const row = this.counts[labels[i] ?? -1];
      const column = predicted[i] ?? -1;
      if (row?.[column] === undefined)
        throw new RangeError(`label ${labels[i]}, predicted ${column}: classes are 0 to ${this.classes - 1}`);
      row[column]++;
    }
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
}
