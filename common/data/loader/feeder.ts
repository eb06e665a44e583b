/**
 * Reads an iterator ahead, at most `limit` values: back-pressure for what is read over a network. An ordinary iterator is asked when a value
 * is wanted.
 */
export class Feeder<T> {
  readonly #source: AsyncIterator<T, undefined> | Iterator<T, undefined>;
  readonly #limit: number;
  readonly #buffer: T[] = [];
  #pull: Promise<void> | undefined;
  #ended = false;
  #error: unknown;

  constructor(source: AsyncIterator<T, undefined> | Iterator<T, undefined>, limit: number) {
    this.#source = source;
    this.#limit = limit;
    this.#start();
  }

  /** A value, if one is there without waiting. */
  takeReady(): T | undefined {
    const value = this.#buffer.shift();
    this.#start();
    return value;
  }

  /** The next value; undefined after the last. @throws what reading threw, after the values before it. */
  async take(): Promise<T | undefined> {
    for (;;) {
      const value = this.takeReady();
      if (value !== undefined) return value;
      if (this.#error !== undefined) throw this.#error;
      if (this.#ended) return undefined;
      await this.#pull;
    }
  }

  /** Ends the iterator, so that it closes what it has open. */
  async close(): Promise<void> {
    this.#ended = true;
    await this.#pull;
    await this.#source.return?.();
  }

  #start(): void {
    while (this.#pull === undefined && !this.#ended && this.#buffer.length < this.#limit) {
      let next: Promise<IteratorResult<T, undefined>> | IteratorResult<T, undefined>;
      try {
        next = this.#source.next();
      } catch (error) {
        this.#fail(error);
        return;
      }
      if (next instanceof Promise) {
        this.#pull = next
          .then(
            (result) => this.#receive(result),
            (error) => this.#fail(error),
          )
          .finally(() => {
            this.#pull = undefined;
            this.#start();
          });
      } else this.#receive(next);
    }
  }

  #receive({ done, value }: IteratorResult<T, undefined>): void {
    if (done || value === undefined) this.#ended = true;
    else this.#buffer.push(value);
  }

  #fail(error: unknown): void {
    this.#ended = true;
    this.#error = error;
  }
}
