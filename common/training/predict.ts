import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loadOnnx } from '../backend/index.js';
import { findRun } from '../config/index.js';
import { loadModel } from './loadModel.js';
import { modelToOnnx, preprocessingOf } from './onnx.js';

export interface Prediction {
  index: number;
  label: string;
  probability: number;
}

export interface Predictor {
  labels: readonly string[];
  /** Classes of an image file's bytes, the most probable first. @param where what messages call it. */
  predict(bytes: Uint8Array, where: string): Promise<Prediction[]>;
}

/**
 * Opens a run, by its folder or name, or a `model.onnx`: what `atelier predict` uses. A run without a model.onnx is exported in memory from its best checkpoint.
 * @throws UserError where there is no such run, or the file does not say how images are prepared.
 */
export async function openPredictor(run: string): Promise<Predictor> {
  const { CounterRandom, createPipeline, decodeImage } = await import('../data/index.js');
  const { source, where } = await onnxOf(run);
  const session = loadOnnx(source);
  const { transforms, size, channels, labels } = preprocessingOf(session.metadata, where);
  const pipeline = createPipeline(transforms, { channels });
  return {
    labels,
    async predict(bytes, name) {
      const data = new Float32Array(pipeline.volume);
      pipeline.run(await decodeImage(bytes, name), (...key) => new CounterRandom(...key), data, 0);
      const { logits } = session.run({ image: { data, shape: [1, size, size, channels] } });
      return softmax(Array.from(logits?.data ?? [], Number))
        .map((probability, index) => ({ index, label: labels[index] ?? String(index), probability }))
        .sort((a, b) => b.probability - a.probability);
    },
  };
}

async function onnxOf(run: string): Promise<{ source: string | Uint8Array; where: string }> {
  if (run.endsWith('.onnx') && existsSync(run) && (await stat(run)).isFile()) return { source: run, where: run };
  const folder = await findRun(run);
  const path = join(folder, 'model.onnx');
  if (existsSync(path)) return { source: path, where: path };
  const { model, task } = await loadModel(folder);
  return { source: modelToOnnx(model, task), where: folder };
}

function softmax(values: readonly number[]): number[] {
  const largest = Math.max(...values);
  const weights = values.map((value) => Math.exp(value - largest));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}
