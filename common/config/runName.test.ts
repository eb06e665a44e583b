import { expect, test } from 'vitest';
import { runName } from './runName.js';

const keys = ['seed', 'optimizer.name', 'optimizer.lr', 'data.name', 'data.size', 'model.size', 'x.a.lr2'];
const name = (options: string[], changed: Record<string, unknown> = {}) =>
  runName(options, new Map(Object.entries(changed)), keys);

test.each([
  [[], {}, 'default'],
  [['digits'], {}, 'digits'],
  [['digits'], { seed: 1, 'optimizer.lr': 1e-3 }, 'digits_lr-0.001_seed-1'],
  [['cifar10', 'resnet18'], { seed: -1 }, 'cifar10_resnet18_seed--1'],
  [['digits'], { 'optimizer.name': 'sgd' }, 'digits_optimizer-sgd'],
  [['digits'], { 'data.size': 28, 'x.a.lr2': 1e-8 }, 'digits_data.size-28_lr2-1e-8'],
  [['digits'], { 'optimizer.lr': null, seed: [0.9, 0.95] }, 'digits_lr-null_seed-0.9-0.95'],
])('%j and %j make %s', (options, changed, expected) => {
  expect(name(options, changed)).toBe(expected);
});

test('what a file system cannot hold, or what is too long, ends in a hash that tells runs apart', () => {
  const awkward = ['a/b', 'a:b', '../..', 'ü', 'a b', 'x'.repeat(300), 'CON.', '"', 'a\nb', '😀'];
  const names = awkward.map((text) => name(['digits'], { seed: text }));
  expect(new Set(names).size).toBe(awkward.length);
  for (const each of names) expect(each).toMatch(/^digits_seed-[A-Za-z0-9._+-]*_[0-9a-f]{8}$/);
  for (const each of names) expect(each.length).toBeLessThanOrEqual(100);
  expect(name(['digits'], { seed: [{ name: 'crop' }] })).toMatch(
    /^digits_seed-name-crop-?_[0-9a-f]{8}$|^digits_seed-.*_[0-9a-f]{8}$/,
  );
});
