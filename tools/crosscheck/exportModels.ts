// For developers: writes every architecture as ONNX, with images and the logits that the engine gives for them.
//   npx tsx tools/crosscheck/exportModels.ts <folder> && python tools/crosscheck/onnx_models.py <folder>

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { exportOnnx, random } from 'common/backend';
import { createModel, type ModelSpecInput } from 'common/models';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: exportModels.ts <folder>');
mkdirSync(folder, { recursive: true });

const digits = { classes: 10, channels: 1, size: 28 };
const photos = { classes: 10, channels: 3, size: 32 };
const cases: [string, ModelSpecInput, typeof digits][] = [
  ['mlp', { name: 'mlp' }, digits],
  ['cnn', { name: 'cnn' }, digits],
  ['vit_d128', { name: 'vit', patch: 7, dim: 128, depth: 4, heads: 4 }, digits],
  ['vit_d384', { name: 'vit', patch: 4, dim: 384, depth: 6, heads: 6 }, photos],
  ['vit_dropout', { name: 'vit', dropout: 0.1, attentionDropout: 0.1, dropPath: 0.1, depth: 2 }, digits],
  ['resnet9', { name: 'resnet9' }, photos],
  ['resnet18', { name: 'resnet18' }, photos],
];

for (const [name, spec, task] of cases) {
  const model = createModel(spec, task);
  model.eval();
  random.seed(cases.length);
  // Every parameter and buffer away from the zeros and ones it begins with; variances stay positive.
  for (const variable of model.namedVariables().values())
    tf.tidy(() => {
      if (variable.dtype === 'float32')
        variable.assign(tf.add(variable, tf.mul(random.truncatedNormal(variable.shape), 0.02)));
    });
  const bytes = exportOnnx(({ image }: { image: tf.Tensor4D }) => ({ logits: model.forward(image) }), {
    inputs: { image: { shape: [null, task.size, task.size, task.channels], dtype: 'float32' } },
    outputs: ['logits'],
    metadata: { model: JSON.stringify(spec) },
    names: new Map([...model.namedVariables()].map(([key, variable]) => [variable, key])),
  });
  writeFileSync(join(folder, `${name}.onnx`), bytes);
  const batches = [1, 3, 64].map((batch) =>
    tf.tidy(() => {
      const image = random.normal([batch, task.size, task.size, task.channels]) as tf.Tensor4D;
      return {
        shape: image.shape,
        image: Array.from(image.dataSync()),
        logits: Array.from(model.forward(image).dataSync()),
      };
    }),
  );
  writeFileSync(join(folder, `${name}.json`), JSON.stringify({ weights: [...model.namedVariables().keys()], batches }));
  console.log(`${name}: ${(bytes.length / 1e6).toFixed(1)} MB`);
}
