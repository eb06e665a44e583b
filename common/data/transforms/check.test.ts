import { expect, test } from 'vitest';
import * as z from 'zod';
import { check } from '../../config/check.js';
import { parseTree } from '../../config/parseTree.js';
import { checkTransforms } from './check.js';
import { transformsSchema } from './schema.js';

test('defaults are filled in', () => {
  expect(checkTransforms([{ name: 'flip' }, { name: 'randomResizedCrop', size: 224 }])).toEqual([
    { name: 'flip', p: 0.5, direction: 'horizontal' },
    { name: 'randomResizedCrop', size: 224, scale: [0.08, 1], ratio: [3 / 4, 4 / 3], interpolation: 'bilinear' },
  ]);
});

test.each([
  [[{ name: 'flop' }], 'transforms[0].name: there is no transform "flop". Did you mean "flip"?'],
  [[{ p: 1 }], 'transforms[0].name: a transform has a name, e.g. { name: flip }'],
  [['flip'], 'transforms[0] is "flip"; it must be'],
  [
    [{ name: 'flip', direcion: 1 }],
    'transforms[0] (flip): there is no key "direcion". Did you mean "direction"? Keys are name, p, direction',
  ],
  [[{ name: 'flip', p: 2 }], 'transforms[0].p (flip) is 2; it must be at most 1'],
  [[{ name: 'flip' }, { name: 'resize' }], 'transforms[1].size (resize) is missing'],
  [[{ name: 'resize', size: 0 }], 'transforms[0].size (resize) is 0; it must be at least 1'],
  [[{ name: 'resize', size: 'big' }], 'transforms[0].size (resize) is "big"; it must be a'],
  [[{ name: 'resize', size: 8, interpolation: 'linear' }], 'it must be one of nearest, bilinear, bicubic'],
  [[{ name: 'affine', scale: [2, 1] }], 'transforms[0].scale (affine) is [2,1]: the lower end of a range comes first'],
  [
    [{ name: 'gaussianBlur', kernelSize: 4 }],
    'transforms[0].kernelSize (gaussianBlur) is 4: a kernel has a middle: its size is odd',
  ],
  [[{ name: 'normalize', mean: [0], std: [0] }], 'transforms[0].std[0] (normalize) is 0; it must be more than 0'],
  [[{ name: 'pad', padding: 1, fill: [300] }], 'transforms[0].fill[0] (pad) is 300; it must be at most 255'],
  [[{ name: 'colorJitter', hue: 0.6 }], 'transforms[0].hue (colorJitter) is 0.6; it must be at most 0.5'],
  [
    [{ name: 'multiCrop', crops: [{ transforms: [{ name: 'flipp' }] }] }],
    'transforms[0].crops[0].transforms[0].name: there is no transform "flipp". Did you mean "flip"?',
  ],
  [[{ name: 'multiCrop', crops: [{ number: 2, transforms: [{ name: 'flip' }] }] }], 'there is no key "number"'],
  ['flip', 'transforms is "flip"; it must be a list'],
])('%j is refused', (list, message) => {
  expect(() => checkTransforms(list)).toThrow(message);
});

test('the schema serves a config: unknown keys and names are found there too, and its output passes unchanged', () => {
  const schema = z.object({ augment: transformsSchema });
  const tree = (text: string) => parseTree(text, (line, column) => ({ file: 'config.yaml', line, column }));
  expect(check(tree('augment: [{ name: flip }]'), schema)).toEqual({
    augment: [{ name: 'flip', p: 0.5, direction: 'horizontal' }],
  });
  expect(() => check(tree('augment: [{ name: flop }]'), schema)).toThrow('Did you mean "flip"');
  expect(() => check(tree('augment: [{ name: randomCrop, pading: 4 }]'), schema)).toThrow('Did you mean "padding"');
});
