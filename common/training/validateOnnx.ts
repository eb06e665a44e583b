// Whether an exported model is the checkpoint's, and how fast it is.
import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { loadOnnx } from '../backend/index.js';
import type { Dataset } from '../data/index.js';
import { UserError } from '../utils/index.js';
import type { LoadedModel } from './loadModel.js';

export interface OnnxComparison {
  samples: number;
  /** Largest difference of a logit, and the largest logit beside it. */
  largestDifference: number;
  largestLogit: number;
  /** Samples to which both give the same class. */
  agreeing: number;
}

/** Runs real samples through the ONNX file and through the checkpoint's model. @throws UserError where a logit differs by more than `tolerance` of the largest. */
export async function compareOnnx(
  path: string,
  { model, task }: Pick<LoadedModel, 'model' | 'task'>,
  dataset: Dataset,
  { samples = 64, tolerance = 1e-4 }: { samples?: number; tolerance?: number } = {},
): Promise<OnnxComparison> {
  const { CounterRandom, createPipeline, decodeImage, isImage } = await import('../data/index.js');
  const { transforms, size, channels } = task.preprocessing;
  const pipeline = createPipeline(transforms, { channels });
  const session = loadOnnx(path);
  const found: OnnxComparison = { samples: 0, largestDifference: 0, largestLogit: 0, agreeing: 0 };
  // Spread over the whole split: its first rows are often of one class.
  const count = Math.min(samples, dataset.length);
  for (let i = 0; i < count; i++) {
    const row = Math.floor((i * dataset.length) / count);
    const image = Object.values(await dataset.row(row)).find(isImage);
    if (image === undefined) throw new UserError(`${dataset.where(row)} has no image.`);
    const data = new Float32Array(pipeline.volume);
    pipeline.run(await decodeImage(image.bytes, dataset.where(row)), (...key) => new CounterRandom(...key), data, 0);
    const exported = Array.from(
      session.run({ image: { data, shape: [1, size, size, channels] } }).logits?.data ?? [],
      Number,
    );
    const own = Array.from(tf.tidy(() => model.forward(tf.tensor4d(data, [1, size, size, channels])).dataSync()));
    const best = (values: number[]) => values.indexOf(Math.max(...values));
    found.samples++;
    found.agreeing += Number(best(exported) === best(own));
    for (const [c, value] of own.entries()) {
      found.largestLogit = Math.max(found.largestLogit, Math.abs(value));
      const difference = Math.abs(value - (exported[c] ?? Number.NaN));
      if (!(difference <= found.largestDifference)) found.largestDifference = difference;
    }
  }
  if (!(found.largestDifference <= tolerance * Math.max(1, found.largestLogit)))
    throw new UserError(
      `${path} differs from the checkpoint: a logit by ${found.largestDifference.toPrecision(2)} in ${found.samples} samples (allowed: ${tolerance} of ${found.largestLogit.toPrecision(3)}).`,
    );
  return found;
}

export interface OnnxTiming {
  batch: number;
  /** Median milliseconds of a run. */
  milliseconds: number;
  imagesPerSecond: number;
}

/** Times an ONNX file for batches of 1, 2, 4 … 64: the median of as many runs as half a second has room for, five at least. */
export function timeOnnx(
  path: string,
  shape: readonly [height: number, width: number, channels: number],
): OnnxTiming[] {
  const session = loadOnnx(path);
  return [1, 2, 4, 8, 16, 32, 64].map((batch) => {
    const data = new Float32Array(batch * shape[0] * shape[1] * shape[2]).fill(0.5);
    const run = () => session.run({ image: { data, shape: [batch, ...shape] } });
    run();
    const times: number[] = [];
    for (const began = performance.now(); times.length < 5 || performance.now() - began < 500; ) {
      const start = performance.now();
      run();
      times.push(performance.now() - start);
    }
    const milliseconds = times.sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
    return { batch, milliseconds, imagesPerSecond: (1000 * batch) / milliseconds };
  });
}

/** Threads that the times were measured with. */
export const onnxThreads = (): number => Number(process.env.ATELIER_THREADS) || availableParallelism();
