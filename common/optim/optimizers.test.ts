// Every optimizer against 25 steps printed by PyTorch, run eagerly and compiled.
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { compile } from '../backend/index.js';
import { adam, adamw, clipGradNorm, type Optimizer, type Schedule, sgd, valueAndGrads } from './index.js';

interface Case {
  name: 'sgd' | 'adam' | 'adamw';
  options: {
    lr: number;
    momentum?: number;
    nesterov?: boolean;
    weight_decay?: number;
    betas?: [number, number];
    eps?: number;
  };
  extra: { clip?: number; no_decay_1d?: boolean; halve_every?: number };
  norms: number[];
  trace: number[][];
  state_a: Record<string, number[]>;
}
const fixture: { cases: Case[] } = JSON.parse(readFileSync(new URL('./fixtures/torch.json', import.meta.url), 'utf8'));
const cases = fixture.cases.map((c) => ({ ...c, title: `${c.name} ${JSON.stringify({ ...c.options, ...c.extra })}` }));

function problem() {
  const a = tf.variable(
    tf.tensor2d([
      [0.5, -0.3],
      [0.2, 0.8],
      [-0.6, 0.1],
    ]),
  );
  const b = tf.variable(tf.tensor1d([0.3, -0.7]));
  const x = tf.tensor2d([
    [1, -2],
    [0.5, 0.25],
  ]);
  const loss = () => {
    const fit = tf.mul(tf.sum<tf.Scalar>(tf.square(tf.add(tf.matMul(a, x), b))), 0.5);
    return tf.add<tf.Scalar>(fit, tf.sum<tf.Scalar>(tf.sin(a)));
  };
  return {
    loss,
    parameters: new Map<string, tf.Variable>([
      ['a', a],
      ['b', b],
    ]),
  };
}

function make(c: Case, parameters: Map<string, tf.Variable>): Optimizer {
  const { lr, momentum, nesterov, weight_decay: weightDecay, betas, eps } = c.options;
  const every = c.extra.halve_every;
  const schedule: Schedule | number = every ? (step) => lr * 0.5 ** Math.floor(step / every) : lr;
  const decays = c.extra.no_decay_1d ? undefined : () => true;
  if (c.name === 'sgd') return sgd(parameters, { lr: schedule, momentum, nesterov, weightDecay, decays });
  return { adam, adamw }[c.name](parameters, { lr: schedule, betas, eps, weightDecay, decays });
}

function stepper(c: Case, optimizer: Optimizer, { loss, parameters }: ReturnType<typeof problem>) {
  return () => {
    let { grads } = valueAndGrads(loss, parameters);
    let norm: tf.Scalar = tf.scalar(0);
    if (c.extra.clip !== undefined) ({ grads, norm } = clipGradNorm(grads, c.extra.clip));
    optimizer.step(grads);
    return norm;
  };
}

const values = (parameters: Map<string, tf.Variable>) =>
  [...parameters.values()].flatMap((p) => Array.from(p.dataSync()));

describe.each(['eagerly', 'compiled'])('%s', (mode) => {
  test.each(cases)('$title', (c) => {
    const setting = problem();
    const optimizer = make(c, setting.parameters);
    const step = mode === 'compiled' ? compile(stepper(c, optimizer, setting)) : stepper(c, optimizer, setting);
    c.trace.forEach((expected, i) => {
      const norm = tf.tidy(() => step().dataSync()[0]!);
      if (c.extra.clip !== undefined) expect(norm / c.norms[i]!).toBeCloseTo(1, 4);
      values(setting.parameters).forEach((value, j) => {
        expect(Math.abs(value - expected[j]!), `step ${i}, element ${j}`).toBeLessThan(2e-5);
      });
    });
    expect(optimizer.iterations).toBe(c.trace.length);
    const state = optimizer.stateDict();
    for (const [suffix, expected] of Object.entries(c.state_a))
      Array.from(state.get(`a.${suffix}`)!.data, Number).forEach((value, j) => {
        expect(value).toBeCloseTo(expected[j]!, 4);
      });
  });
});

test('a state dict restored into a fresh optimizer continues exactly', () => {
  const c = cases.find((x) => x.extra.halve_every && x.name === 'adamw')!;
  const [one, two] = [problem(), problem()];
  const first = make(c, one.parameters);
  const run = stepper(c, first, one);
  for (let i = 0; i < 7; i++) run();
  const second = make(c, two.parameters);
  second.loadStateDict(first.stateDict());
  for (const [name, variable] of two.parameters) variable.assign(tf.clone(one.parameters.get(name)!));
  expect(second.iterations).toBe(7);
  expect(second.lr).toBe(first.lr);
  const again = stepper(c, second, two);
  for (let i = 0; i < 7; i++) {
    run();
    again();
  }
  expect(values(two.parameters)).toEqual(values(one.parameters));
  expect([...first.stateDict().keys()]).toEqual(['step', 'a.exp_avg', 'b.exp_avg', 'a.exp_avg_sq', 'b.exp_avg_sq']);
});

test('a state that does not fit is refused by name and changes nothing', () => {
  const { parameters } = problem();
  const optimizer = adam(parameters, { lr: 1 });
  const state = optimizer.stateDict();
  state.set('a.exp_avg', { dtype: 'float32', shape: [3], data: new Float32Array(3) });
  state.delete('b.exp_avg');
  state.set('b.exp_av', { dtype: 'float32', shape: [2], data: new Float32Array(2) });
  expect(() => optimizer.loadStateDict(state)).toThrow(
    'The state does not fit adam: a.exp_avg is [3] there and [3, 2] here; b.exp_avg is missing; b.exp_av is not expected. Did you mean "b.exp_avg"?',
  );
});

test('lrScale multiplies the step of the parameters it names', () => {
  const [plain, scaled] = [problem(), problem()];
  const grads = () =>
    new Map<string, tf.Tensor>([
      ['a', tf.ones([3, 2])],
      ['b', tf.ones([2])],
    ]);
  adam(plain.parameters, { lr: 0.01 }).step(grads());
  adam(scaled.parameters, { lr: 0.01, lrScale: (name) => (name === 'b' ? 0.1 : 1) }).step(grads());
  expect(scaled.parameters.get('a')!.arraySync()).toEqual(plain.parameters.get('a')!.arraySync());
  // Adam's first step is lr times the gradient's sign.
  scaled.parameters
    .get('b')!
    .dataSync()
    .forEach((v, i) => {
      expect(v).toBeCloseTo([0.3, -0.7][i]! - 0.001, 6);
    });
});

test('gradients and parameters must match by name; options are checked', () => {
  const { parameters } = problem();
  const optimizer = sgd(parameters, { lr: 0.1 });
  expect(() => optimizer.step(new Map([['a', tf.zeros([3, 2])]]))).toThrow('no gradient for the parameter b');
  expect(() =>
    optimizer.step(
      new Map([
        ['a', tf.zeros([3, 2])],
        ['b', tf.zeros([2])],
        ['c', tf.zeros([2])],
      ]),
    ),
  ).toThrow('a gradient for c');
  expect(() => sgd(parameters, { lr: 0.1, nesterov: true })).toThrow('nesterov needs a momentum above 0');
  expect(() => adam(parameters, { lr: -1 })).toThrow('lr must be 0 or more, not -1');
  expect(() => adam(parameters, { lr: 1, betas: [0.9, 1] })).toThrow('betas must be in [0, 1), not 1');
});

test('steps leave no tensor behind', () => {
  const setting = problem();
  const optimizer = adamw(setting.parameters, { lr: 0.01 });
  const step = stepper(cases.find((x) => x.extra.clip)!, optimizer, setting);
  tf.tidy(() => void step());
  const before = tf.memory().numTensors;
  for (let i = 0; i < 5; i++) tf.tidy(() => void step());
  expect(tf.memory().numTensors).toBe(before);
});
