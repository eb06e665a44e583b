import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { compile } from '../backend/index.js';
import { adamw, createOptimizer, createSchedule, optimizerNames, sgd } from './index.js';
import { problem, stepper, values } from './testing/small.js';

describe('createOptimizer', () => {
  test('every name makes an optimizer that learns, eagerly and compiled to the same values', () => {
    for (const name of optimizerNames) {
      const [one, two] = [problem(), problem()];
      const make = (p: ReturnType<typeof problem>) =>
        // Any of the names: the table is closed, the test goes over all of it.
        createOptimizer({ name, lr: 0.01 } as { name: 'sgd' }, p.parameters);
      const before = one.loss().dataSync()[0]!;
      const [eager, compiled] = [stepper(one, make(one)), compile(stepper(two, make(two)))];
      const tensors = [0, 1, 2].map(() => {
        for (let i = 0; i < 4; i++) tf.tidy(() => void [eager(), compiled()]);
        return tf.memory().numTensors;
      });
      expect(tensors[2], `${name} leaves no tensor behind`).toBe(tensors[0]);
      expect(values(two.parameters), name).toEqual(values(one.parameters));
      expect(one.loss().dataSync()[0], name).toBeLessThan(before);
    }
    expect(optimizerNames).toHaveLength(13);
  });

  test('is what the function makes', () => {
    const [one, two] = [problem(), problem()];
    const lr = createSchedule({ name: 'cosine' }, { lr: 0.1, stepsPerEpoch: 5, epochs: 2 });
    const first = createOptimizer({ name: 'adamw', lr, weightDecay: 0.2, betas: [0.8, 0.9] }, one.parameters);
    const second = adamw(two.parameters, { lr, weightDecay: 0.2, betas: [0.8, 0.9] });
    const [a, b] = [stepper(one, first), stepper(two, second)];
    for (let i = 0; i < 5; i++) tf.tidy(() => void [a(), b()]);
    expect(values(one.parameters)).toEqual(values(two.parameters));
    expect(first.lr).toBeCloseTo(0.05, 12);
  });

  test('one-cycle moves the momentum too; an optimizer without one refuses it', () => {
    const run = { lr: 0.1, stepsPerEpoch: 10, epochs: 2 };
    const lr = createSchedule({ name: 'oneCycle' }, run);
    const p = problem();
    const optimizer = createOptimizer({ name: 'adamw', lr }, p.parameters);
    const step = compile(stepper(p, optimizer));
    expect(optimizer.momentum).toBe(0.95);
    for (let i = 0; i < 5; i++) step();
    expect(optimizer.momentum).toBeCloseTo(0.85, 12);
    expect(step.graphs()).toHaveLength(1);
    expect(() => createOptimizer({ name: 'adagrad', lr }, p.parameters)).toThrow(
      'adagrad has no momentum for the one-cycle schedule to move; set schedule.momentum to null.',
    );
  });

  test('a metric that stalls lowers the rate of a compiled step, and so does setting it; nothing is recorded again', () => {
    const [one, two] = [problem(), problem()];
    const lr = createSchedule({ name: 'plateau', patience: 0, factor: 0.5 }, { lr: 0.1, stepsPerEpoch: 10, epochs: 2 });
    const [first, second] = [createOptimizer({ name: 'sgd', lr }, one.parameters), sgd(two.parameters, { lr: 0.1 })];
    const [step, plain] = [compile(stepper(one, first)), stepper(two, second)];
    const both = () => tf.tidy(() => void [step(), plain()]);
    both();
    for (const metric of [1, 1]) lr.feedback?.observe(metric);
    second.lr = 0.05;
    both();
    first.lr = 0.3;
    second.lr = 0.3;
    both();
    expect(values(one.parameters)).toEqual(values(two.parameters));
    expect(step.graphs()).toHaveLength(1);
  });

  test('Muon leaves to AdamW what `rest` names', () => {
    const { parameters } = problem();
    const state = createOptimizer({ name: 'muon', rest: ['head.*'] }, parameters).stateDict();
    expect([...state.keys()].filter((name) => name.endsWith('momentum_buffer'))).toEqual([
      'body.weight.momentum_buffer',
    ]);
    expect(() => createOptimizer({ name: 'muon', rest: ['embde*'] }, parameters)).toThrow(
      'optimizer.rest: no parameter matches "embde*"',
    );
  });

  test('unknown names and options are told with the nearest; values with their range', () => {
    const { parameters } = problem();
    // @ts-expect-error no such name
    expect(() => createOptimizer({ name: 'adamv' }, parameters)).toThrow(
      'optimizer.name: there is no "adamv". Did you mean',
    );
    // @ts-expect-error no such option
    expect(() => createOptimizer({ name: 'sgd', momentun: 0.9 }, parameters)).toThrow(
      'optimizer.momentun is not an option of sgd. Did you mean "momentum"?',
    );
    expect(() => createOptimizer({ name: 'adam', lr: -1 }, parameters)).toThrow('optimizer.lr: ');
    expect(() => createOptimizer({ name: 'adam', betas: [1, 0.9] }, parameters)).toThrow('optimizer.betas.0: ');
    expect(() => sgd(parameters, { lr: () => Number.NaN }).lr).toThrow('learning rate NaN at step 0');
  });
});
