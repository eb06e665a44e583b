import { describe, expect, test } from 'vitest';
import type { Pixels } from '../pixels.js';
import { CounterRandom } from '../random.js';
import { testPixels } from '../testData.js';
import { checkTransforms } from './check.js';
import { evaluationTransforms } from './evaluation.js';
import { applyFlip } from './flip.js';
import { createNormalizer } from './normalize.js';
import { createPipeline, type PipelineInput } from './pipeline.js';
import { applyResizedCrop, drawRandomResizedCrop } from './randomResizedCrop.js';
import type { TransformInput } from './schema.js';
import { applyTransform, type PixelTransform } from './table.js';

const picture = (height: number, width: number, channels: number, i = 1): Pixels => ({
  ...{ height, width, channels },
  data: testPixels(i, { height, width, channels }),
});
const prepare = (list: TransformInput[], input: PipelineInput) => createPipeline(checkTransforms(list), input);
const randomAt =
  (row: number, seed = 0) =>
  (...key: number[]) =>
    new CounterRandom(seed, 0, row, ...key);

function run(list: TransformInput[], image: Pixels, row = 0, input: PipelineInput = { channels: 3 }): Float32Array {
  const pipeline = prepare(list, input);
  const out = new Float32Array(pipeline.volume);
  pipeline.run(image, randomAt(row), out, 0);
  return out;
}

const normalize: TransformInput = { name: 'normalize', mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.4] };

test('steps run in their order, each with its own random numbers; the values are normalised', () => {
  const list: TransformInput[] = [
    { name: 'randomResizedCrop', size: [12, 10] },
    { name: 'affine', degrees: 20 },
    { name: 'colorJitter', brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
    { name: 'flip' },
    { name: 'gaussianBlur' },
  ];
  const image = picture(20, 25, 3);
  for (let row = 0; row < 20; row++) {
    let expected = image;
    for (const [i, transform] of checkTransforms(list).entries())
      if (transform.name !== 'multiCrop' && transform.name !== 'normalize')
        expected = applyTransform(transform, expected, randomAt(row)(i));
    const values = Array.from(expected.data, (v, i) =>
      Math.fround((v / 255 - [0.4, 0.5, 0.6][i % 3]!) / [0.2, 0.3, 0.4][i % 3]!),
    );
    expect([...run([...list, normalize], image, row)]).toEqual(values);
  }
});

test('a crop with its flip, and a jitter with the normalisation, are one pass each and the same', () => {
  const list: TransformInput[] = [
    { name: 'randomResizedCrop', size: 9 },
    { name: 'flip' },
    { name: 'colorJitter', brightness: 0.4, contrast: 0.4, saturation: 0.4 },
  ];
  for (const interpolation of ['nearest', 'bilinear', 'bicubic'] as const)
    for (const channels of [1, 3] as const)
      for (let row = 0; row < 20; row++) {
        const image = picture(14, 9, channels);
        const [crop, flip, jitter] = checkTransforms([{ ...list[0], interpolation }, list[1], list[2]]);
        if (crop?.name !== 'randomResizedCrop' || flip?.name !== 'flip' || jitter?.name !== 'colorJitter')
          throw new Error();
        const parameters = drawRandomResizedCrop(crop, randomAt(row)(0), image);
        const cropped = applyResizedCrop(image, parameters);
        const flipped = randomAt(row)(1).uniform() < 0.5 ? applyFlip(cropped, { direction: 'horizontal' }) : cropped;
        const expected = applyTransform(jitter, flipped, randomAt(row)(2));
        const out = new Float32Array(81 * channels);
        createPipeline([crop, flip, jitter], { channels }).run(image, randomAt(row), out, 0);
        expect(Array.from(out, (v) => Math.round(v * 255))).toEqual([...expected.data]);
      }
});

test('the image is not written to, what is around the place in the slab neither', () => {
  const image = picture(8, 8, 3);
  const before = Uint8Array.from(image.data);
  const list: TransformInput[] = [
    { name: 'invert', p: 1 },
    { name: 'flip', p: 1 },
    { name: 'colorJitter', saturation: 1, contrast: 1 },
  ];
  const pipeline = prepare(list, { channels: 3, height: 8, width: 8 });
  const out = new Float32Array(pipeline.volume + 4).fill(9);
  pipeline.run(image, randomAt(0), out, 2);
  expect(image.data).toEqual(before);
  expect([out[0], out[1], out.at(-1), out.at(-2)]).toEqual([9, 9, 9, 9]);
});

describe('any image', () => {
  const sizes = [
    [1, 1],
    [1, 300],
    [300, 1],
    [2, 3],
    [7, 40],
    [64, 64],
  ] as const;
  const all: TransformInput[] = [
    { name: 'resize', size: 10 },
    { name: 'resize', size: [6, 9], interpolation: 'bicubic' },
    { name: 'resize', size: [6, 9], interpolation: 'nearest' },
    { name: 'centerCrop', size: 12 },
    { name: 'pad', padding: [1, 2, 3, 4], mode: 'reflect' },
    { name: 'randomCrop', padding: 3, mode: 'symmetric' },
    { name: 'randomCrop', size: 20, mode: 'edge' },
    { name: 'randomResizedCrop', size: 8 },
    { name: 'flip', p: 1 },
    { name: 'flip', p: 1, direction: 'vertical' },
    { name: 'rotation', degrees: 180 },
    { name: 'affine', degrees: 30, translate: [0.5, 0.5], scale: [0.1, 4], shear: [40, 40], interpolation: 'bicubic' },
    { name: 'perspective', p: 1, distortion: 1 },
    { name: 'colorJitter', brightness: 1, contrast: 1, saturation: 1, hue: 0.5 },
    { name: 'grayscale', p: 1 },
    { name: 'gaussianBlur', kernelSize: 23, sigma: [0.1, 5] },
    { name: 'solarize', p: 1 },
    { name: 'posterize', p: 1, bits: 0 },
    { name: 'equalize', p: 1 },
    { name: 'autocontrast', p: 1 },
    { name: 'invert', p: 1 },
    { name: 'sharpness', p: 1, factor: 2 },
    { name: 'randAugment', policy: 'rand-m10-n4-p1-inc1' },
    { name: 'randAugment', policy: 'rand-m10-n2-p1-t3a' },
    { name: 'trivialAugment' },
    { name: 'randomErasing', p: 1, mode: 'pixel' },
  ];
  test.each(all)('goes through $name', (transform) => {
    for (const [height, width] of sizes)
      for (const channels of [1, 3] as const)
        for (let row = 0; row < 6; row++) {
          const image = picture(height, width, channels, row);
          const [checked] = checkTransforms([transform]);
          const result = applyTransform(checked as PixelTransform, image, randomAt(row)(0));
          expect(result.channels).toBe(channels);
          expect(result.data.length).toBe(result.height * result.width * channels);
          const fixed = run([transform, { name: 'resize', size: [5, 4] }], image, row, { channels });
          expect(fixed.every((value) => value >= 0 && value <= 1)).toBe(true);
        }
  });

  test('of 1, 3 or 4 channels becomes what the pipeline has', () => {
    const list: TransformInput[] = [{ name: 'centerCrop', size: 2 }];
    const alpha: Pixels = { height: 2, width: 2, channels: 4, data: Uint8Array.from({ length: 16 }, (_, i) => 10 * i) };
    expect([...run(list, alpha)].map((v) => Math.round(v * 255))).toEqual([
      0, 10, 20, 40, 50, 60, 80, 90, 100, 120, 130, 140,
    ]);
    const grey: Pixels = { height: 2, width: 2, channels: 1, data: Uint8Array.of(1, 2, 3, 4) };
    expect([...run(list, grey)].map((v) => Math.round(v * 255))).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]);
    expect(run(list, picture(5, 5, 3), 0, { channels: 1 })).toHaveLength(4);
  });
});

describe('multi-crop', () => {
  const list: TransformInput[] = [
    { name: 'colorJitter', brightness: 0.5 },
    {
      name: 'multiCrop',
      crops: [
        { count: 2, transforms: [{ name: 'randomResizedCrop', size: 8, scale: [0.4, 1] }, { name: 'flip' }] },
        {
          count: 3,
          transforms: [
            { name: 'randomResizedCrop', size: [3, 4], scale: [0.05, 0.4] },
            { name: 'solarize', p: 0.2 },
          ],
        },
      ],
    },
    normalize,
    { name: 'randomErasing', p: 1 },
  ];

  test('has a view after another, of other sizes, each with random numbers of its own', () => {
    const image = picture(30, 40, 3);
    const pipeline = prepare(list, { channels: 3 });
    const shape = (height: number, width: number) => ({ height, width, channels: 3 });
    expect(pipeline.views).toEqual([shape(8, 8), shape(8, 8), shape(3, 4), shape(3, 4), shape(3, 4)]);
    expect(pipeline.volume).toBe(2 * 192 + 3 * 36);
    const out = new Float32Array(pipeline.volume);
    pipeline.run(image, randomAt(7), out, 0);
    const views = [out.slice(0, 192), out.slice(192, 384), out.slice(384, 420), out.slice(420, 456), out.slice(456)];
    expect(new Set(views.map((view) => view.join())).size).toBe(5);
    const again = new Float32Array(pipeline.volume);
    pipeline.run(image, randomAt(8), again, 0);
    expect(again).not.toEqual(out);
    pipeline.run(image, randomAt(7), again, 0);
    expect(again).toEqual(out);
  });

  test('each view is what its transforms make of the image as it was before', () => {
    const image = picture(30, 40, 3);
    const [jitter, multi] = checkTransforms(list);
    if (jitter?.name !== 'colorJitter' || multi?.name !== 'multiCrop') throw new Error();
    const before = applyTransform(jitter, image, randomAt(3)(0));
    const kinds = [0, 0, 1, 1, 1];
    const out = run(list.slice(0, 2), image, 3);
    let at = 0;
    for (const [view, kind] of kinds.entries()) {
      let expected = before;
      for (const [i, transform] of multi.crops[kind]!.transforms.entries())
        if (transform.name !== 'normalize') expected = applyTransform(transform, expected, randomAt(3)(1, view, i));
      const values = [...out.subarray(at, at + expected.data.length)].map((v) => Math.round(v * 255));
      expect(values).toEqual([...expected.data]);
      at += expected.data.length;
    }
  });
});

describe('erasing', () => {
  const erase = { name: 'randomErasing', p: 1, scale: [0.2, 0.3] } as const;
  const white = { height: 40, width: 40, channels: 3, data: new Uint8Array(4800).fill(255) };
  const half: TransformInput = { name: 'normalize', mean: [0.5], std: [0.5] };

  test('after normalize is in its units, before it in 0 … 255', () => {
    const fixed: PipelineInput = { channels: 3, height: 40, width: 40 };
    const after = run([half, { ...erase, value: [0] }], white, 0, fixed);
    expect(new Set(after)).toEqual(new Set([1, 0]));
    const share = after.filter((value) => value === 0).length / after.length;
    expect(share).toBeGreaterThan(0.19);
    expect(share).toBeLessThan(0.31);
    expect(new Set(run([{ ...erase, value: [0] }, half], white, 0, fixed))).toEqual(new Set([1, -1]));
    const colours = run([half, { ...erase, mode: 'rand' }], white, 0, fixed);
    expect(new Set(colours).size).toBe(4);
    const noise = [...run([half, { ...erase, mode: 'pixel' }], white, 0, fixed)].filter((value) => value !== 1);
    expect(Math.abs(noise.reduce((a, b) => a + b, 0) / noise.length)).toBeLessThan(0.15);
    expect(Math.abs(noise.reduce((a, b) => a + b * b, 0) / noise.length - 1)).toBeLessThan(0.2);
    const bytes = [...run([{ ...erase, mode: 'pixel' }], white, 0, fixed)].filter((value) => value !== 1);
    expect(Math.abs(bytes.reduce((a, b) => a + b, 0) / bytes.length - 0.5)).toBeLessThan(0.05);
  });
});

test('normalize is (value / 255 − mean) / std in float32', () => {
  const source = Uint8Array.of(0, 128, 255, 7, 8, 9);
  const [mean, std] = [
    [0.1, 0.2, 0.3],
    [0.5, 0.25, 2],
  ];
  const out = new Float32Array(8).fill(5);
  createNormalizer({ mean: mean!, std: std! })(source, 6, out, 1);
  const expected = [...source].map((value, i) => Math.fround((value / 255 - mean![i % 3]!) / std![i % 3]!));
  expect([...out]).toEqual([5, ...expected, 5]);
});

test('a pipeline prints a transform a line', () => {
  expect(
    `${prepare([{ name: 'randomCrop', padding: 4, mode: 'reflect' }, { name: 'flip' }, normalize], { channels: 3, height: 4, width: 4 })}`,
  ).toMatchInlineSnapshot(`
    "randomCrop(size=null, padding=4, mode=reflect, fill=[0])
    flip(p=0.5, direction=horizontal)
    normalize(mean=[0.4,0.5,0.6], std=[0.2,0.3,0.4])"
  `);
});

test('a pipeline is data: JSON gives the same one', () => {
  const list = checkTransforms([
    { name: 'randAugment' },
    { name: 'multiCrop', crops: [{ transforms: [{ name: 'randomResizedCrop', size: 4 }] }] },
    normalize,
  ]);
  expect(checkTransforms(JSON.parse(JSON.stringify(list)))).toEqual(list);
});

test('what cannot be is refused', () => {
  const flip: TransformInput = { name: 'flip' };
  const size: PipelineInput = { channels: 1, height: 4, width: 4 };
  const grey: TransformInput = { name: 'normalize', mean: [0.5], std: [0.5] };
  expect(() => prepare([grey, flip], size)).toThrow('flip stands after normalize, where only randomErasing may');
  expect(() => prepare([grey, grey], size)).toThrow('two normalize');
  expect(() => prepare([normalize], size)).toThrow('normalize.mean has 3 numbers, but the images have 1 channel');
  expect(() => prepare([{ name: 'pad', padding: 1, fill: [1, 2, 3] }], size)).toThrow('pad.fill has 3 numbers');
  expect(() => prepare([flip], { channels: 3 })).toThrow('add a step that fixes the size');
  expect(() => prepare([{ name: 'resize', size: 8 }], { channels: 3 })).toThrow('add a step that fixes the size');
  expect(() => run([flip], picture(5, 4, 1), 0, size)).toThrow(
    'the image is 5×4 and the transforms make 5×4 of it, but a batch holds 4×4',
  );
  const crops = [{ transforms: [flip] }];
  expect(() => prepare([{ name: 'multiCrop', crops: [] }], size)).toThrow('at least 1 entries');
  expect(() =>
    prepare(
      [
        { name: 'multiCrop', crops },
        { name: 'multiCrop', crops },
      ],
      size,
    ),
  ).toThrow('more than one multiCrop');
  expect(() => prepare([grey, { name: 'multiCrop', crops }], size)).toThrow('multiCrop stands after normalize');
});

test('how much smaller a JPEG may be decoded', () => {
  const first = prepare(
    [
      { name: 'resize', size: 256 },
      { name: 'centerCrop', size: 224 },
    ],
    { channels: 3 },
  );
  expect(
    [
      [256, 400],
      [1023, 1500],
      [1024, 1500],
      [2048, 4000],
      [4096, 5000],
    ].map(([h, w]) => first.shrink(h!, w!)),
  ).toEqual([1, 1, 2, 4, 8]);
  expect(prepare([{ name: 'randomResizedCrop', size: 8 }], { channels: 3 }).shrink(4000, 4000)).toBe(1);
});

describe('the evaluation part', () => {
  test('of a training list leaves out what is chance and crops the middle', () => {
    const list = checkTransforms([
      { name: 'randomResizedCrop', size: 224, interpolation: 'bicubic' },
      { name: 'flip' },
      { name: 'grayscale', p: 1 },
      { name: 'randAugment' },
      normalize,
      { name: 'randomErasing' },
    ]);
    expect(evaluationTransforms(list)).toEqual([
      { name: 'resize', size: 256, interpolation: 'bicubic' },
      { name: 'centerCrop', size: 224 },
      { name: 'grayscale', p: 1 },
      checkTransforms([normalize])[0],
    ]);
    const small = checkTransforms([{ name: 'randomCrop', padding: 4 }, { name: 'flip' }, normalize]);
    expect(evaluationTransforms(small)).toEqual(checkTransforms([normalize]));
    expect(evaluationTransforms(checkTransforms([{ name: 'randomCrop', size: 28, padding: 4 }]))).toEqual([
      { name: 'centerCrop', size: 28 },
    ]);
  });

  test('of a recipe is what it says; of a multi-crop its first kind of view', () => {
    const train = checkTransforms([
      {
        name: 'multiCrop',
        crops: [{ count: 2, transforms: [{ name: 'randomResizedCrop', size: 7 }, { name: 'flip' }] }],
      },
      normalize,
    ]);
    const own = checkTransforms([{ name: 'resize', size: [3, 3] }, normalize]);
    expect(evaluationTransforms({ train, eval: own })).toEqual(own);
    expect(evaluationTransforms(train).map(({ name }) => name)).toEqual(['resize', 'centerCrop', 'normalize']);
  });
});
