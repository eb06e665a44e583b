import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { compile, configureEngine, engineStats } from './index.js';
import { record } from './testing/record.js';

configureEngine({ threads: 1 });
afterEach(() => {
  vi.restoreAllMocks();
  tf.setBackend('onnx');
  tf.disposeVariables();
});

const optimizers: Record<string, () => tf.Optimizer> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.1, 0.9),
  'momentum, nesterov': () => tf.train.momentum(0.1, 0.9, true),
  adagrad: () => tf.train.adagrad(0.1),
  adadelta: () => tf.train.adadelta(0.5),
  adam: () => tf.train.adam(0.1),
  adamax: () => tf.train.adamax(0.1, 0.9, 0.999, 1e-8, 0.01),
  rmsprop: () => tf.train.rmsprop(0.05),
  'rmsprop, momentum, centered': () => tf.train.rmsprop(0.05, 0.9, 0.5, 1e-7, true),
};

/** Ten steps of a small regression: the losses, then the parameters. */
function train(backend: string, make: () => tf.Optimizer, { everyCall = false } = {}): number[] {
  tf.setBackend(backend);
  const [w, b] = [tf.variable(tf.tensor2d([0.3, -0.2, 0.5], [3, 1])), tf.variable(tf.tensor1d([0.1]))];
  const once = make();
  const step = compile((x: tf.Tensor2D, y: tf.Tensor2D) => {
    const optimizer = everyCall ? make() : once;
    const loss = () => tf.mean(tf.square(tf.sub(tf.add(tf.matMul(x, w as tf.Tensor2D), b), y))) as tf.Scalar;
    const cost = optimizer.minimize(loss, true, [w, b]);
    if (cost === null) throw new Error('minimize was asked for the cost');
    return cost;
  });
  const losses = Array.from({ length: 10 }, (_, i) =>
    tf.tidy(() => {
      const x = tf.tensor2d(Array.from({ length: 12 }, (_, j) => Math.sin(i + 1.7 * j)), [4, 3]); // biome-ignore format: a batch
      const y = tf.tensor2d(
        Array.from({ length: 4 }, (_, j) => Math.cos(i - j)),
        [4, 1],
      );
      return step(x, y).dataSync()[0] ?? Number.NaN;
    }),
  );
  const result = [...losses, ...w.dataSync(), ...b.dataSync()];
  step.dispose();
  tf.disposeVariables();
  return result;
}

function expectClose(found: readonly number[], wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length);
  for (const [i, value] of wanted.entries()) expect(found[i], `value ${i}`).toBeCloseTo(value, 4);
}

describe('variables made inside of a compiled function', () => {
  for (const [name, make] of Object.entries(optimizers))
    it(`tf.train: ${name} takes ten steps as on the CPU backend, recorded twice`, () => {
      const { compiles } = engineStats();
      const found = train('onnx', make);
      // Its own two, and one for each read and the values that the optimizer starts from.
      expect(engineStats().compiles - compiles).toBeLessThanOrEqual(8);
      expectClose(found, train('cpu', make));
    });

  it('live on and are found by the second call, which is recorded for good', () => {
    let records = 0;
    const states: tf.Variable[] = [];
    const count = compile((x: tf.Tensor) => {
      records++;
      const [state = tf.variable(tf.mul(x, 10))] = states;
      states[0] = state;
      state.assign(tf.add(state, x));
      return tf.mul(state, 2);
    });
    const call = (x: number) => tf.tidy(() => count(tf.scalar(x)).dataSync()[0]);
    expect([call(1), call(2), call(3), call(4)]).toEqual([22, 26, 32, 40]);
    expect(records).toBe(2);
    expect(states[0]?.dataSync()[0]).toBe(20);
    const { numTensors } = tf.memory();
    for (let i = 0; i < 5; i++) call(i);
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it('may be given arrays, arguments, other variables and one another', () => {
    const outside = tf.variable(tf.tensor1d([5, 6]));
    const made: tf.Variable[] = [];
    const f = compile((x: tf.Tensor1D) => {
      if (made.length === 0) {
        const zeros = tf.zeros([2]);
        made.push(
          tf.variable(tf.tensor1d([1, 2])),
          tf.variable(x),
          tf.variable(outside),
          tf.variable(zeros),
          tf.variable(zeros),
        );
      }
      for (const variable of [...made, outside]) variable.assign(tf.add(variable, x));
      return tf.sum(tf.stack(made));
    });
    const x = tf.tensor1d([1, 10]);
    for (let i = 0; i < 3; i++) f(x).dispose();
    expect([...made, outside].map((variable) => Array.from(variable.dataSync()))).toEqual(
      [[4, 32], [4, 40], [8, 36], [3, 30], [3, 30], [8, 36]], // biome-ignore format: a list of vectors
    );
    expect(Array.from(x.dataSync())).toEqual([1, 10]);
  });

  it('at every call: as without compile, and a warning names the variable', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const make = () => tf.train.adam(0.1);
    expectClose(train('onnx', make, { everyCall: true }), train('cpu', make, { everyCall: true }));
    expect(warn.mock.calls.join('\n')).toMatch(
      /makes the variable ".*" at every call.*the optimizer that it belongs to/,
    );
  });

  it('are gone when the function fails', () => {
    const before = tf.memory().numTensors;
    const f = compile((x: tf.Tensor) => tf.variable(tf.add(x, 1)).dataSync(), { name: 'build' });
    const x = tf.scalar(1);
    expect(() => f(x)).toThrow(/read inside build/);
    const g = compile((indices: tf.Tensor1D) => tf.variable(tf.gather(tf.tensor1d([1, 2]), indices)), { name: 'pick' });
    const indices = tf.tensor1d([7], 'int32');
    expect(() => g(indices)).toThrow();
    tf.dispose([x, indices]);
    expect(tf.memory().numTensors).toBe(before);
    expect(Object.keys(tf.engine().registeredVariables)).toEqual([]);
  });

  it('are refused where nothing is run', () => {
    expect(() => record([[2]], (x) => tf.variable(x!, true, 'inner'))).toThrow('made the variable "inner"');
  });
});
