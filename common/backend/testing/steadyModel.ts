import * as tf from '@tensorflow/tfjs-core';
import { afterStep, compile, layerNorm, live, random, softmaxCrossEntropy } from '../index.js';

/** A small classifier under gradient descent in one compiled step, with dropout, a live rate and losses read every step. For tests. */
export function trainSmallModel({ layers = 3, momenta = false } = {}) {
  const [width, classes, batch] = [16, 4, 32];
  random.seed(1);
  const start = (shape: number[]) => tf.tidy(() => tf.variable(tf.mul(random.normal(shape), 0.2)));
  const zeros = (shape: number[]) => tf.tidy(() => tf.variable(tf.zeros(shape)));
  const ones = (shape: number[]) => tf.tidy(() => tf.variable(tf.ones(shape)));
  const body = Array.from({ length: layers }, () => ({
    w: start([width, width]),
    gain: ones([width]),
    bias: zeros([width]),
  }));
  const head = start([width, classes]);
  const parameters = [...body.flatMap(({ w, gain, bias }) => [w, gain, bias]), head];
  const velocities = momenta ? parameters.map(({ shape }) => zeros([...shape])) : [];
  let iterations = 0;

  const update = compile((x: tf.Tensor2D, y: tf.Tensor2D) => {
    const { value, grads } = tf.variableGrads(() => {
      let h = x;
      for (const { w, gain, bias } of body) {
        const normal = layerNorm(h, gain as tf.Tensor1D, bias as tf.Tensor1D, 1e-5);
        const kept = random.bernoulli([batch, width], 0.95);
        h = tf.add(h, tf.mul(tf.relu(tf.matMul(normal, w as tf.Tensor2D)), kept));
      }
      return tf.mean(softmaxCrossEntropy(tf.matMul(h, head as tf.Tensor2D), y)) as tf.Scalar;
    });
    const rate = live(() => 0.1 / (1 + iterations / 1000));
    parameters.forEach((variable, i) => {
      const grad = grads[variable.name];
      const velocity = velocities[i];
      if (grad === undefined) throw new Error(`no gradient of ${variable.name}`);
      const change = velocity === undefined ? grad : tf.add(tf.mul(velocity, 0.5), grad);
      velocity?.assign(change);
      variable.assign(tf.sub(variable, tf.mul(change, rate)));
    });
    afterStep(() => {
      iterations++;
    });
    return value;
  });

  return {
    parameters,
    step(i: number): number {
      return tf.tidy(() => {
        // Rows whose class is the place of their largest value among the first few.
        const x = Float32Array.from({ length: batch * width }, (_, j) => Math.sin((i * 31 + j) * 12.9898) * 1.5);
        const labels = Int32Array.from({ length: batch }, (_, row) => {
          const first = Array.from(x.subarray(row * width, row * width + classes));
          return first.indexOf(Math.max(...first));
        });
        const loss = update(
          tf.tensor2d(x, [batch, width]),
          tf.oneHot(tf.tensor1d(labels, 'int32'), classes) as tf.Tensor2D,
        );
        return loss.dataSync()[0] ?? Number.NaN;
      });
    },
    memory() {
      const { numTensors, numDataBuffers, numBytes } = tf.memory();
      return { numTensors, numDataBuffers, numBytes };
    },
    dispose() {
      update.dispose();
      tf.dispose([...parameters, ...velocities]);
    },
  };
}
