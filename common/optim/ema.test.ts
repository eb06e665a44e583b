import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { compile } from '../backend/index.js';
import { ema, gradNorm, valueAndGrads } from './index.js';

const one = (variable: tf.Variable) => variable.dataSync()[0]!;

test.each([undefined, 2 / 3])(
  'averages follow the plain recurrence, eagerly and compiled (warm-up power %s)',
  (warmupPower) => {
    for (const wrap of [(fn: () => tf.Tensor) => fn, (fn: () => tf.Tensor) => compile(fn)]) {
      const p = tf.variable(tf.tensor1d([1, 2]));
      const averages = ema(new Map([['p', p]]), { decay: 0.9, warmupPower });
      const step = wrap(() => {
        p.assign(tf.add(p, 1));
        averages.update();
        return tf.scalar(0);
      });
      let expected = 1;
      for (let t = 1; t <= 20; t++) {
        step();
        const decay = warmupPower === undefined ? 0.9 : Math.min(0.9, 1 - (1 + t) ** -warmupPower);
        expected = decay * expected + (1 - decay) * (1 + t);
        expect(one(averages.averages.get('p')!)).toBeCloseTo(expected, 4);
      }
      expect(averages.iterations).toBe(20);
    }
  },
);

test('integer buffers are copied; swap exchanges and exchanges back; state makes the round trip', () => {
  const p = tf.variable(tf.scalar(1));
  const n = tf.variable(tf.scalar(3, 'int32'), false);
  const variables = new Map<string, tf.Variable>([
    ['p', p],
    ['n', n],
  ]);
  const averages = ema(variables, { decay: 0.5 });
  p.assign(tf.scalar(2));
  n.assign(tf.scalar(8, 'int32'));
  averages.update();
  expect(one(averages.averages.get('p')!)).toBe(1.5);
  expect(one(averages.averages.get('n')!)).toBe(8);
  averages.swap();
  expect([one(p), one(averages.averages.get('p')!)]).toEqual([1.5, 2]);
  averages.swap();
  expect([one(p), one(averages.averages.get('p')!)]).toEqual([2, 1.5]);
  const other = ema(variables, { decay: 0.5 });
  other.loadStateDict(averages.stateDict());
  expect(other.stateDict()).toEqual(averages.stateDict());
  expect(other.iterations).toBe(1);
});

test('valueAndGrads gives loss, other tensors and every gradient, and leaves nothing behind', () => {
  const p = tf.variable(tf.tensor1d([1, -2]));
  const q = tf.variable(tf.scalar(3));
  const unused = tf.variable(tf.scalar(3));
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    const { loss, aux, grads } = valueAndGrads(
      () => ({ loss: tf.mul<tf.Scalar>(tf.sum(tf.square(p)), q), double: tf.mul(p, 2) }),
      new Map<string, tf.Variable>([
        ['p', p],
        ['q', q],
      ]),
    );
    expect(loss.dataSync()[0]).toBe(15);
    expect(Array.from(aux.double.dataSync())).toEqual([2, -4]);
    expect(Array.from(grads.get('p')!.dataSync())).toEqual([6, -12]);
    expect(Array.from(grads.get('q')!.dataSync())).toEqual([5]);
    expect(gradNorm(grads).dataSync()[0]).toBeCloseTo(Math.hypot(6, 12, 5), 5);
    const mean = valueAndGrads(() => tf.mean<tf.Scalar>(p), new Map([['p', p]]));
    expect(Array.from(mean.grads.get('p')!.dataSync())).toEqual([0.5, 0.5]);
  });
  expect(tf.memory().numTensors).toBe(before);
  expect(() => valueAndGrads(() => tf.sum<tf.Scalar>(p), new Map([['u', unused]]))).toThrow();
});
