// Groups, freezing, layer decay, Lookahead.
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { compile } from '../backend/index.js';
import { createModel } from '../models/index.js';
import { adam, layerDecay, layerIds, lookahead, sgd } from './index.js';
import { problem, stepper, values } from './testing/small.js';

describe('groups', () => {
  test('the first that matches scales the rate and sets the decay', () => {
    const { parameters } = problem();
    const groups = [
      { match: 'head.*', lrScale: 10, weightDecay: 0 },
      { match: /weight$/, lrScale: 0.1 },
    ];
    const optimizer = sgd(parameters, { lr: 0.5, weightDecay: 0.1, groups });
    optimizer.step(new Map([...parameters].map(([name, p]) => [name, tf.zerosLike(p)])));
    // Without gradients only the decay moves: p − lr·scale·wd·p where it decays.
    const { 'body.weight': body, 'head.weight': head } = values(parameters);
    [0.5, -0.25, 1, 0.75].forEach((v, i) => {
      expect(body![i]).toBeCloseTo(v * (1 - 0.5 * 0.1 * 0.1), 6);
    });
    expect(head).toEqual([1, -1]);
    expect([optimizer.lrOf('head.bias'), optimizer.lrOf('body.weight')]).toEqual([5, 0.05]);
  });

  test('one that matches nothing, or is below 0, is refused', () => {
    const { parameters } = problem();
    expect(() => sgd(parameters, { lr: 1, groups: [{ match: 'hed.bias' }] })).toThrow(
      'sgd.groups: no parameter matches "hed.bias". Did you mean "head.bias"?',
    );
    expect(() => sgd(parameters, { lr: 1, groups: [{ match: '*', lrScale: -1 }] })).toThrow(
      'must be 0 or more, not -1',
    );
  });
});

describe('freezing', () => {
  test('frozen parameters and their averages rest; afterwards bias corrections count from their own first step', () => {
    const one = problem();
    const optimizer = adam(one.parameters, { lr: 0.01 });
    expect(optimizer.freeze('body.*')).toEqual(['body.weight']);
    const step = compile(stepper(one, optimizer));
    for (let i = 0; i < 4; i++) tf.tidy(() => void step());
    expect(values(one.parameters)['body.weight']).toEqual([0.5, -0.25, 1, 0.75]);
    expect(Number(optimizer.stateDict().get('body.weight.step')!.data[0])).toBe(0);

    expect(optimizer.unfreeze('body.*')).toEqual(['body.weight']);
    expect(() => step()).toThrow(
      'other parameters are frozen than when the step was compiled; call its dispose() first',
    );
    expect(optimizer.iterations).toBe(4);
    step.dispose();
    tf.tidy(() => void step());
    // Adam's first step is lr times the gradient's sign, which a bias correction of step 5 would not give.
    values(one.parameters)['body.weight']!.forEach((v, i) => {
      expect(Math.abs(v - [0.5, -0.25, 1, 0.75][i]!)).toBeCloseTo(0.01, 5);
    });
    expect(step.graphs()).toHaveLength(1);

    // A resumed optimizer knows it too.
    const two = problem();
    const resumed = adam(two.parameters, { lr: 0.01 });
    resumed.loadStateDict(optimizer.stateDict());
    for (const [name, p] of two.parameters) p.assign(tf.tensor(values(one.parameters)[name]!, p.shape));
    const again = stepper(two, resumed);
    for (let i = 0; i < 3; i++) tf.tidy(() => void [step(), again()]);
    expect(values(two.parameters)).toEqual(values(one.parameters));
    expect(resumed.stateDict()).toEqual(optimizer.stateDict());
  });

  test('a recorded step that takes what is trained as an argument changes by itself', () => {
    const p = problem();
    const optimizer = sgd(p.parameters, { lr: 0.1 });
    const body = stepper(p, optimizer);
    const step = compile((_trained: readonly string[]) => body());
    const call = () => tf.tidy(() => void step([...optimizer.trained.keys()]));
    call();
    optimizer.freeze(/head/);
    call();
    const held = values(p.parameters);
    call();
    expect(values(p.parameters)['head.weight']).toEqual(held['head.weight']);
    expect(values(p.parameters)['body.weight']).not.toEqual(held['body.weight']);
    expect(step.graphs()).toHaveLength(2);
    expect(() => optimizer.freeze('tail')).toThrow('sgd.freeze: no parameter matches "tail"');
  });
});

describe('layer decay', () => {
  test("a Vision Transformer's layers and factors are timm's", () => {
    const fixture: { layer_decay: Record<string, number> } = JSON.parse(
      readFileSync(new URL('./fixtures/parts.json', import.meta.url), 'utf8'),
    );
    const model = createModel({ name: 'vit', depth: 3, dim: 8, heads: 2 }, { classes: 2, channels: 1, size: 14 });
    const names = [...model.namedParameters().keys()];
    const scale = layerDecay(names, { least: 0.33 });
    expect(Object.fromEntries(names.map((name) => [name, scale(name)]))).toEqual(fixture.layer_decay);
    expect(layerDecay(names)('cls_token')).toBe(0.75 ** 4);
    expect(layerIds(names).get('norm.weight')).toBe(3);
  });

  test('a sequence counts what has parameters; other models say their layers', () => {
    expect([...layerIds(['0.weight', '1.weight', '3.c1.weight', '6.bias']).values()]).toEqual([0, 1, 2, 3]);
    expect(() => layerDecay(['encoder.weight'])).toThrow('give layerOf');
    const scale = layerDecay(['a', 'b', 'c'], { decay: 0.5, layerOf: (name) => ({ a: 0, b: 5 })[name] });
    expect(['a', 'b', 'c'].map(scale)).toEqual([0.25, 0.5, 1]);
    expect(() => layerDecay(['0.a'], { decay: 0 })).toThrow('in (0, 1], not 0');
  });
});

test('Lookahead follows the plain recurrence, eagerly and compiled, and goes on from its state', () => {
  const setting = () => {
    const p = tf.variable(tf.tensor1d([1, -2]));
    const parameters = new Map<string, tf.Variable>([['p', p]]);
    const optimizer = lookahead(sgd(parameters, { lr: 0.1 }), { alpha: 0.5, k: 3 });
    const body = () => {
      optimizer.step(new Map([['p', tf.mul(p, 2)]]));
      return tf.scalar(0);
    };
    return { p, optimizer, body };
  };
  const [eager, replayed] = [setting(), setting()];
  const step = compile(replayed.body);
  let [fast, slow] = [1, 1];
  for (let t = 1; t <= 11; t++) {
    tf.tidy(() => void [eager.body(), step()]);
    fast -= 0.1 * 2 * fast;
    if (t % 3 === 0) {
      slow += 0.5 * (fast - slow);
      fast = slow;
    }
    expect(eager.p.dataSync()[0]).toBeCloseTo(fast, 5);
    expect(Array.from(replayed.p.dataSync())).toEqual(Array.from(eager.p.dataSync()));
  }
  const resumed = setting();
  resumed.optimizer.loadStateDict(eager.optimizer.stateDict());
  resumed.p.assign(tf.tensor(Array.from(eager.p.dataSync())));
  for (let t = 0; t < 5; t++) tf.tidy(() => void [eager.body(), resumed.body()]);
  expect(resumed.optimizer.stateDict()).toEqual(eager.optimizer.stateDict());
  expect(Array.from(resumed.p.dataSync())).toEqual(Array.from(eager.p.dataSync()));
});
