import type { Asset } from 'common/hub';
import { expect, test } from 'vitest';
import { describe } from './assetsList.js';
import { describeLoss } from './assetsRemove.js';

const asset: Asset = {
  ...{ kind: 'dataset', key: 'datasets/ada/set', id: 'ada/set', dir: '/a/datasets/ada/set', state: 'downloaded' },
  ...{ bytes: 18_800_000, files: 1234, revision: 'abcdef0123456789', names: ['main', 'v1'] },
  ...{ changed: '2024-05-01T12:34:56.000Z', links: ['papers/a/data', 'projects/b/data'] },
};
const run: Asset = {
  ...{ kind: 'output', key: 'outputs/a/lr=0.1', id: 'a/lr=0.1', dir: '/a/outputs/a/lr=0.1', state: 'local' },
  ...{ bytes: 999, files: 1, revision: undefined, names: [], changed: asset.changed, links: [] },
};
const elsewhere: Asset = { ...run, kind: 'model', id: 'ünï/☃', state: 'link', target: '/big/x', bytes: 0, files: 0 };

test('the table is aligned, says where links lead, and ends with the sum and what is lost', () => {
  const dangling = [{ path: 'papers/c/data', target: '/a/datasets/eve/set', dangling: true }];
  expect(describe({ root: '/a', assets: [asset, run, elsewhere], dangling })).toBe(
    `kind     name         size  files  revision         changed           links and notes
dataset  ada/set   18.8 MB  1,234  main v1 abcdef0  2024-05-01 12:34  papers/a/data, projects/b/data
output   a/lr=0.1    999 B      1  –                2024-05-01 12:34
model    ünï/☃         0 B      0  –                2024-05-01 12:34  a link to /big/x, not followed

3 assets, 18.8 MB in /a
papers/c/data leads to /a/datasets/eve/set, where nothing is
`,
  );
});

test('a removal says first which links will lead nowhere, and that a link alone goes', () => {
  expect(describeLoss(asset)).toBe(
    'datasets/ada/set: 1,234 files, 18.8 MB\n  papers/a/data will lead nowhere\n  projects/b/data will lead nowhere\n',
  );
  expect(describeLoss(elsewhere)).toContain('a link to /big/x\n');
});
