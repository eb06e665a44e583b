// runs, diff, average, board and lr-find in processes of their own, on runs that were really trained.
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDigits } from 'common/data';
import { loadModel, readSafetensors } from 'common/training';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Outcome, startAtelier } from './testing/atelier.js';

const paper = 'an_image_is_worth_16x16_words';
let assets: string;
let digits: string;
const outputs = () => join(assets, 'outputs', paper);
const names: string[] = [];

function atelier(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return startAtelier(args, { ATELIER_ASSETS: assets, ATELIER_LOG: '', ...env }, assets).done;
}
const tiny = (...more: string[]) => [
  ...[
    paper,
    `data.folder=${digits}`,
    'batchSize=16',
    'schedule.warmup=0',
    'model.depth=1',
    'model.heads=2',
    'workers=0',
  ],
  ...more,
];

function expectRefusal({ code, stderr }: Outcome, exit: number, ...words: (string | RegExp)[]): void {
  for (const word of words) expect(stderr).toMatch(word);
  expect(stderr).not.toMatch(/\n\s+at |This is a bug/);
  expect(code, stderr).toBe(exit);
}

beforeAll(async () => {
  assets = await mkdtemp(join(tmpdir(), 'atelier-runs-cli-'));
  digits = await ensureDigits({ folder: join(assets, 'datasets', 'digits'), train: 64, test: 32 });
  for (const more of [
    ['model.dim=16', 'epochs=1'],
    ['model.dim=16', 'epochs=1', 'seed=1'],
    ['model.dim=8', 'epochs=2'],
  ]) {
    const { code, stderr } = await atelier(['train', ...tiny(...more)]);
    expect(code, stderr).toBe(0);
    names.push(...(await readdir(outputs())).filter((name) => !names.includes(name)));
  }
}, 240_000);
afterAll(() => rm(assets, { recursive: true, force: true }));

describe('atelier runs', () => {
  it('lists, filters, sorts and draws', async () => {
    const list = await atelier(['runs']);
    expect(list.code, list.stderr).toBe(0);
    const rows = list.stdout.trim().split('\n');
    expect(rows[0]).toMatch(/^run +state +epochs +best +differs +date +duration +size$/);
    expect(rows.length).toBe(4);
    for (const row of rows.slice(1)) expect(row).toMatch(/finished +\d\/\d +val_accuracy [\d.]+ .*model\.dim=\d+/);
    const plot = join(assets, 'plot.png');
    const some = await atelier([
      ...['runs', paper, '--filter', 'model.dim=16,state=finished', '--sort', '-seed', '--plot', plot],
      ...['--columns', 'run,seed,test_loss'],
    ]);
    expect(some.code, some.stderr).toBe(0);
    expect(
      some.stdout
        .trim()
        .split('\n')
        .map((row) => row.split(/ +/)[1]),
    ).toEqual(['seed', '1', '0']);
    expect((await sharp(plot).metadata()).width).toBeGreaterThan(1000);
    const json = await atelier(['runs', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject([
      { epochsTotal: 2 },
      { config: { seed: 1 } },
      { config: { seed: 0 } },
    ]);
  }, 120_000);

  it('says what it does not know', async () => {
    expectRefusal(await atelier(['runs', '--filter', 'val_acuracy>0.9']), 2, 'Did you mean "val_accuracy"');
    expectRefusal(await atelier(['runs', `${paper}x`]), 1, `Did you mean "${paper}"`);
    expectRefusal(await atelier(['runs', '--plot', 'x.png', '--metrics', 'val_los']), 2, 'Did you mean "val_loss"');
  }, 120_000);
});

it('diff shows what differs', async () => {
  const { code, stdout, stderr } = await atelier(['diff', names[0] ?? '', names[1] ?? '']);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^config .*\nseed +0 +1\n/);
  expect(stdout).toMatch(/val_accuracy +[\d.]+ +[\d.]+ +[+-][\d.]+/);
  expectRefusal(await atelier(['diff', names[0] ?? '', 'nothing']), 1, 'No run "nothing"');
}, 120_000);

it('average writes the mean of runs, and refuses other architectures by name', async () => {
  const output = join(assets, 'avg.safetensors');
  const { code, stderr } = await atelier(['average', names[0] ?? '', names[1] ?? '', '--output', output]);
  expect(code, stderr).toBe(0);
  const read = (run = '') => readSafetensors(join(outputs(), run, 'checkpoints', 'best.safetensors'));
  const [a, b, mean] = await Promise.all([read(names[0]), read(names[1]), readSafetensors(output)]);
  for (const [name, { data }] of mean.tensors)
    data.forEach((value, i) => {
      const [x, y] = [Number(a.tensors.get(name)?.data[i]), Number(b.tensors.get(name)?.data[i])];
      expect(Number(value)).toBe(Math.fround((x + y) / 2));
    });
  // In the place of a checkpoint it is one.
  await rm(join(outputs(), names[1] ?? '', 'checkpoints', 'best.safetensors'));
  await symlink(output, join(outputs(), names[1] ?? '', 'checkpoints', 'best.safetensors'));
  const { model } = await loadModel(join(outputs(), names[1] ?? ''));
  expect(model.stateDict().size).toBeGreaterThan(5);
  expectRefusal(
    await atelier(['average', names[0] ?? '', names[2] ?? '', '--output', join(assets, 'no.safetensors')]),
    1,
    /is of another architecture than .*: .* is float32 \[.*\], not float32 \[/,
  );
  expect(existsSync(join(assets, 'no.safetensors'))).toBe(false);
  expectRefusal(await atelier(['average', names[0] ?? '', '--output', output]), 1, 'nothing to average');
}, 120_000);

it('board says how to install TensorBoard where it is not', async () => {
  expectRefusal(await atelier(['board'], { PATH: '/nonexistent' }), 1, 'python3 -m pip install tensorboard');
  expectRefusal(await atelier(['board', '--port', 'x']), 2, '--port x');
}, 60_000);

it('lr-find runs any paper for a sweep, and touches no run', async () => {
  const before = await readdir(outputs());
  const { code, stdout, stderr } = await atelier(['lr-find', ...tiny('model.dim=16'), '--steps', '40', '--json']);
  expect(code, stderr).toBe(0);
  const result = JSON.parse(stdout);
  expect(result.lrs[0]).toBe(1e-7);
  expect(result.lrs.length).toBeGreaterThan(10); // 4 batches an epoch: it went through several
  const [folder = ''] = (await readdir(outputs())).filter((name) => !before.includes(name));
  expect(folder).toMatch(/^lr-find_/);
  expect(await readdir(join(outputs(), folder))).toEqual(['lr_plot.png', 'results.json', 'train.log']);
  const file = JSON.parse(await readFile(join(outputs(), folder, 'results.json'), 'utf8'));
  expect(file.losses).toEqual(result.losses);
  expect((await atelier(['runs', '--json'])).stdout).not.toContain('lr-find_');
  // The seed decides: the same sweep again, though the folder is there already.
  const again = await atelier(['lr-find', ...tiny('model.dim=16'), '--steps', '40', '--json']);
  expect(JSON.parse(again.stdout).losses).toEqual(result.losses);
  expectRefusal(await atelier(['lr-find', ...tiny(), '--loss', 'los']), 1, 'logs no "los"');
  expectRefusal(await atelier(['lr-find', ...tiny(), '--start', 'x']), 2, '--start x');
  expectRefusal(await atelier(['lr-find', paper, '--resume', names[0] ?? '']), 2, 'leave out --resume');
}, 240_000);
