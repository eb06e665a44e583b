import type { Pixels } from '../../data/index.js';
import { messageOf } from '../../utils/index.js';
import type { Embedding, HParam, Logger } from './logger.js';

/** How long the end of a run waits for a logger that does not answer. */
const patience = 10_000;

/** Several loggers as one, none of which can stop the run: what throws or rejects is counted. */
export class LoggerGroup implements Required<Logger> {
  readonly name = 'loggers';
  readonly #loggers: readonly Logger[];
  readonly #onFailure: (message: string) => void;
  readonly #failures = new Map<Logger, { count: number; first: string }>();
  readonly #waiting = new Set<Promise<void>>();
  #closed = false;

  /** @param onFailure is told the first failure of each logger at once. */
  constructor(loggers: readonly Logger[], onFailure: (message: string) => void = () => {}) {
    this.#loggers = loggers;
    this.#onFailure = onFailure;
  }

  scalars(step: number, values: Readonly<Record<string, number>>): void {
    this.#each((logger) => logger.scalars(step, values));
  }

  image(step: number, name: string, pixels: Pixels): void {
    this.#each((logger) => logger.image?.(step, name, pixels));
  }

  histogram(step: number, name: string, values: ArrayLike<number>): void {
    this.#each((logger) => logger.histogram?.(step, name, values));
  }

  text(step: number, name: string, text: string): void {
    this.#each((logger) => logger.text?.(step, name, text));
  }

  hparams(config: Readonly<Record<string, HParam>>, metrics?: Readonly<Record<string, number>>): void {
    this.#each((logger) => logger.hparams?.(config, metrics));
  }

  prCurve(step: number, name: string, labels: ArrayLike<number>, scores: ArrayLike<number>, thresholds?: number): void {
    this.#each((logger) => logger.prCurve?.(step, name, labels, scores, thresholds));
  }

  embedding(step: number, name: string, embedding: Embedding): void {
    this.#each((logger) => logger.embedding?.(step, name, embedding));
  }

  flush(): void {
    this.#each((logger) => logger.flush?.());
  }

  /** Waits for what is under way (at most ten seconds), then closes every logger. What can be closed at once is, before this returns. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const pending = this.#settled();
    if (this.#waiting.size > 0) await pending;
    this.#each((logger) => logger.close?.());
    if (this.#waiting.size > 0) await this.#settled();
  }

  /** One line a logger that lost something. */
  lost(): string | undefined {
    const lines = this.#loggers.flatMap((logger) => {
      const failure = this.#failures.get(logger);
      const told = ask(logger);
      return [
        ...(failure === undefined
          ? []
          : [`${logger.name}: ${failure.count === 1 ? 'a call' : `${failure.count} calls`} failed: ${failure.first}`]),
        ...(told === undefined ? [] : [`${logger.name}: ${told}`]),
      ];
    });
    return lines.length === 0 ? undefined : `Not everything was logged.\n${lines.join('\n')}`;
  }

  #each(call: (logger: Logger) => void | Promise<void>): void {
    for (const logger of this.#loggers) {
      try {
        const result = call(logger);
        if (result instanceof Promise) this.#wait(logger, result);
      } catch (error) {
        this.#failed(logger, error);
      }
    }
  }

  #wait(logger: Logger, result: Promise<void>): void {
    const settled: Promise<void> = result
      .catch((error: unknown) => this.#failed(logger, error))
      .finally(() => this.#waiting.delete(settled));
    this.#waiting.add(settled);
  }

  #failed(logger: Logger, error: unknown): void {
    const failure = this.#failures.get(logger);
    if (failure !== undefined) failure.count++;
    else {
      const first = messageOf(error);
      this.#failures.set(logger, { count: 1, first });
      this.#onFailure(`${logger.name} failed: ${first}. The training goes on.`);
    }
  }

  async #settled(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patience);
    });
    await Promise.race([Promise.all(this.#waiting), late]);
    clearTimeout(timer);
  }
}

function ask(logger: Logger): string | undefined {
  try {
    return logger.lost?.();
  } catch (error) {
    return messageOf(error);
  }
}
