// Every schedule against the numbers of torch and timm, and fairseq's, fastai's and Vaswani's formulas written out in Python.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  checkSchedule,
  constantSchedule,
  cosineSchedule,
  createSchedule,
  exponentialSchedule,
  inverseSqrtSchedule,
  linearSchedule,
  multiStepSchedule,
  noamSchedule,
  oneCycleSchedule,
  type PlateauOptions,
  plateauSchedule,
  polynomialSchedule,
  type Schedule,
  sequentialSchedule,
  stepSchedule,
  warmUp,
} from './index.js';

interface Case {
  lr: number[];
  momentum?: number[];
  metrics?: (number | null)[];
}
const { cases }: { cases: Record<string, Case> } = JSON.parse(
  readFileSync(new URL('./fixtures/schedules.json', import.meta.url), 'utf8'),
);
const peak = 0.4;
const timm = { warmup: 8, warmupFrom: 0.001, floor: 0.01, peak };

const schedules: Record<string, Schedule> = {
  step: stepSchedule({ peak, every: 13, factor: 0.3 }),
  multiStep: multiStepSchedule({ peak, at: [5, 30, 31], factor: 0.2 }),
  exponential: exponentialSchedule({ peak, factor: 0.93 }),
  linear: linearSchedule({ peak, total: 50, floor: 0.1 }),
  polynomial: polynomialSchedule({ peak, total: 50, power: 1.7 }),
  cosine: cosineSchedule({ peak, total: 60, floor: 0.01 }),
  restarts: cosineSchedule({ peak, total: 1000, floor: 0.01, cycle: 10, cycleMul: 2 }),
  sequential: sequentialSchedule([
    { schedule: warmUp(() => peak, { warmup: 10, warmupFrom: 0.04 }), steps: 10 },
    { schedule: exponentialSchedule({ peak, factor: 0.9 }), steps: 20 },
    { schedule: stepSchedule({ peak, every: 4, factor: 0.5 }) },
  ]),
  oneCycle: oneCycleSchedule({ peak, total: 60 }),
  oneCycleLinear: oneCycleSchedule({
    ...{ peak, total: 60, rise: 0.37, shape: 'linear', momentum: [0.9, 0.8], div: 10, finalDiv: 1000 },
  }),
  oneCycleThree: oneCycleSchedule({ peak, total: 60, rise: 0.2, threePhase: true }),
  oneCycleFastai: oneCycleSchedule({ peak, total: 60, style: 'fastai' }),
  timmCosine: cosineSchedule({ ...timm, total: 50, warmupOverlap: true }),
  timmPrefix: cosineSchedule({ ...timm, total: 50 }),
  timmCycles: cosineSchedule({ peak, floor: 0.01, total: 60, cycle: 12, cycleDecay: 0.5, cycleLimit: 3 }),
  timmMul: cosineSchedule({
    ...{ peak, total: 100, cycle: 7, cycleMul: 2, cycleDecay: 0.8, cycleLimit: 3, warmup: 5, warmupFrom: 0.02 },
  }),
  timmK: cosineSchedule({ peak, total: 50, kDecay: 1.6 }),
  timmPoly: polynomialSchedule({ peak, total: 50, power: 0.5, floor: 0.02, kDecay: 0.7 }),
  timmStep: stepSchedule({ peak, every: 11, factor: 0.4, warmup: 6, warmupFrom: 0.01 }),
  fairseq: inverseSqrtSchedule({ peak, warmup: 10, warmupFrom: 0.01 }),
  noam: noamSchedule({ dim: 64, warmup: 12 }),
};
const plateaus: Record<string, Omit<PlateauOptions, 'peak'>> = {
  plateau: { patience: 2, factor: 0.5 },
  plateauMax: {
    ...{ mode: 'max', patience: 1, factor: 0.3, threshold: 0.05, thresholdMode: 'abs', cooldown: 3, floor: 0.002 },
  },
  plateauFalling: { patience: 2, factor: 0.1, eps: 1e-3, cooldown: 1 },
  plateauRelMax: { mode: 'max', patience: 0, factor: 0.9, threshold: 0.1 },
};

function compare(values: readonly number[], expected: readonly number[]): void {
  values.forEach((value, step) => {
    expect(Math.abs(value - expected[step]!), `step ${step}: ${value}, not ${expected[step]}`).toBeLessThan(1e-10);
  });
}

test('every printed case is compared', () => {
  expect([...Object.keys(schedules), ...Object.keys(plateaus)].sort()).toEqual(Object.keys(cases).sort());
});

test.each(Object.entries(schedules))('%s has the printed numbers', (name, schedule) => {
  const { lr, momentum } = cases[name]!;
  compare(
    lr.map((_, step) => schedule(step)),
    lr,
  );
  expect(schedule.momentum === undefined).toBe(momentum === undefined);
  if (momentum)
    compare(
      momentum.map((_, step) => schedule.momentum!(step)),
      momentum,
    );
});

test.each(Object.entries(plateaus))('%s has the printed numbers, also from a saved state', (name, options) => {
  const { lr, metrics = [] } = cases[name]!;
  let schedule = plateauSchedule({ peak, ...options });
  const values = metrics.map((metric, i) => {
    if (i % 5 === 0) {
      const saved: Record<string, unknown> = JSON.parse(JSON.stringify(schedule.feedback.state()));
      schedule = plateauSchedule({ peak, ...options });
      schedule.feedback.load(saved);
    }
    schedule.feedback.observe(metric ?? Number.NaN);
    return schedule(i);
  });
  compare(values, lr);
});

test('a state of plateau that does not fit is refused', () => {
  const { feedback } = plateauSchedule({ peak });
  expect(() => feedback.load({ lr: 'x' })).toThrow('lr is x');
});

test('warm-up without a beginning rises to the first value; then the schedule begins', () => {
  const lr = cosineSchedule({ peak: 1, total: 110, warmup: 10, floor: 0.2 });
  expect([0, 4, 9].map(lr)).toEqual([0.1, 0.5, 1]);
  expect(lr(10)).toBe(1);
  expect(lr(60)).toBeCloseTo(0.6, 12);
  expect(lr(35)).toBeCloseTo(0.2 + 0.4 * (1 + Math.SQRT1_2), 12);
  expect([110, 111, 5000].map(lr)).toEqual([0.2, 0.2, 0.2]);
  expect([0, 1, 2, 7, 12, 20].map(linearSchedule({ peak: 2, total: 12, warmup: 2, floor: 1 }))).toEqual([
    1, 2, 2, 1.5, 1, 1,
  ]);
  expect([0, 1, 2, 99].map(constantSchedule({ peak: 3, warmup: 2 }))).toEqual([1.5, 3, 3, 3]);
  expect(cosineSchedule({ peak: 3, total: 10 })(0)).toBe(3);
  expect(linearSchedule({ peak: 3, total: 4, warmup: 4 })(3)).toBe(3);
  const rise = plateauSchedule({ peak: 8, warmup: 3, warmupFrom: 1, warmupShape: 'exponential' });
  compare([0, 1, 2, 3, 9].map(rise), [1, 2, 4, 8, 8]);
});

test('impossible options are refused', () => {
  expect(() => cosineSchedule({ peak: 1, total: 5, warmup: 6 })).toThrow('between 0 and its 5 steps, not 6');
  expect(() => linearSchedule({ peak: -1, total: 5 })).toThrow('a peak and a floor of 0 or more');
  expect(() => stepSchedule({ peak: 1, every: 0 })).toThrow('every must be above 0, not 0');
  expect(() => multiStepSchedule({ peak: 1, at: [5, 5] })).toThrow('at must be steps above 0 that rise, not [5, 5]');
  expect(() => oneCycleSchedule({ peak: 1, total: 2 })).toThrow('0.3 of 2 steps are not enough to rise in');
  expect(() => plateauSchedule({ peak: 1, factor: 1 })).toThrow('factor must be between 0 and 1, not 1');
  expect(() => warmUp(() => 1, { warmup: 2, warmupShape: 'exponential' })).toThrow('needs warmupFrom');
  expect(() => sequentialSchedule([])).toThrow('one part at least');
});

describe('a schedule and the length of the run', () => {
  test('one that ends before it is told; one that would learn nothing more is refused', () => {
    expect(checkSchedule(cosineSchedule({ peak: 1, total: 100 }), 100)).toBeUndefined();
    expect(checkSchedule(oneCycleSchedule({ peak: 1, total: 100 }), 100)).toBeUndefined();
    expect(checkSchedule(constantSchedule({ peak: 1, warmup: 10 }), 1e6)).toBeUndefined();
    expect(checkSchedule(cosineSchedule({ peak: 1, total: 80, floor: 0.1 }), 100)).toBe(
      'The schedule ends at step 80, the training at step 100: the learning rate stays at 0.1 from then on.',
    );
    expect(() => checkSchedule(linearSchedule({ peak: 1, total: 80, warmup: 5 }), 100)).toThrow(
      'The schedule ends at step 80, the training at step 100: its last 20 steps would have the learning rate 0.',
    );
    expect(() => checkSchedule(() => Number.NaN, 10)).toThrow('learning rate NaN at step 0');
  });
});

describe('createSchedule', () => {
  const run = { lr: 2, stepsPerEpoch: 10, epochs: 6 };
  test('counts in epochs, or in steps', () => {
    const direct = cosineSchedule({ peak: 2, total: 60, warmup: 15 });
    const steps = Array.from({ length: 70 }, (_, i) => i);
    expect(steps.map(createSchedule({ name: 'cosine', warmup: 1.5 }, run))).toEqual(steps.map(direct));
    expect(steps.map(createSchedule({ name: 'cosine', unit: 'steps', warmup: 15 }, run))).toEqual(steps.map(direct));
    expect(steps.map(createSchedule({ name: 'multiStep', at: [1, 2.5] }, run))).toEqual(
      steps.map(multiStepSchedule({ peak: 2, at: [10, 25] })),
    );
    expect(createSchedule({ name: 'linear', length: 5 }, run).ends).toBe(50);
    expect(createSchedule({ name: 'noam', unit: 'steps', warmup: 4, dim: 16 }, run)(3)).toBeCloseTo(2 / 4 / 2, 12);
  });

  test('schedules one after the other, in parts of the run', () => {
    const lr = createSchedule(
      {
        name: 'sequential',
        parts: [
          { length: 2, scale: 0.5, schedule: { name: 'constant', warmup: 10, unit: 'steps' } },
          { schedule: { name: 'cosine', floor: 0.1 } },
        ],
      },
      run,
    );
    const second = cosineSchedule({ peak: 2, total: 40, floor: 0.1 });
    expect([0, 9, 19].map(lr)).toEqual([0.1, 1, 1]);
    expect([20, 33, 59, 60, 99].map(lr)).toEqual([0, 13, 39, 40, 79].map(second));
    expect(lr.ends).toBe(60);
    expect(() =>
      createSchedule(
        { name: 'sequential', parts: [{ schedule: { name: 'constant' } }, { schedule: { name: 'constant' } }] },
        run,
      ),
    ).toThrow('schedule.parts.0.length: only the last part may do without.');
  });

  test('the momentum of one-cycle and the feedback of plateau come with it', () => {
    expect(createSchedule({ name: 'oneCycle' }, run).momentum!(0)).toBe(0.95);
    expect(createSchedule({ name: 'oneCycle', momentum: null }, run).momentum).toBeUndefined();
    const plateau = createSchedule({ name: 'plateau', patience: 0, mode: 'max' }, run);
    for (const metric of [1, 1]) plateau.feedback!.observe(metric);
    expect(plateau(0)).toBeCloseTo(0.2, 12);
  });

  test('unknown names and options are told with the nearest; times with the run', () => {
    // @ts-expect-error no such name
    expect(() => createSchedule({ name: 'cosin' }, run)).toThrow('there is no "cosin". Did you mean "cosine"?');
    // @ts-expect-error no such option
    expect(() => createSchedule({ name: 'cosine', warmpu: 1 }, run)).toThrow(
      'schedule.warmpu is not an option of cosine. Did you mean "warmup"?',
    );
    expect(() => createSchedule({ name: 'cosine', warmup: 7 }, run)).toThrow(
      '7 epochs (70 steps) are more than the 60',
    );
    expect(() => createSchedule({ name: 'step', every: 0.01 }, run)).toThrow('0.01 epochs are less than a step');
    expect(() => createSchedule({ name: 'step', every: -1 }, run)).toThrow('schedule.every: ');
  });
});
