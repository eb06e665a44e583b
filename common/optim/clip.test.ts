import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { clipGradAdaptive, clipGradNorm, clipGradValue, createClip } from './index.js';

const fixture: { agc: Record<string, Record<string, number[]>> } = JSON.parse(
  readFileSync(new URL('./fixtures/parts.json', import.meta.url), 'utf8'),
);
const shapes: Record<string, number[]> = { w: [3, 4], b: [3], k: [2, 3, 2, 2], zero: [2, 2] };
const wave = (shape: number[], start: number, factor: number) =>
  tf.tensor(
    Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => factor * Math.sin(i * 1.7 + start)),
    shape,
  );

function setting() {
  const entries = Object.entries(shapes);
  const parameters = new Map(
    entries.map(([name, shape], i) => [name, tf.variable(wave(shape, 0.3 + i, name === 'zero' ? 0 : 1))]),
  );
  const grads = new Map(entries.map(([name, shape], i) => [name, wave(shape, 2 + i, 0.4)]));
  return { parameters, grads };
}
const list = (tensor: tf.Tensor | undefined) => Array.from(tensor!.dataSync());

test.each(Object.keys(fixture.agc))('adaptive clipping has timm’s numbers (factor, eps %s)', (key) => {
  const { parameters, grads } = setting();
  const [factor, eps] = key.split(',').map(Number) as [number, number];
  const { grads: clipped } = createClip({ name: 'adaptive', factor, eps })(grads, parameters);
  for (const [name, expected] of Object.entries(fixture.agc[key]!))
    list(clipped.get(name)).forEach((value, i) => {
      expect(value, `${name} ${i}`).toBeCloseTo(expected[i]!, 6);
    });
});

test('what is excepted from adaptive clipping stays', () => {
  const { parameters, grads } = setting();
  const { grads: clipped } = createClip({ name: 'adaptive', except: '{w,b}' })(grads, parameters);
  expect(list(clipped.get('w'))).toEqual(list(grads.get('w')));
  expect(list(clipped.get('k'))).not.toEqual(list(grads.get('k')));
  expect(() => clipGradAdaptive(new Map([['x', tf.scalar(1)]]), parameters)).toThrow('a gradient for x');
});

test('clipping by value and by norm', () => {
  const { parameters, grads } = setting();
  for (const [name, grad] of clipGradValue(grads, 0.25))
    expect(list(grad)).toEqual(list(grads.get(name)).map((v) => Math.max(-0.25, Math.min(0.25, v))));
  const byName = createClip({ name: 'norm', max: 0.1 })(grads, parameters);
  expect(list(byName.grads.get('w'))).toEqual(list(clipGradNorm(grads, 0.1).grads.get('w')));
  const norm = Math.hypot(...[...grads.values()].flatMap(list));
  expect(list(byName.norm)[0]).toBeCloseTo(norm, 5);
  expect(list(createClip({ name: 'value', max: 1 })(grads, parameters).norm)[0]).toBeCloseTo(norm, 5);
});

test('a wrong name or number is refused', () => {
  // @ts-expect-error no such name
  expect(() => createClip({ name: 'nrom' })).toThrow('clip.name: there is no "nrom". Did you mean "norm"?');
  expect(() => createClip({ name: 'norm', max: 0 })).toThrow('clip.max: ');
});
