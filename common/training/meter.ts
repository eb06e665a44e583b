/** Sums and counts by metric name: what a checkpoint in the middle of an epoch carries. */
export type MeterState = Record<string, { sum: number; count: number }>;

/** Means over an epoch, weighted by samples: exact for a last batch that is smaller, and across a resume. */
export class Meter {
  private readonly sums = new Map<string, { sum: number; count: number }>();

  add(name: string, mean: number, samples: number): void {
    const entry = this.sums.get(name) ?? { sum: 0, count: 0 };
    entry.sum += mean * samples;
    entry.count += samples;
    this.sums.set(name, entry);
  }

  means(): Record<string, number> {
    return Object.fromEntries([...this.sums].map(([name, { sum, count }]) => [name, sum / count]));
  }

  state(): MeterState {
    return Object.fromEntries([...this.sums].map(([name, entry]) => [name, { ...entry }]));
  }

  load(state: MeterState): void {
    this.sums.clear();
    for (const [name, entry] of Object.entries(state)) this.sums.set(name, { ...entry });
  }
}
