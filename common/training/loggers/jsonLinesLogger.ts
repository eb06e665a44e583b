import { existsSync, readFileSync } from 'node:fs';
import { writeFileAtomic } from '../../utils/index.js';
import { numbersAsText } from './json.js';
import type { HParam, Logger, LoggerPlace } from './logger.js';
import { RecordFile, type RecordFileOptions } from './recordFile.js';

/**
 * Writes a JSON object a line: `{"step":7,"time":1700000000.5,"train_loss":0.3}`, and `text`, `hparams` where there are some. JSON has no NaN
 * and no infinities: they are written as the texts "NaN", "Infinity", "-Infinity".
 */
export class JsonLinesLogger implements Logger {
  readonly name = 'JSON lines';
  readonly #file: RecordFile;

  constructor(path: string, options: RecordFileOptions = {}) {
    this.#file = new RecordFile(path, options);
  }

  scalars(step: number, values: Readonly<Record<string, number>>): void {
    this.#write({ step, ...this.#time(), ...values });
  }

  text(step: number, name: string, text: string): void {
    this.#write({ step, ...this.#time(), text: { [name]: text } });
  }

  hparams(hparams: Readonly<Record<string, HParam>>, metrics?: Readonly<Record<string, number>>): void {
    this.#write(metrics === undefined ? { ...this.#time(), hparams } : { ...this.#time(), final: metrics });
  }

  flush(): void {
    this.#file.flush();
  }

  close(): void {
    this.#file.close();
  }

  lost(): string | undefined {
    return this.#file.lost;
  }

  #time(): { time: number } {
    return { time: Date.now() / 1000 };
  }

  #write(line: object): void {
    this.#file.append(new TextEncoder().encode(`${JSON.stringify(line, numbersAsText)}\n`));
  }
}

/**
 * Takes out of a file of JSON lines what a resumed run will log again: later steps, evaluations (rows with an `epoch`) that the checkpoint has
 * not seen, and a line that a kill cut off.
 */
export async function cutJsonLines(
  path: string,
  { step, evaluated }: Pick<LoggerPlace, 'step' | 'evaluated'>,
): Promise<void> {
  if (!existsSync(path)) return;
  const kept = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => {
      const record = parse(line);
      if (record === undefined) return false;
      const at: unknown = Reflect.get(record, 'step');
      return typeof at !== 'number' || at <= ('epoch' in record ? evaluated : step);
    });
  await writeFileAtomic(path, kept.map((line) => `${line}\n`).join(''));
}

function parse(line: string): object | undefined {
  try {
    const record: unknown = JSON.parse(line);
    return typeof record === 'object' && record !== null ? record : undefined;
  } catch {
    return undefined;
  }
}
