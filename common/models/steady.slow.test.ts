// Ten thousand training steps of vit_d128 and cnn, the cases of npm run bench: memory stays what it is after warm-up.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { compile, engineStats } from '../backend/index.js';
import { crossEntropy } from '../losses/index.js';
import { adam, valueAndGrads } from '../optim/index.js';
import { hashed } from './fixtures/hashed.js';
import { createModel, type ModelSpecInput } from './index.js';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');
const residentMB = () => {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage.rss() / 2 ** 20;
};

const steps = 10_000;
const every = 500;
const cases: Record<string, { spec: ModelSpecInput; batch: number }> = {
  cnn: { spec: { name: 'cnn' }, batch: 64 },
  vit_d128: { spec: { name: 'vit', eps: 1e-5 }, batch: 128 },
};

for (const [name, { spec, batch }] of Object.entries(cases))
  it(`${name}: ${steps} steps with flat memory, the same tensors in every step, nothing compiled anew`, {
    timeout: 4 * 3_600_000,
  }, () => {
    const model = createModel(spec, { classes: 10, channels: 1, size: 28 }).train();
    const parameters = model.namedParameters();
    const optimizer = adam(parameters, { lr: 1e-4 });
    const step = compile((images: tf.Tensor4D, labels: tf.Tensor1D) => {
      const { loss, grads } = valueAndGrads(() => crossEntropy(model.forward(images), labels), parameters);
      optimizer.step(grads);
      return loss;
    });
    const batches = Array.from({ length: 4 }, (_, i) => ({
      images: Float32Array.from(hashed(`images ${i}`, batch * 28 * 28), (u) => (2 * u - 1) * Math.sqrt(3)),
      labels: Int32Array.from(hashed(`labels ${i}`, batch), (u) => Math.floor(10 * u)),
    }));
    const losses: number[] = [];
    const resident: number[] = [];
    const tensors = new Set<string>();
    let compiled = 0;
    for (let i = 0; i < steps; i++) {
      tf.tidy(() => {
        // New memory every step, as a loader gives.
        const { images, labels } = batches[i % batches.length]!;
        const loss = step(tf.tensor4d(images.slice(), [batch, 28, 28, 1]), tf.tensor1d(labels.slice(), 'int32'));
        losses.push(loss.dataSync()[0]!);
      });
      if (i === 0) compiled = engineStats().compiles;
      if ((i + 1) % every !== 0) continue;
      const { numTensors, numDataBuffers, numBytes } = tf.memory();
      tensors.add(`${numTensors} ${numDataBuffers} ${numBytes} ${engineStats().bytes}`);
      resident.push(residentMB());
    }
    console.log(`${name}, resident MB every ${every} steps: ${resident.map((mb) => mb.toFixed(1)).join(' ')}`);
    expect(tensors.size).toBe(1);
    expect(engineStats().compiles).toBe(compiled);
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
    // A batch kept every step would be gigabytes, one tensor of 1 kB ten megabytes.
    const [warm, last] = [Math.max(...resident.slice(1, 4)), Math.max(...resident.slice(-3))];
    expect(last - warm).toBeLessThan(8);
    step.dispose();
    optimizer.dispose();
    model.dispose();
  });
