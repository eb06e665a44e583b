/** Results that are kept until others need their room: at most `budget` units of cost, the least recently used go first. */
export class Lru<V> {
  readonly #entries = new Map<string, { value: Promise<V>; cost: number }>();
  readonly #budget: number;
  #spent = 0;

  constructor(budget: number) {
    this.#budget = budget;
  }

  /** What `key` stands for, made where it is not there. What costs more than a whole budget is kept alone; a failure is not kept. */
  get(key: string, cost: number, make: () => Promise<V>): Promise<V> {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known.value;
    }
    for (const [old, entry] of this.#entries) {
      if (this.#spent + cost <= this.#budget) break;
      this.#entries.delete(old);
      this.#spent -= entry.cost;
    }
    const entry = { value: make(), cost };
    this.#entries.set(key, entry);
    this.#spent += cost;
    entry.value.catch(() => {
      if (this.#entries.get(key) !== entry) return;
      this.#entries.delete(key);
      this.#spent -= cost;
    });
    return entry.value;
  }
}
