import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loadOnnx } from 'common/backend';
import { createNormalizer, decodeTo } from 'common/data';
import { findRun, loadModel, modelToOnnx, preprocessingOf } from 'common/training';
import { messageOf, UsageError } from 'common/utils';

/** Prints the most probable classes of each image. An image that cannot be read is named, the others are answered, and the exit code is 1. */
export async function predict(run: string, images: readonly string[], top: string): Promise<void> {
  const count = Number(top);
  if (!Number.isInteger(count) || count < 1)
    throw new UsageError(`--top ${top}: a whole number of 1 or more is needed.`);
  const { source, where } = await onnxOf(run);
  const session = loadOnnx(source);
  const { mean, std, size, channels, labels } = preprocessingOf(session.metadata, where);
  const normalize = createNormalizer({ name: 'normalize', mean, std });
  for (const path of images) {
    try {
      const pixels = await decodeTo({ height: size, width: size, channels }, await readFile(path), path);
      const data = new Float32Array(size * size * channels);
      normalize(pixels.data, data.length, data, 0);
      const outputs = session.run({ image: { data, shape: [1, size, size, channels] } });
      const best = ranked(outputs.logits?.data ?? []).slice(0, count);
      const text = best.map(({ index, p }) => `${labels[index] ?? index} ${(100 * p).toFixed(1)} %`);
      process.stdout.write(`${path}: ${text.join(', ')}\n`);
    } catch (error) {
      const message = existsSync(path) ? messageOf(error) : `${path}: there is no such file`;
      process.stderr.write(`${message.includes(path) ? '' : `${path}: `}${message}\n`);
      process.exitCode = 1;
    }
  }
}

/** The run's model.onnx; or, where it has none yet, the same made from its best checkpoint. */
async function onnxOf(run: string): Promise<{ source: string | Uint8Array; where: string }> {
  if (run.endsWith('.onnx') && existsSync(run) && (await stat(run)).isFile()) return { source: run, where: run };
  const folder = await findRun(run);
  const path = join(folder, 'model.onnx');
  if (existsSync(path)) return { source: path, where: path };
  const { model, task } = await loadModel(folder);
  return { source: modelToOnnx(model, task), where: folder };
}

/** Class indices by probability (softmax). */
function ranked(logits: ArrayLike<number | bigint>): { index: number; p: number }[] {
  const values = Array.from(logits, Number);
  const largest = Math.max(...values);
  const weights = values.map((value) => Math.exp(value - largest));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight, index) => ({ index, p: weight / sum })).sort((a, b) => b.p - a.p);
}
