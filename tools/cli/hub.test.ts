// download, assets and link as a person types them, in processes of their own, against a Hub in memory.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// biome-ignore lint/style/noRestrictedImports: the Hub of the tests is no part of what common/hub exports
import { type Fault, type FixtureHub, startFixtureHub } from 'common/hub/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAtelier } from './testing/atelier.js';

const big = Uint8Array.from({ length: 2_000_000 }, (_, i) => (i * 7 + (i >> 9)) & 255);
let root: string;
let assets: string;
let hub: FixtureHub;
let fault: Fault | undefined;

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'atelier-cli ü-')));
  assets = join(root, 'assets');
  hub = await startFixtureHub({
    repositories: {
      'datasets/ada/set': { 'README.md': '# Set', 'data/train.bin': big, 'data/test.bin': big.subarray(0, 3000) },
      'models/ada/net': { 'config.json': '{}', 'model.safetensors': big.subarray(5) },
      'datasets/ada/closed': { 'x.txt': 'x' },
    },
    gated: ['datasets/ada/closed'],
    token: 'hf_right',
    fault: ({ file }) => (file?.endsWith('.bin') ? fault : undefined),
  });
});
afterAll(async () => {
  rmSync(root, { recursive: true, force: true });
  await hub.close();
});

const environment = () => ({
  ...{ ATELIER_ASSETS: assets, HF_ENDPOINT: hub.url, HF_TOKEN: '', HF_HUB_OFFLINE: '', COLUMNS: '100' },
});
const start = (args: string[], env: NodeJS.ProcessEnv = {}) => startAtelier(args, { ...environment(), ...env }, root);
const atelier = (args: string[], env?: NodeJS.ProcessEnv) => start(args, env).done;
const place = (...parts: string[]) => join(assets, ...parts);

test('download: a split, the rest, files of a model; plain lines where there is no terminal', async () => {
  const [split, model] = await Promise.all([
    atelier(['download', 'dataset', 'ada/set', '--split', 'test']),
    atelier(['download', 'model', 'ada/net', '--filename', 'model.safetensors', 'config.json']),
  ]);
  expect(split).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/2 files, 3\.00 kB in .*ada.set\n3\.00 kB downloaded/),
  });
  expect(existsSync(place('datasets/ada/set/data/train.bin'))).toBe(false);
  expect(model.code, model.stderr).toBe(0);
  expect(Buffer.compare(readFileSync(place('models/ada/net/model.safetensors')), big.subarray(5))).toBe(0);
  const rest = await atelier(['download', 'dataset', 'ada/set', '--exclude', '*.md', '--parallel', '2']);
  expect(rest.code, rest.stderr).toBe(0);
  expect(rest.stderr).toMatch(/^ada\/set: 1\/2 files \| 3\.00 kB of 2\.00 MB/);
  expect(rest.stdout + rest.stderr).not.toContain('\u001b');
  const again = await atelier(['download', 'dataset', 'ada/set'], { HF_HUB_OFFLINE: '1' });
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('HF_HUB_OFFLINE is set') });
});

test('download: mistakes have a message and an exit code', async () => {
  const [kind, id, bare, split, closed, wide] = await Promise.all([
    atelier(['download', 'datset', 'ada/set']),
    atelier(['download', 'dataset', 'ada/sett']),
    atelier(['download', 'dataset', 'set']),
    atelier(['download', 'dataset', 'ada/set', '--split', 'trian']),
    atelier(['download', 'dataset', 'ada/closed']),
    atelier(['download', 'dataset', 'ada/set', '--parallel', 'many']),
  ]);
  expect(kind).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean dataset?') });
  expect(id).toMatchObject({ code: 1, stderr: expect.stringContaining('Did you mean "ada/set"?') });
  expect(bare).toMatchObject({ code: 1, stderr: expect.stringContaining('Did you mean "ada/set"?') });
  expect(split).toMatchObject({ code: 1, stderr: expect.stringContaining('Did you mean "train"?') });
  expect(closed).toMatchObject({ code: 1, stderr: expect.stringContaining('is gated') });
  expect(wide).toMatchObject({ code: 2, stderr: expect.stringContaining('A whole number from 1 to 64 is needed.') });
  for (const { stderr } of [kind, id, bare, split, closed, wide]) expect(stderr).not.toMatch(/\n\s+at /);
});

test('download: Ctrl-C leaves a part, says so, exits with 130; the same command goes on', async () => {
  const before = hub.content().length;
  rmSync(place('datasets'), { recursive: true, force: true });
  fault = { slow: 30 };
  const { child, done } = start(['download', 'dataset', 'ada/set']);
  while (
    !hub
      .content()
      .slice(before)
      .some(({ file, sent }) => file === 'data/train.bin' && sent > 1_000_000)
  )
    await new Promise((resolve) => setTimeout(resolve, 10));
  child.kill('SIGINT');
  expect(await done).toMatchObject({
    code: 130,
    stderr: expect.stringContaining('The same command goes on from here.'),
  });
  expect(existsSync(place('datasets/ada/set/data/train.bin'))).toBe(false);
  const list = await atelier(['assets', 'list']);
  expect(list.stdout).toMatch(/dataset +ada\/set .* not whole: download it again to go on/);
  fault = undefined;
  const resumed = await atelier(['download', 'dataset', 'ada/set']);
  expect(resumed.stdout).toContain('1 file resumed, every file verified');
  expect(Buffer.compare(readFileSync(place('datasets/ada/set/data/train.bin')), big)).toBe(0);
});

test('assets and link: list, verify, repair, link, remove', async () => {
  await atelier(['download', 'dataset', 'ada/set']);
  await atelier(['download', 'model', 'ada/net']);
  mkdirSync(place('outputs/a/run'), { recursive: true });
  const list = await atelier(['assets', 'list']);
  expect(list.stdout).toMatch(
    /^kind +name +size +files +revision +changed +links and notes\ndataset +ada\/set +2\.00 MB +3 +main [0-9a-f]{7} /,
  );
  expect(list.stdout).toContain('3 assets, 4.00 MB in ');
  const json: unknown = JSON.parse((await atelier(['assets', 'list', '--json'])).stdout);
  expect(json).toMatchObject({
    root: assets,
    assets: [{ key: 'datasets/ada/set' }, { key: 'models/ada/net' }, {}],
    dangling: [],
  });

  expect(await atelier(['assets', 'verify'])).toMatchObject({
    code: 0,
    stdout: 'ok   datasets/ada/set: 3 files, 2.00 MB\nok   models/ada/net: 2 files, 2.00 MB\n',
  });
  writeFileSync(place('datasets/ada/set/data/test.bin'), big.subarray(1, 3001));
  rmSync(place('datasets/ada/set/README.md'));
  const bad = await atelier(['assets', 'verify', 'ada/set']);
  expect(bad.code).toBe(1);
  expect(bad.stdout).toMatch(/^BAD {2}datasets\/ada\/set\n {5}README\.md is missing\n {5}data\/test\.bin is damaged/);
  expect(bad.stdout).toContain('npx atelier download dataset ada/set');
  await atelier(['download', 'dataset', 'ada/set']);
  expect((await atelier(['assets', 'verify', 'ada/set', '--json'])).stdout).toContain('"state": "whole"');

  const paper = join(root, 'my paper');
  mkdirSync(paper);
  const link = await atelier(['link', 'my paper', 'ada/set']);
  expect(link).toMatchObject({ code: 0, stdout: expect.stringContaining('../assets/datasets/ada/set (made)') });
  expect(readlinkSync(join(paper, 'data'))).toBe('../assets/datasets/ada/set');
  expect((await atelier(['link', paper, place('datasets/ada/set')])).stdout).toContain('(was there already)');
  expect(await atelier(['link', paper, 'ada/sett'])).toMatchObject({
    ...{ code: 1, stderr: expect.stringContaining('Did you mean "ada/set"?') },
  });
  expect((await atelier(['link', paper, 'eve/other'])).stderr).toContain('npx atelier download dataset eve/other');
  expect((await atelier(['link', 'an_image_is_worth_16x16_wrods', 'ada/set'])).stderr).toContain(
    'Did you mean "an_image_is_worth_16x16_words"?',
  );

  const [unasked, near, outside] = await Promise.all([
    atelier(['assets', 'remove', 'ada/set']),
    atelier(['assets', 'remove', 'ada/set', 'ada/nett', '--yes']),
    atelier(['assets', 'remove', '../my paper', '--yes']),
  ]);
  expect(unasked).toMatchObject({ code: 2, stderr: expect.stringContaining('give --yes') });
  expect(near).toMatchObject({ code: 1, stderr: expect.stringContaining('Did you mean "ada/net"?') });
  expect(outside).toMatchObject({ code: 1, stderr: expect.stringContaining('is outside of the assets folder') });
  expect(existsSync(place('datasets/ada/set/data/train.bin'))).toBe(true);
  const removed = await atelier(['assets', 'remove', 'ada/set', 'outputs/a/run', '--yes']);
  expect(removed.stdout).toContain('removed datasets/ada/set\nremoved outputs/a/run\n');
  expect(existsSync(place('datasets/ada'))).toBe(false);
  expect((await atelier(['assets', 'list'])).stdout).toContain('1 asset, 2.00 MB in ');
});
