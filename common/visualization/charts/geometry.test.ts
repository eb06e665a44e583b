import { describe, expect, test } from 'vitest';
import { rocCurve } from '../../metrics/index.js';
import type { Figure } from '../figure.js';
import { figureSvg } from '../save.js';
import { attentionFigure } from './attentionFigure.js';
import { bandOf } from './bands.js';
import { calibrationFigure } from './calibrationFigure.js';
import { heatMapFigure } from './heatMapFigure.js';
import { overlayFigure } from './overlayFigure.js';
import { precisionRecallFigure } from './precisionRecallFigure.js';
import { rocFigure } from './rocFigure.js';
import { runCurvesFigure } from './runCurves.js';
import { timelineFigure } from './timelineFigure.js';

type Point = [x: number, y: number];

/** Corners of the n-th line of an SVG, in pixels from the plot's corner; H and V are steps along one axis. */
function corners(svg: string, n: number): Point[] {
  const path = [...svg.matchAll(/<path class="js-line"[^>]* d="([^"]*)"/g)][n]?.[1] ?? '';
  const found: Point[] = [];
  for (const [, letter, numbers] of path.matchAll(/([MLHV])([^MLHVZ]*)/g)) {
    const values = (numbers ?? '').split(',').map(Number);
    const [x, y] = found.at(-1) ?? [0, 0];
    if (letter === 'H') found.push([values[0]!, y]);
    else if (letter === 'V') found.push([x, values[0]!]);
    else for (let i = 0; i < values.length; i += 2) found.push([values[i]!, values[i + 1]!]);
  }
  // A step of no length is no corner.
  return found.filter(([x, y], i) => i === 0 || x !== found[i - 1]![0] || y !== found[i - 1]![1]);
}

/** From a share on both axes to pixels, worked out from the layout alone. */
function squarePlot({ layout }: Figure): (x: number, y: number) => Point {
  const { width = 0, height = 0, margin = {} } = layout;
  const [wide, high] = [width - (margin.l ?? 0) - (margin.r ?? 0), height - (margin.t ?? 0) - (margin.b ?? 0)];
  const [from, to] = [-0.005, 1.005];
  return (x, y) => [((x - from) / (to - from)) * wide, ((to - y) / (to - from)) * high];
}

function expectPoints(found: readonly Point[], expected: readonly Point[]): void {
  expect(found.length).toBe(expected.length);
  expected.forEach(([x, y], i) => {
    expect(found[i]![0]).toBeCloseTo(x, 1);
    expect(found[i]![1]).toBeCloseTo(y, 1);
  });
}

describe('ROC and precision-recall', () => {
  // Scores .9 + .8 - .7 + .3 -: by hand, one up, one right, one up, one right.
  const curve = rocCurve([0.9, 0.8, 0.7, 0.3], [1, 0, 1, 0]);
  const stairs: Point[] = [
    [0, 0],
    [0, 0.5],
    [0.5, 0.5],
    [0.5, 1],
    [1, 1],
  ];

  test('the curve passes through its points, pixel by pixel', async () => {
    const figure = rocFigure(curve);
    const at = squarePlot(figure);
    const svg = await figureSvg(figure);
    expectPoints(corners(svg, 0), [at(0, 0), at(1, 1)]);
    expectPoints(
      corners(svg, 1),
      stairs.map(([x, y]) => at(x, y)),
    );
    // The area of the stairs: half × half + half × one.
    expect(svg).toContain('>model, area 0.750<');
  });

  test('precision holds until the next recall, and the area of the steps is the average precision', async () => {
    const figure = precisionRecallFigure([
      { name: 'm', curve: { precision: [0.5, 0.8, 1, 1], recall: [1, 0.8, 0.4, 0], thresholds: [0.1, 0.5, 0.9] } },
    ]);
    const at = squarePlot(figure);
    const svg = await figureSvg(figure);
    // Four lines of equal F1 and the dashed one come before.
    expectPoints(corners(svg, 5), [at(1, 0.5), at(0.8, 0.5), at(0.8, 0.8), at(0.4, 0.8), at(0.4, 1), at(0, 1)]);
    expectPoints(corners(svg, 4), [at(0, 0.5), at(1, 0.5)]);
    expect(svg).toContain(`>m, AP ${(0.2 * 0.5 + 0.4 * 0.8 + 0.4 * 1).toFixed(3)}<`);
    const f1 = corners(svg, 0);
    expectPoints([f1[0]!, f1.at(-1)!], [at(0.2 / 1.8, 1), at(1, 0.2 / 1.8)]);
  });
});

/** Upright or lying bars of an SVG: their edges in pixels from the plot's corner. */
function bars(svg: string): { left: number; right: number; top: number; bottom: number }[] {
  return [...svg.matchAll(/<g class="point"><path[^>]* d="M([-\d.]+),([-\d.]+)V([-\d.]+)H([-\d.]+)V/g)].map((found) => {
    const [x, y, v, h] = found.slice(1).map(Number) as [number, number, number, number];
    return { left: Math.min(x, h), right: Math.max(x, h), top: Math.min(y, v), bottom: Math.max(y, v) };
  });
}

test('a timeline: bars lie where the times say', async () => {
  const spans = [
    { name: 'a', lane: 'one', start: 100, end: 300 },
    { name: 'b', lane: 'one', start: 300, end: 350 },
    { name: 'c', lane: 'two', start: 200, end: 500 },
  ];
  const figure = timelineFigure(spans);
  const { width = 0, margin = {} } = figure.layout;
  const perMs = (width - (margin.l ?? 0) - (margin.r ?? 0)) / (400 * 1.01);
  const found = bars(await figureSvg(figure));
  expect(found.length).toBe(3);
  spans.forEach(({ start, end }, i) => {
    expect(found[i]!.left).toBeCloseTo((start - 100) * perMs, 0);
    expect(found[i]!.right).toBeCloseTo((end - 100) * perMs, 0);
  });
  expect(found[0]!.top).toBe(found[1]!.top);
  expect(found[2]!.top).toBeGreaterThan(found[0]!.bottom);
});

test('calibration: a bar as high as the share that is right, a hatch up to the confidence', async () => {
  const bins = [
    { lower: 0, upper: 0.5, count: 10, accuracy: 0.4, confidence: 0.3 },
    { lower: 0.5, upper: 1, count: 30, accuracy: 0.6, confidence: 0.8 },
  ];
  const figure = calibrationFigure({ ece: 0.175, mce: 0.2, bins });
  const found = bars(await figureSvg(figure));
  const { height = 0, margin = {} } = figure.layout;
  const high = (height - (margin.t ?? 0) - (margin.b ?? 0)) * 0.74;
  const y = (share: number): number => high * (1 - share / 1.005);
  // Bars of the two bins, the gap above the second, the gap within the first, then the two counts.
  expect(
    found
      .map(({ top, bottom }) => [top, bottom])
      .slice(0, 4)
      .flat()
      .map(Math.round),
  ).toEqual([y(0.4), y(0), y(0.6), y(0), y(0.8), y(0.6), y(0.4), y(0.3)].map(Math.round));
  const [few, many] = found.slice(4).map(({ top, bottom }) => bottom - top);
  expect(many! / few!).toBeCloseTo(3, 1);
});

test('runs: the band is drawn from the highest of all to the lowest, the mean through the middle', () => {
  const runs = [2, 4].map((value, i) => ({
    name: `seed ${i}`,
    group: 'g',
    rows: [0, 1].map((step) => ({ step, loss: value + step })),
  }));
  const { data } = runCurvesFigure(runs, { metrics: ['loss'], band: 'range' });
  expect(data).toHaveLength(2);
  expect(data[0]).toMatchObject({ x: [0, 1, 1, 0], y: [4, 5, 3, 2], fill: 'toself' });
  expect(data[1]).toMatchObject({ x: [0, 1], y: [3, 4], name: 'g (2 runs)' });
  expect(bandOf([], 'range').x).toEqual([]);
});

describe('heatMapFigure', () => {
  test('takes rows and tensors alike, around zero where signs differ', () => {
    const rows = heatMapFigure([
      [1, -2],
      [3, Number.NaN],
    ]);
    expect(rows.data[0]).toMatchObject({
      z: [
        [1, -2],
        [3, null],
      ],
      zmin: -3,
      zmax: 3,
    });
    expect(heatMapFigure({ data: Float32Array.of(1, -2, 3, Number.NaN), shape: [2, 2] }).data[0]).toEqual(rows.data[0]);
    expect(heatMapFigure([[1, 4]]).data[0]).toMatchObject({ zmin: 0, zmax: 4 });
  });
  test('says what does not fit', () => {
    expect(() => heatMapFigure([[1], [1, 2]])).toThrow('row 1 of the matrix has 2 numbers and row 0 1');
    expect(() => heatMapFigure({ data: [1, 2], shape: [2] })).toThrow('shape [2]');
    expect(() => heatMapFigure([[1]], { rows: ['a', 'b'] })).toThrow('1 rows has 1 names for them, not 2');
  });
});

test('overlayFigure: each number of the map lies over its part of the picture', async () => {
  const image = { data: new Uint8Array(12 * 8 * 3), width: 12, height: 8, channels: 3 as const };
  const { data, layout } = await overlayFigure({
    image,
    map: [
      [0, 1, 2],
      [3, 4, 5],
    ],
  });
  // Cells of 4 × 4 pixels: the middle of the first at (2, 2).
  expect(data).toHaveLength(1);
  expect(data[0]).toMatchObject({
    x0: 2,
    dx: 4,
    y0: 2,
    dy: 4,
    z: [
      [0, 1, 2],
      [3, 4, 5],
    ],
    zmin: 0,
    zmax: 5,
    xaxis: 'x2',
  });
  expect(layout).toMatchObject({ xaxis2: { range: [0, 12] }, yaxis2: { range: [8, 0] } });
  expect(layout.images).toHaveLength(2);
  await expect(overlayFigure({ image, map: { data: [1], shape: [1, 2] } })).rejects.toThrow(
    'not 1 numbers of shape [1, 2]',
  );
});

test('attentionFigure: of a batch the image that is asked for, a panel a head', () => {
  // Two images, two heads, one query, two keys.
  const weights = Float32Array.of(0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6);
  const found = attentionFigure({ weights, shape: [2, 2, 1, 2] }, { image: 1 }).data.map((trace) =>
    'z' in trace ? trace.z : undefined,
  );
  expect(found).toEqual([[[weights[4], weights[5]]], [[weights[6], weights[7]]]]);
  expect(() => attentionFigure({ weights, shape: [2, 2, 1, 2] }, { image: 2 })).toThrow('no image 2 in a batch of 2');
  expect(() => attentionFigure({ data: [1], shape: [1] })).toThrow('shape [1]');
});
