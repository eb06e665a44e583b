import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportOnnx, loadOnnx, random } from '../backend/index.js';
import { createModel, type ImageModel, type ModelSpecInput } from './index.js';

beforeEach(() => tf.engine().startScope());
afterEach(() => {
  tf.engine().endScope();
  tf.disposeVariables();
});

const digits = { classes: 10, channels: 1, size: 28 };
const photos = { classes: 10, channels: 3, size: 32 };
const cases: [ModelSpecInput, typeof digits][] = [
  [{ name: 'mlp', hidden: 16 }, digits],
  [{ name: 'cnn' }, digits],
  [{ name: 'vit', dim: 32, depth: 2, heads: 4, dropout: 0.1, attentionDropout: 0.1, dropPath: 0.1 }, digits],
  [{ name: 'resnet9' }, photos],
];

function write(model: ImageModel, { size, channels }: typeof digits): Uint8Array {
  return exportOnnx(({ image }: { image: tf.Tensor4D }) => ({ logits: model.forward(image) }), {
    inputs: { image: { shape: [null, size, size, channels], dtype: 'float32' } },
    outputs: ['logits'],
    names: new Map([...model.namedVariables()].map(([name, variable]) => [variable, name])),
  });
}

describe.each(cases)('$name as ONNX', (spec, task) => {
  it('gives the logits of the model for any batch', () => {
    const model = createModel(spec, task);
    model.eval();
    const loaded = loadOnnx(write(model, task));
    expect([loaded.inputs, loaded.outputs]).toEqual([['image'], ['logits']]);
    for (const batch of [1, 2, 5]) {
      const image = random.normal([batch, task.size, task.size, task.channels]) as tf.Tensor4D;
      const wanted = model.forward(image).dataSync();
      const logits = loaded.run({ image: { data: image.dataSync() as Float32Array, shape: image.shape } }).logits;
      expect(logits?.shape).toEqual([batch, task.classes]);
      logits?.data.forEach((value, i) => {
        expect(Math.abs(value - (wanted[i] ?? Number.NaN))).toBeLessThan(1e-4);
      });
    }
    loaded.dispose();
  });

  it('holds every parameter under its name', () => {
    const model = createModel(spec, task);
    model.eval();
    const text = Buffer.from(write(model, task)).toString('latin1');
    for (const name of model.namedParameters().keys()) expect(text).toContain(name);
  });
});

it('a model in training mode is refused, and keeps its statistics', () => {
  const dropout = createModel({ name: 'vit', dim: 32, depth: 1, heads: 2, dropout: 0.1 }, digits);
  dropout.train();
  expect(() => write(dropout, digits)).toThrow('random numbers');
  const norm = createModel({ name: 'resnet9' }, photos);
  norm.train();
  const before = [...norm.namedVariables().values()].map((variable) => Array.from(variable.dataSync().slice(0, 4)));
  expect(() => write(norm, photos)).toThrow('may not assign variables');
  expect([...norm.namedVariables().values()].map((variable) => Array.from(variable.dataSync().slice(0, 4)))).toEqual(
    before,
  );
});
