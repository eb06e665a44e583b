/** So many causes of output are remembered; output that comes later still is shown below the latest cell. */
const MEMORY = 5000;

/** Who caused an output: each request that runs code has a number, under which its header is found again. */
export class Origins {
  readonly #parents = new Map<number, string>();
  #latest = 0;

  get latest(): number {
    return this.#latest;
  }

  /** A number for the request with this header (JSON). */
  add(parent: string): number {
    this.#latest++;
    this.#parents.set(this.#latest, parent);
    this.#parents.delete(this.#latest - MEMORY);
    return this.#latest;
  }

  parentOf(origin: number): string {
    return this.#parents.get(origin) ?? this.#parents.get(this.#latest) ?? '{}';
  }
}
