import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { applyMix, mixLabels } from './apply.js';
import { drawMix, type Mix } from './draw.js';
import { mixSchema } from './schema.js';
import { mixImages, mixWeights } from './tensors.js';

const mixOf = (input: Partial<Mix>): Mix => mixSchema.parse(input);
const at = (step: number, batch = 8) => ({ seed: 0, epoch: 1, step, batch, height: 32, width: 48 });
const N = 20_000;

/** √n times the largest distance from a distribution; above 1.95 once in a thousand. */
function distance(values: readonly number[], cdf: (x: number) => number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.sqrt(sorted.length) * Math.max(...sorted.map((x, i) => Math.abs(cdf(x) - (i + 0.5) / sorted.length)));
}

test('mixup: λ from Beta(α, α), one for the batch, one for a pair, one for an element', () => {
  const draw = (mode: Mix['mode']) => drawMix(mixOf({ mixup: 2, mode }), at(3)).lambda;
  expect(new Set(draw('batch')).size).toBe(1);
  const pairs = draw('pair');
  expect(new Set(pairs).size).toBe(4);
  for (let i = 0; i < 4; i++) expect(pairs[i]).toBe(pairs[7 - i]);
  expect(new Set(draw('elem')).size).toBe(8);
  const lambdas = Array.from({ length: N }, (_, step) => drawMix(mixOf({ mixup: 2 }), at(step, 2)).lambda[0]!);
  expect(distance(lambdas, (x) => 3 * x * x - 2 * x ** 3)).toBeLessThan(1.95);
});

test('CutMix: λ is the part of the image that is kept; boxes lie inside and are centred anywhere', () => {
  const drawn = Array.from({ length: N }, (_, step) => drawMix(mixOf({ mixup: 0, cutmix: 1 }), at(step, 2)));
  for (const { lambda, boxes, cut } of drawn) {
    const [top = 0, bottom = 0, left = 0, right = 0] = boxes;
    expect(cut[0]).toBe(1);
    expect(top).toBeGreaterThanOrEqual(0);
    expect(left).toBeGreaterThanOrEqual(0);
    expect(bottom).toBeLessThanOrEqual(32);
    expect(right).toBeLessThanOrEqual(48);
    expect(lambda[0]).toBe(Math.fround(1 - ((bottom - top) * (right - left)) / (32 * 48)));
  }
  const raw = Array.from({ length: N }, (_, step) =>
    drawMix(mixOf({ mixup: 0, cutmix: 1, correctLambda: false }), at(step, 2)),
  );
  expect(
    distance(
      raw.map(({ lambda }) => lambda[0]!),
      (x) => x,
    ),
  ).toBeLessThan(1.95);
  // Not cut by the border (a small box): its sides are those of 1 − λ of the area.
  for (const { lambda, boxes } of raw) {
    const [top = 0, bottom = 0, left = 0, right = 0] = boxes;
    if (top === 0 || left === 0 || bottom === 32 || right === 48) continue;
    const side = Math.sqrt(1 - lambda[0]!);
    expect(Math.abs(bottom - top - 32 * side)).toBeLessThan(1.001);
    expect(Math.abs(right - left - 48 * side)).toBeLessThan(1.001);
  }
  const minmax = Array.from(
    { length: 1000 },
    (_, step) => drawMix(mixOf({ mixup: 0, cutmixMinmax: [0.25, 0.75] }), at(step, 2)).boxes,
  );
  for (const [top = 0, bottom = 0, left = 0, right = 0] of minmax) {
    expect(bottom - top).toBeGreaterThanOrEqual(8);
    expect(bottom - top).toBeLessThan(24);
    expect(right - left).toBeGreaterThanOrEqual(12);
    expect(right - left).toBeLessThan(36);
  }
});

test('how often, and which of the two', () => {
  const drawn = Array.from({ length: N }, (_, step) =>
    drawMix(mixOf({ mixup: 0.8, cutmix: 1, p: 0.7, switchP: 0.25 }), at(step, 2)),
  );
  const share = (values: boolean[]) => values.filter(Boolean).length / values.length;
  expect(Math.abs(share(drawn.map(({ cut }) => cut[0] === 1)) - 0.175)).toBeLessThan(0.011);
  expect(Math.abs(share(drawn.map(({ cut, lambda }) => cut[0] === 0 && lambda[0] !== 1)) - 0.525)).toBeLessThan(0.014);
  expect(drawMix(mixOf({ mixup: 0, cutmix: 0 }), at(0)).lambda).toEqual(new Float32Array(8).fill(1));
});

test('parameters are a function of seed, epoch and step', () => {
  const mix = mixOf({ mixup: 1, cutmix: 1, mode: 'elem' });
  expect(drawMix(mix, at(5))).toEqual(drawMix(mix, at(5)));
  const others = [at(6), { ...at(5), epoch: 2 }, { ...at(5), seed: 1 }].map((place) =>
    drawMix(mix, place).lambda.join(),
  );
  expect(new Set([...others, drawMix(mix, at(5)).lambda.join()]).size).toBe(4);
});

test.each(['batch', 'pair', 'elem'] as const)(
  'images are mixed as by a plain loop, on buffers and on tensors (%s)',
  async (mode) => {
    const shape = { height: 6, width: 5, channels: 3 };
    const [size, batch] = [90, 5];
    const images = Float32Array.from({ length: batch * size }, (_, i) => Math.sin(i * i));
    for (let step = 0; step < 12; step++) {
      const mix = mixOf({ mixup: 1, cutmix: 1, mode, p: 0.9 });
      const parameters = drawMix(mix, { seed: 2, epoch: 0, step, batch, height: 6, width: 5 });
      const expected = images.map((own, k) => {
        const i = Math.floor(k / size);
        const y = Math.floor((k % size) / 15);
        const x = Math.floor((k % 15) / 3);
        const other = images[(batch - 1 - i) * size + (k % size)]!;
        const lambda = parameters.lambda[i]!;
        if (parameters.cut[i] === 0) return own * lambda + other * (1 - lambda);
        const [top = 0, bottom = 0, left = 0, right = 0] = parameters.boxes.subarray(4 * i);
        return y >= top && y < bottom && x >= left && x < right ? other : own;
      });
      const mixed = images.slice();
      applyMix(mixed, shape, parameters);
      for (const [k, value] of expected.entries()) expect(mixed[k]).toBeCloseTo(value, 5);
      const tensor = mixImages(tf.tensor4d(images, [batch, 6, 5, 3]), mixWeights(parameters, 6, 5));
      for (const [k, value] of (await tensor.data()).entries()) expect(value).toBeCloseTo(expected[k]!, 5);
      expect(parameters.lambda[2]).toBe(1); // the middle of an odd batch has no partner
    }
  },
);

test('labels are timm’s', () => {
  const parameters = (lambda: number[]) => ({
    partner: Int32Array.of(3, 2, 1, 0),
    lambda: Float32Array.from(lambda),
    ...{ cut: new Uint8Array(4), boxes: new Int32Array(16) },
  });
  // timm 1.0 mixup_target(torch.tensor([0, 2, 1, 1]), 3, lam=0.3, smoothing=0.1) and, without smoothing, lam=[0.3, 1, 0.6, 0.25] as a column
  const smooth = [
    0.303333, 0.663333, 0.033333, 0.033333, 0.663333, 0.303333, 0.033333, 0.303333, 0.663333, 0.663333, 0.303333,
    0.033333,
  ];
  const each = [0.3, 0.7, 0.0, 0.0, 0.0, 1.0, 0.0, 0.6, 0.4, 0.75, 0.25, 0.0];
  for (const [k, value] of mixLabels([0, 2, 1, 1], 3, parameters([0.3, 0.3, 0.3, 0.3]), 0.1).entries())
    expect(value).toBeCloseTo(smooth[k]!, 6);
  for (const [k, value] of mixLabels([0, 2, 1, 1], 3, parameters([0.3, 1, 0.6, 0.25])).entries())
    expect(value).toBeCloseTo(each[k]!, 6);
});
