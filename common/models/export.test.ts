import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportOnnx, loadOnnx, random } from '../backend/index.js';
import { modelType } from '../backend/onnxProto.js';
import { exportModule } from '../nn/index.js';
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

type How = { opset?: number; portable?: boolean };
function write(model: ImageModel, { size, channels }: typeof digits, how: How = {}): Uint8Array {
  return exportModule(model, ({ image }: { image: tf.Tensor4D }) => ({ logits: model.forward(image) }), {
    inputs: { image: { shape: [null, size, size, channels], dtype: 'float32' } },
    outputs: ['logits'],
    ...how,
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

describe.each(cases)('$name for other runtimes', (spec, task) => {
  it.each([13, 17, 26])('gives the same logits with the operators of opset %i alone', (opset) => {
    const model = createModel(spec, task);
    const bytes = write(model, task, { opset, portable: true });
    expect(Buffer.from(bytes).toString('latin1')).not.toContain('com.microsoft');
    const [file, own] = [loadOnnx(bytes), loadOnnx(write(model, task))];
    const shape = [3, task.size, task.size, task.channels];
    const feeds = { image: { data: random.normal(shape).dataSync() as Float32Array, shape } };
    const wanted = own.run(feeds).logits;
    file.run(feeds).logits?.data.forEach((value, i) => {
      expect(Math.abs(value - (wanted?.data[i] ?? Number.NaN))).toBeLessThan(1e-4);
    });
    file.dispose();
    own.dispose();
  });
});

it('nodes are named after the modules that compute them, and no two alike', () => {
  for (const [spec, task, wanted] of [
    [
      { name: 'vit', dim: 32, depth: 2, heads: 4 },
      digits,
      [
        'blocks.0.attn.qkv/Gemm',
        'blocks.0.attn/Softmax',
        'blocks.1.mlp.act/Gelu',
        'norm/LayerNormalization',
        'head/Gemm',
      ],
    ],
    [{ name: 'resnet18' }, photos, ['0/Conv', '3.c1/Conv', '4.b2/BatchNormalization']],
    [{ name: 'mlp', hidden: 16 }, digits, ['1/Gemm', '3/Gemm']],
  ] as [ModelSpecInput, typeof digits, string[]][]) {
    const model = createModel(spec, task);
    const { graph } = modelType().toObject(modelType().decode(write(model, task))) as {
      graph: { node: { name: string }[] };
    };
    const names = graph.node.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(wanted));
    expect(new Set(names).size).toBe(names.length);
    // The model is as it was: its methods are its class's again.
    expect(Object.hasOwn(model, 'forward')).toBe(false);
  }
});

it('is exported in inference mode, and stays in the mode that each part is in', () => {
  const model = createModel({ name: 'vit', dim: 32, depth: 1, heads: 2, dropout: 0.1 }, digits);
  const part = [...model.namedModules().values()].at(-1);
  model.train();
  part?.eval();
  write(model, digits);
  expect([model.training, part?.training]).toEqual([true, false]);
});

/** The same without inference mode. */
const training = (model: ImageModel, { size, channels }: typeof digits) =>
  exportOnnx(({ image }: { image: tf.Tensor4D }) => ({ logits: model.forward(image) }), {
    inputs: { image: { shape: [null, size, size, channels], dtype: 'float32' } },
    outputs: ['logits'],
  });

it('a function that is written in training mode is refused, and the model keeps its statistics', () => {
  const dropout = createModel({ name: 'vit', dim: 32, depth: 1, heads: 2, dropout: 0.1 }, digits);
  dropout.train();
  expect(() => training(dropout, digits)).toThrow('random numbers');
  const norm = createModel({ name: 'resnet9' }, photos);
  norm.train();
  const before = [...norm.namedVariables().values()].map((variable) => Array.from(variable.dataSync().slice(0, 4)));
  expect(() => training(norm, photos)).toThrow('may not assign variables');
  expect([...norm.namedVariables().values()].map((variable) => Array.from(variable.dataSync().slice(0, 4)))).toEqual(
    before,
  );
});
