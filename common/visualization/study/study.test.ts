import { describe, expect, test } from 'vitest';
import { figureSvg } from '../save.js';
import { contourFigure } from './contourFigure.js';
import { historyFigure } from './historyFigure.js';
import { importanceFigure } from './importanceFigure.js';
import { parallelFigure } from './parallelFigure.js';
import { paretoFigure } from './paretoFigure.js';
import { sliceFigure } from './sliceFigure.js';
import { paramScale, scored, type Trial } from './trials.js';

const trials: Trial[] = [
  { number: 0, params: { lr: 0.1, layers: 2, optimizer: 'sgd' }, values: [3, 10] },
  { number: 1, params: { lr: 0.01, layers: 4, optimizer: 'adam' }, values: [1, 30] },
  { number: 2, params: { lr: 0.001, layers: 3, optimizer: 'adam' }, values: [2, 20] },
  { number: 3, params: { lr: 0.05, layers: 3, optimizer: 'sgd' }, values: [2.5, 40] },
  { number: 4, params: { lr: 0.5, layers: 3, optimizer: 'sgd' } },
  { number: 5, params: { lr: 0.2, layers: 8, optimizer: 'sgd' }, values: [Number.NaN, 1] },
];

test('history: the best so far, for both directions; unfinished trials are left out', () => {
  expect(historyFigure(trials).data[1]).toMatchObject({ x: [0, 1, 2, 3], y: [3, 1, 1, 1] });
  expect(historyFigure(trials, { objective: 1, direction: 'maximize' }).data[1]).toMatchObject({
    x: [0, 1, 2, 3, 5],
    y: [10, 30, 30, 40, 40],
  });
});

describe('paramScale', () => {
  const points = scored(trials);
  test('logarithms, categories, plain numbers', () => {
    const lr = paramScale('lr', points);
    expect(lr.kind).toBe('log');
    expect(lr.at(0.01)).toBeCloseTo(-2, 12);
    expect(lr.ticks.map(({ text }) => text)).toEqual(['0.001', '0.01', '0.1']);
    const optimizer = paramScale('optimizer', points);
    expect(['adam', 'sgd', 'none'].map((name) => optimizer.at(name))).toEqual([0, 1, -1]);
    expect(paramScale('layers', points)).toMatchObject({ kind: 'linear', range: [1.9, 4.1] });
  });
});

test('parallel coordinates: a line a trial, the best in front, heights by value', () => {
  const { data } = parallelFigure(trials, { params: ['layers', 'optimizer'] });
  // Four trials and what the colour bar hangs on; the least objective is drawn last.
  expect(data).toHaveLength(5);
  const best = data[3] as { x: number[]; y: number[] };
  expect(best.x).toEqual([0, 1, 2]);
  // 1 of [0.9, 3.1]; 4 of [1.9, 4.1]; adam, the first of [-0.3, 1.3].
  [0.1 / 2.2, 2.1 / 2.2, 0.3 / 1.6].forEach((y, i) => {
    expect(best.y[i]).toBeCloseTo(y, 12);
  });
});

test('Pareto: the front of less error and less time, in steps', () => {
  const { data } = paretoFigure(trials);
  expect(data[1]).toMatchObject({ x: [1, 2, 3], y: [30, 20, 10], line: { shape: 'hv' } });
  expect(data[0]).toMatchObject({ x: [2.5], y: [40] });
});

test('importance: most on top, shares as they are', () => {
  expect(importanceFigure({ a: 0.2, b: 0.7, c: 0.1 }).data[0]).toMatchObject({
    x: [0.1, 0.2, 0.7],
    text: ['0.10', '0.20', '0.70'],
  });
});

test('slice and contour name a parameter that is not there', () => {
  expect(() => sliceFigure(trials, { params: ['lrr'] })).toThrow(
    'no trial has a parameter lrr; they have lr, layers, optimizer',
  );
  expect(() => contourFigure([{ number: 0, params: { lr: 1 }, values: [1] }])).toThrow('two parameters');
});

test('slice: a panel a parameter with a dot a trial', async () => {
  const svg = await figureSvg(sliceFigure(trials));
  expect(svg.match(/<path class="point"/g)).toHaveLength(12);
  for (const text of ['lr', 'layers', 'optimizer', 'sgd']) expect(svg).toContain(`>${text}<`);
});
