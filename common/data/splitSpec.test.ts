import { expect, test } from 'vitest';
import { parseSplit, partRange } from './splitSpec.js';

const ranges = (spec: string, length: number) =>
  parseSplit(spec).map((part) => [part.split, ...partRange(part, length)]);

// Printed by Python: datasets.ReadInstruction.from_spec(spec).to_absolute({'train': n}).
test.each([
  ['train', 10, [0, 10]],
  ['train[3:7]', 10, [3, 7]],
  ['train[:-3]', 10, [0, 7]],
  ['train[-20:]', 10, [0, 10]],
  ['train[5:100]', 10, [5, 10]],
  ['train[1_0:]', 25, [10, 25]],
  ['train[:10%]', 25, [0, 2]],
  ['train[:50%]', 5, [0, 2]],
  ['train[50%:]', 7, [4, 7]],
  ['train[-5%:]', 1014, [963, 1014]],
  ['train[10%:20%]', 29_000, [2900, 5800]],
  ['train[:33%](pct1_dropremainder)', 250, [0, 66]],
] as const)('%s of %i rows', (spec, length, range) => {
  expect(ranges(spec, length)).toEqual([['train', ...range]]);
});

test('several splits', () => {
  expect(ranges('train[:2] + test', 5)).toEqual([
    ['train', 0, 2],
    ['test', 0, 5],
  ]);
});

test.each([
  ['train[', 'is no split'],
  ['train[10:50%]', 'one bound is in percent'],
  ['train[:101%]', 'percents go from'],
  ['train[:10](closest)', 'rounding belongs to percents'],
  ['train[:10%](floor)', 'neither closest nor'],
  ['', 'is no split'],
])('"%s" is refused', (spec, message) => {
  expect(() => parseSplit(spec)).toThrow(message);
});
