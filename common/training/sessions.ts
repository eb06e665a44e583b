// environment.json: on what a run was started, and on what it went on each time, with the time that each of these sessions took.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../utils/index.js';
import { environment } from './environment.js';

const millisecondsBetween = 1000;

export class Sessions {
  readonly #path: string;
  readonly #began = performance.now();
  #earlier: unknown[] = [];
  #own: Record<string, unknown> | undefined;
  #saved = Number.NEGATIVE_INFINITY;

  constructor(folder: string) {
    this.#path = join(folder, 'environment.json');
  }

  /** Seconds of all sessions, as far as they are known: of one that was killed, up to its last checkpoint. */
  get seconds(): number {
    const before = this.#earlier.reduce((sum: number, session) => sum + secondsOf(session), 0);
    return before + (performance.now() - this.#began) / 1000;
  }

  /** Adds this session to those that the folder knows. */
  async open(): Promise<void> {
    const found: unknown = existsSync(this.#path) ? JSON.parse(await readFile(this.#path, 'utf8')) : [];
    this.#earlier = [found].flat();
    this.#own = environment();
    await this.save();
  }

  /** Writes down the time, at most once a second. */
  async save(): Promise<void> {
    if (this.#own === undefined || performance.now() - this.#saved < millisecondsBetween) return;
    const own = { ...this.#own, seconds: Math.round(performance.now() - this.#began) / 1000 };
    await writeFileAtomic(this.#path, `${JSON.stringify([...this.#earlier, own], null, 2)}\n`);
    this.#saved = performance.now();
  }
}

function secondsOf(session: unknown): number {
  const seconds = typeof session === 'object' && session !== null && 'seconds' in session ? session.seconds : 0;
  return typeof seconds === 'number' ? seconds : 0;
}
