// Every layer against PyTorch's printed numbers: output, gradients of inputs and parameters, buffers.
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import {
  BatchNorm2d,
  Conv2d,
  causalMask,
  Embedding,
  Flatten,
  GELU,
  LayerNorm,
  Linear,
  MaxPool2d,
  type Module,
  MultiHeadAttention,
  Sequential,
  type StateDict,
} from './index.js';

interface Numbers {
  shape: number[];
  data: number[];
}
interface Case {
  name: string;
  inputs: Numbers[];
  output: Numbers;
  input_grads: Numbers[];
  grads: Record<string, Numbers>;
  state: Record<string, Numbers>;
  eval_output?: Numbers;
}
const fixture: { cases: Case[] } = JSON.parse(readFileSync(new URL('./fixtures/torch.json', import.meta.url), 'utf8'));

type Call = (...inputs: tf.Tensor[]) => tf.Tensor;
function with1<M extends Module & { forward(x: tf.Tensor): tf.Tensor }>(module: M): [Module, Call] {
  return [module, (x) => module.forward(x!)];
}
function attention(call: (m: MultiHeadAttention, inputs: tf.Tensor[]) => tf.Tensor): [Module, Call] {
  const module = new MultiHeadAttention(8, 2);
  return [module, (...inputs) => call(module, inputs)];
}

const layers: Record<string, () => [Module, Call]> = {
  Linear: () => with1(new Linear(4, 3)),
  'Conv2d k3 p1': () => with1(new Conv2d(3, 4, 3, { padding: 1 })),
  'Conv2d k3 s2 p1 no bias': () => with1(new Conv2d(3, 4, 3, { stride: 2, padding: 1, bias: false })),
  'Conv2d k1 s2': () => with1(new Conv2d(3, 4, 1, { stride: 2 })),
  'Conv2d k2 s2': () => with1(new Conv2d(3, 4, 2, { stride: 2 })),
  BatchNorm2d: () => with1(new BatchNorm2d(3)),
  LayerNorm: () => with1(new LayerNorm(4)),
  Embedding: () => with1(new Embedding(6, 4)),
  GELU: () => with1(new GELU()),
  'MaxPool2d 2': () => with1(new MaxPool2d(2)),
  'MaxPool2d 3 s2 p1': () => with1(new MaxPool2d(3, { stride: 2, padding: 1 })),
  Flatten: () => with1(new Sequential(new Conv2d(3, 2, 1), new Flatten(), new Linear(72, 3))),
  'self attention': () => attention((m, [x]) => m.forward(x!)),
  'causal attention': () => attention((m, [x]) => m.forward(x!, x, x, causalMask(4))),
  'cross attention': () => attention((m, [x, y]) => m.forward(x!, y)),
};

/** torch's images are [B, C, H, W], ours [B, H, W, C]. */
const toOurs = (x: tf.Tensor) => (x.rank === 4 ? tf.transpose(x, [0, 2, 3, 1]) : x);
const toTorch = (x: tf.Tensor) => (x.rank === 4 ? tf.transpose(x, [0, 3, 1, 2]) : x);
const tensor = ({ shape, data }: Numbers) => tf.tensor(data, shape);

function near(actual: tf.Tensor, expected: Numbers, what: string) {
  expect(actual.shape, what).toEqual(expected.shape);
  const data = actual.dataSync();
  const scale = Math.max(1e-3, ...expected.data.map(Math.abs));
  expected.data.forEach((value, i) => {
    expect(Math.abs(data[i]! - value) / scale, `${what}[${i}]: ${data[i]} against ${value}`).toBeLessThan(1e-4);
  });
}

describe('layers give what PyTorch gives', () => {
  test.each(fixture.cases)('$name', (c) => {
    const [module, call] = layers[c.name]!();
    const start: StateDict = new Map();
    for (const [name, { shape, data }] of Object.entries(c.state)) {
      // The printed buffers are those after the step; the step starts from torch's defaults.
      const fresh = /num_batches|running_mean/.test(name) ? 0 : /running_var/.test(name) ? 1 : undefined;
      start.set(name, { dtype: 'float32', shape, data: Float32Array.from(data, (v) => fresh ?? v) });
    }
    module.loadStateDict(start);
    expect([...module.stateDict().keys()]).toEqual(Object.keys(c.state));

    const integer = c.name === 'Embedding';
    const inputs = c.inputs.map((x) => toOurs(integer ? tf.cast(tensor(x), 'int32') : tensor(x)));
    const parameters = module.namedParameters();
    const weights = tf.tidy(() => {
      const size = c.output.data.length;
      return toOurs(
        tf.tensor(
          Float32Array.from({ length: size }, (_, i) => Math.sin((i + 1) * 11.7)),
          c.output.shape,
        ),
      );
    });
    const sources = [...(integer ? [] : inputs.map((x) => tf.variable(x))), ...parameters.values()];
    let output: tf.Tensor | undefined;
    const { grads } = tf.variableGrads(() => {
      const y = call(...(integer ? inputs : sources.slice(0, inputs.length)));
      output = tf.keep(tf.clone(y));
      return tf.sum<tf.Scalar>(tf.mul(y, weights));
    }, sources);
    near(toTorch(output!), c.output, 'output');
    c.input_grads.forEach((expected, i) => {
      near(toTorch(grads[sources[i]!.name]!), expected, `gradient of input ${i}`);
    });
    for (const [name, expected] of Object.entries(c.grads))
      near(grads[parameters.get(name)!.name]!, expected, `gradient of ${name}`);
    for (const [name, variable] of module.namedBuffers()) near(variable, c.state[name]!, name);
    if (c.eval_output) {
      module.eval();
      near(toTorch(call(...inputs)), c.eval_output, 'output in eval mode');
    }
  });
});
