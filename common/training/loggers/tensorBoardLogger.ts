import { existsSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import type { Pixels } from '../../data/index.js';
import { dtypes, type Event, encodeEvent, encodePrCurve, type SummaryValue, sessionStart } from './eventProto.js';
import { histogramOf } from './histogram.js';
import { hparamsEnd, hparamsStart } from './hparams.js';
import type { Embedding, HParam, Logger } from './logger.js';
import { prCurveOf } from './prCurve.js';
import { ProjectorFiles } from './projector.js';
import { RecordFile, type RecordFileOptions } from './recordFile.js';
import { tfRecord } from './tfRecord.js';

/** Files of one process are told apart by it. */
let files = 0;

/**
 * Writes an event file (`events.out.tfevents…`) that TensorBoard opens, into a folder that is one of its runs. In a folder that has event files
 * already this is a resume: of what they say, steps after `step` no longer count.
 *
 * @param step optimizer steps done before; `options`: how often it is written
 */
export class TensorBoardLogger implements Required<Logger> {
  readonly name = 'TensorBoard';
  readonly #file: RecordFile;
  readonly #projector: ProjectorFiles;

  constructor(folder: string, step = 0, options: RecordFileOptions = {}) {
    const resumed = existsSync(folder) && readdirSync(folder).some((name) => name.includes('tfevents'));
    const seconds = String(Math.floor(Date.now() / 1000)).padStart(10, '0');
    const name = `events.out.tfevents.${seconds}.${hostname()}.${process.pid}.${String(files++).padStart(3, '0')}`;
    this.#file = new RecordFile(join(folder, name), options);
    this.#projector = new ProjectorFiles(folder);
    this.#write({ fileVersion: 'brain.Event:2' });
    if (resumed) this.#write({ step: step + 1, sessionLog: { status: sessionStart } });
    this.#file.flush(); // TensorBoard shows the run from now on
  }

  scalars(step: number, values: Readonly<Record<string, number>>): void {
    this.#add(
      step,
      Object.entries(values).map(([name, simpleValue]) => ({ tag: tagOf(name), simpleValue })),
    );
  }

  image(step: number, name: string, pixels: Pixels): void {
    const { height, width, channels } = pixels;
    const image = { height, width, colorspace: channels, encodedImageString: pngOf(pixels) };
    this.#add(step, [{ tag: tagOf(name), image }]);
  }

  histogram(step: number, name: string, values: ArrayLike<number>): void {
    const histo = histogramOf(values);
    if (histo !== undefined) this.#add(step, [{ tag: tagOf(name), histo }]);
    const missing = values.length - (histo?.num ?? 0);
    if (missing > 0) this.scalars(step, { [`${name}_not_finite`]: missing });
  }

  text(step: number, name: string, text: string): void {
    const tensor = {
      dtype: dtypes.string,
      tensorShape: { dim: [{ size: 1 }] },
      stringVal: [new TextEncoder().encode(text)],
    };
    this.#add(step, [{ tag: tagOf(name), tensor, metadata: { pluginData: { pluginName: 'text' } } }]);
  }

  hparams(config: Readonly<Record<string, HParam>>, metrics?: Readonly<Record<string, number>>): void {
    // The values of a session are taken from the tags of its run; here only that there is one, with what, and how it ended.
    const value = metrics === undefined ? hparamsStart(config) : hparamsEnd();
    this.#add(0, [value]);
    if (metrics !== undefined) this.scalars(0, metrics);
  }

  prCurve(step: number, name: string, labels: ArrayLike<number>, scores: ArrayLike<number>, thresholds = 127): void {
    const curve = prCurveOf(labels, scores, thresholds);
    const rows = [
      ...[curve.truePositives, curve.falsePositives, curve.trueNegatives, curve.falseNegatives],
      ...[curve.precision, curve.recall],
    ];
    const tensor = {
      dtype: dtypes.float32,
      tensorShape: { dim: [{ size: rows.length }, { size: thresholds }] },
      floatVal: rows.flat(),
    };
    const metadata = { pluginData: { pluginName: 'pr_curves', content: encodePrCurve(thresholds) } };
    this.#add(step, [{ tag: tagOf(name), tensor, metadata }]);
  }

  /** Files beside the event file, which the Projector tab reads: points, labels and the sprite of their pictures. */
  async embedding(step: number, name: string, embedding: Embedding): Promise<void> {
    await this.#projector.add(step, name, embedding);
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

  #add(step: number, value: readonly SummaryValue[]): void {
    this.#write({ step, summary: { value } });
  }

  #write(event: Omit<Event, 'wallTime'>): void {
    this.#file.append(tfRecord(encodeEvent({ wallTime: Date.now() / 1000, ...event })));
  }
}

/** `train_loss` → `train/loss`: TensorBoard puts what is before the slash under one heading. */
export function tagOf(name: string): string {
  return name.replace(/^(train|val|test|step)_/, '$1/');
}

/** The bytes of a PNG file. Throws a RangeError where the data are not of the shape. */
export function pngOf({ data, height, width, channels }: Pixels): Uint8Array {
  if (data.length !== height * width * channels || ![1, 3, 4].includes(channels))
    throw new RangeError(`an image of ${data.length} bytes is not ${height} × ${width} pixels of ${channels} channels`);
  return encode({ data, height, width, channels });
}
