// For developers: writes every architecture as ONNX in every opset, portable and not, with inputs and what the engine gives for them.
//   npx tsx tools/crosscheck/exportModels.ts <folder> [name …] && python tools/crosscheck/onnx_models.py <folder>

import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { random } from 'common/backend';
import { createModel, type ModelSpecInput, Seq2Seq, Transformer } from 'common/models';
import { exportModule, initialise, type Module, saveModule } from 'common/nn';
import { type Case, writeVariants } from './writeVariants.js';

const [folder, ...wanted] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: exportModels.ts <folder> [name …]');

type Inputs = Record<string, tf.Tensor>;
type Free = Record<string, { shape: (number | null)[]; dtype: 'float32' | 'int32' }>;

/** A model, the shape of its inputs with the batch free, and its function. */
interface Model {
  module: Module;
  inputs: Free;
  fn: (inputs: Inputs) => Inputs;
}

const digits = { classes: 10, channels: 1, size: 28 };
const photos = { classes: 10, channels: 3, size: 32 };

function images(spec: ModelSpecInput, task: typeof digits): Model {
  const module = createModel(spec, task);
  return {
    module,
    inputs: { image: { shape: [null, task.size, task.size, task.channels], dtype: 'float32' } },
    fn: ({ image }) => ({ logits: module.forward(image as tf.Tensor4D) }),
  };
}

function transformer(): Model {
  const module = initialise(
    new Transformer({ dim: 64, heads: 4, encoderLayers: 2, decoderLayers: 2, feedForward: 128 }),
    1,
  );
  return {
    module,
    inputs: {
      source: { shape: [null, 7, 64], dtype: 'float32' },
      target: { shape: [null, 5, 64], dtype: 'float32' },
    },
    fn: ({ source, target }) => ({ y: module.forward(source as tf.Tensor3D, target as tf.Tensor3D) }),
  };
}

function seq2seq(normFirst: boolean): Model {
  const module = initialise(
    new Seq2Seq({
      ...{ vocabulary: 50, dim: 64, heads: 4, encoderLayers: 2, decoderLayers: 2, feedForward: 128 },
      ...{ positions: 'sinusoidal', normFirst },
    }),
    1,
  );
  return {
    module,
    inputs: { source: { shape: [null, 7], dtype: 'int32' }, target: { shape: [null, 5], dtype: 'int32' } },
    fn: ({ source, target }) => ({
      scores: module.forward(source as tf.Tensor2D, target as tf.Tensor2D),
    }),
  };
}

const models: Record<string, () => Model> = {
  mlp: () => images({ name: 'mlp' }, digits),
  cnn: () => images({ name: 'cnn' }, digits),
  vit_d128: () => images({ name: 'vit', patch: 7, dim: 128, depth: 4, heads: 4 }, digits),
  vit_d384: () => images({ name: 'vit', patch: 4, dim: 384, depth: 2, heads: 6 }, photos),
  vit_dropout: () => images({ name: 'vit', dropout: 0.1, attentionDropout: 0.1, dropPath: 0.1, depth: 2 }, digits),
  resnet9: () => images({ name: 'resnet9' }, photos),
  resnet18: () => images({ name: 'resnet18' }, photos),
  transformer,
  seq2seq: () => seq2seq(false),
  seq2seq_norm_first: () => seq2seq(true),
};

/** Inputs of one batch size. */
const inputsOf = (inputs: Free, batch: number): Inputs =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, dtype }]) => {
      const sizes = shape.map((d) => d ?? batch);
      const x = dtype === 'float32' ? random.normal(sizes) : tf.cast(tf.mul(random.uniform(sizes), 50), 'int32');
      return [name, x];
    }),
  );

for (const [name, make] of Object.entries(models)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  random.seed(7);
  const { module, inputs, fn } = make();
  // Every parameter and buffer away from the zeros and ones it begins with; variances stay positive.
  for (const variable of module.namedVariables().values())
    tf.tidy(() => {
      if (variable.dtype === 'float32')
        variable.assign(tf.add(variable, tf.mul(random.truncatedNormal(variable.shape), 0.02)));
    });
  module.eval();
  const runs = [1, 3, 16].map((batch) => {
    const given = inputsOf(inputs, batch);
    return { inputs: given, outputs: fn(given) };
  });
  const outputs = Object.keys(runs[0]?.outputs ?? {});
  const weights = [...module.namedVariables().keys()].filter((key) => !key.includes('num_batches'));
  const one: Case = { name, weights, runs, write: (how) => exportModule(module, fn, { inputs, outputs, ...how }) };
  writeVariants(folder, one);
  await saveModule(join(folder, `${name}.20.beside.onnx`), module, fn, { inputs, outputs, externalAbove: 0 });
  module.dispose();
  tf.dispose(runs);
}
