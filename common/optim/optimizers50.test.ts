// Fifty steps of every optimizer against PyTorch's and timm's numbers, eagerly and compiled; state restored in the middle.
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { compile } from '../backend/index.js';
import {
  adafactor,
  adagrad,
  adam,
  adamw,
  lamb,
  lars,
  lion,
  muon,
  nadam,
  type Optimizer,
  radam,
  rmsprop,
  rmspropTf,
  sgd,
  valueAndGrads,
} from './index.js';

type Options = Record<string, unknown>;
interface Case {
  name: string;
  options: Options & { lr: number };
  extra: { schedule?: boolean; no_decay_1d?: boolean; momentum_schedule?: boolean };
  at: number[];
  trace: number[][];
  sums: number[];
  state: Record<string, [number[], number[]]>;
}
const read = (name: string): { cases: Case[]; bfloat16?: Case } =>
  JSON.parse(readFileSync(new URL(`./fixtures/optimizers_${name}.json`, import.meta.url), 'utf8'));
const torch = read('torch');
const titled = (c: Case) => ({ ...c, title: `${c.name} ${JSON.stringify({ ...c.options, ...c.extra })}` });
const cases = [...torch.cases, ...read('timm').cases].map(titled);

/** The parameters and the loss of make_optimizers.py. */
function problem() {
  const wave = (shape: number[], start: number) => {
    const values = Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => Math.sin(i * 1.7 + start) * 0.75);
    return tf.variable(
      tf.tensor(
        Float32Array.from(values, (v) => Math.round(v * 1024) / 1024),
        shape,
      ),
    );
  };
  const [w, v, b, k] = [wave([3, 4], 0.3), wave([5, 2], 1.1), wave([3], 2), wave([2, 3, 2, 2], 0.7)] as const;
  const x = tf.tensor([1, -2, 0.5, 0.25, -1, 1.5, 0.75, 0], [4, 2]);
  const y = tf.tensor([1, -0.5, 2, 0.25, 1, -1], [2, 3]);
  const c = tf.tensor(
    Float32Array.from({ length: 24 }, (_, i) => i / 16 - 0.5),
    [2, 3, 2, 2],
  );
  const half = (t: tf.Tensor) => tf.mul(tf.sum<tf.Scalar>(tf.square(t)), 0.5);
  const loss = () =>
    tf.addN([
      half(tf.add(tf.matMul(w, x), tf.reshape(b, [3, 1]))),
      tf.sum<tf.Scalar>(tf.sin(w)),
      half(tf.matMul(v, y)),
      tf.sum<tf.Scalar>(tf.cos(v)),
      tf.sum<tf.Scalar>(tf.mul(tf.cos(tf.mul(k, 2)), c)),
    ]) as tf.Scalar;
  return { loss, parameters: new Map<string, tf.Variable>(Object.entries({ w, v, b, k })) };
}

const makers: Record<string, (parameters: Map<string, tf.Variable>, options: never) => Optimizer> = {
  ...{ adafactor, adagrad, adam, adamw, lamb, lars, lion, muon, nadam, radam, rmsprop, sgd },
  rmsprop_tf: rmspropTf,
};
const renamed: Record<string, string> = {
  ...{ weight_decay: 'weightDecay', momentum_decay: 'momentumDecay', decoupled_weight_decay: 'decoupled' },
  ...{ beta2_decay: 'beta2Decay', d: 'threshold', lr_decay: 'lrDecay', initial_accumulator_value: 'initial' },
  ...{
    max_grad_norm: 'maxGradNorm',
    decoupled_decay: 'decoupled',
    trust_clip: 'trustClip',
    trust_coeff: 'trustCoefficient',
  },
  ...{ always_adapt: 'alwaysAdapt', lr_in_momentum: 'lrInMomentum', adjust_lr_fn: 'adjustLr', ns_steps: 'steps' },
};
const rename = (options: Options): Options =>
  Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      renamed[key] ?? key,
      key === 'adamw' ? rename(value as Options) : value,
    ]),
  );

function make({ name, options, extra }: Case, parameters: Map<string, tf.Variable>): Optimizer {
  const given = rename(options);
  if (extra.schedule) given.lr = (step: number) => options.lr * (1 - step / 60);
  if (extra.momentum_schedule) {
    const momentum = (step: number) => 0.95 - (0.1 * step) / 50;
    if (name === 'sgd') given.momentum = momentum;
    else given.betas = [momentum, 0.999];
  }
  given.decays = extra.no_decay_1d ? undefined : () => true;
  return makers[name]!(parameters, given as never);
}

function start(c: Case, wrap = false) {
  const { loss, parameters } = problem();
  const optimizer = make(c, parameters);
  const body = () => {
    const { grads } = valueAndGrads(loss, parameters);
    optimizer.step(grads);
    return tf.scalar(0);
  };
  const compiled = wrap ? compile(body) : undefined;
  const step = () => tf.tidy(() => void (compiled ?? body)());
  const values = () => [...parameters.values()].flatMap((p) => Array.from(p.dataSync()));
  return { optimizer, parameters, step, values, compiled };
}

/** The largest difference in units of the largest parameter. */
function difference(values: readonly number[], expected: readonly number[]): number {
  const most = Math.max(...expected.map(Math.abs));
  return Math.max(...values.map((value, i) => Math.abs(value - expected[i]!))) / most;
}

// RMSprop centered divides by what is left of a difference, and trust ratios by norms that get small: float32 leaves fewer digits there.
const tolerance = (c: Case) => (c.options.centered ? 1e-3 : 2e-5);
const worst = new Map<string, number>();

describe.each(cases)('$title', (c) => {
  test('eager and compiled are equal bitwise, and have the printed numbers', () => {
    const [eager, replayed] = [start(c), start(c, true)];
    for (let t = 1; t <= 50; t++) {
      eager.step();
      replayed.step();
      const values = replayed.values();
      expect(eager.values()).toEqual(values);
      const sum = values.reduce((total, v) => total + v * v, 0);
      expect(Math.abs(sum / c.sums[t - 1]! - 1), `step ${t}`).toBeLessThan(tolerance(c));
      const place = c.at.indexOf(t);
      if (place < 0) continue;
      const far = difference(values, c.trace[place]!);
      worst.set(c.name, Math.max(worst.get(c.name) ?? 0, far));
      expect(far, `step ${t}`).toBeLessThan(tolerance(c));
    }
    expect(replayed.compiled!.graphs()).toHaveLength(1);
    const state = replayed.optimizer.stateDict();
    for (const [name, [shape, values]] of Object.entries(c.state)) {
      const own = state.get(name)!;
      expect(own.shape, name).toEqual(shape);
      expect(difference(Array.from(own.data, Number), values), name).toBeLessThan(10 * tolerance(c));
    }
    const suffixes = (names: Iterable<string>) => new Set([...names].filter((n) => /^[wb]\./.test(n)));
    expect(suffixes(state.keys())).toEqual(suffixes(Object.keys(c.state)));
  });

  test('a state restored in the middle goes on bitwise, whatever the order of the parameters', () => {
    const whole = start(c, true);
    for (let t = 0; t < 7; t++) whole.step();
    const rest = start(c);
    rest.optimizer.loadStateDict(new Map([...whole.optimizer.stateDict()].reverse()));
    for (const [name, variable] of rest.parameters)
      variable.assign(tf.tensor(Array.from(whole.parameters.get(name)!.dataSync()), variable.shape));
    for (let t = 0; t < 6; t++) {
      whole.step();
      rest.step();
    }
    expect(rest.values()).toEqual(whole.values());
    expect(rest.optimizer.stateDict()).toEqual(whole.optimizer.stateDict());
  });
});

test('torch rounds the orthogonalisation of Muon to bfloat16: one step of 0.02 is as near as that allows', () => {
  const c = titled(torch.bfloat16!);
  const { step, values } = start(c);
  step();
  expect(difference(values(), c.trace[0]!)).toBeLessThan(1e-2);
});

test('the largest differences', () => {
  if (process.env.ATELIER_REPORT) console.log(Object.fromEntries(worst));
  expect(worst.size).toBe(Object.keys(makers).length);
});
