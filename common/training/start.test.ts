import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../utils/index.js';
import { makePaper, trainSmall } from './testing/small.js';

let dir: string;
let assets: string;

beforeEach(async () => {
  ({ dir, assets } = await makePaper());
  process.env.ATELIER_ASSETS = assets;
});
afterEach(() => rm(assets, { recursive: true, force: true }));

async function refused(argv: string[], message: RegExp): Promise<void> {
  const failure = await trainSmall(dir, argv).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(UserError);
  expect(failure).toMatchObject({ message: expect.stringMatching(message) });
}

describe('startRun', () => {
  it('writes a folder that says everything about the run', async () => {
    const run = await trainSmall(dir, ['epochs=1', 'lr=0.02']);
    await run.close();
    expect(run.folder.startsWith(join(assets, 'outputs', 'small_paper'))).toBe(true);
    expect((await readdir(run.folder)).sort()).toEqual(
      ['checkpoints', 'config.yaml', 'environment.json', 'metrics.csv', 'overrides.txt', 'plots', 'train.log'].sort(),
    );
    expect(await readFile(join(run.folder, 'overrides.txt'), 'utf8')).toBe('epochs=1\nlr=0.02\n');
    expect(await readFile(join(run.folder, 'config.yaml'), 'utf8')).toContain('lr: 0.02');
    const [header, row, end] = (await readFile(join(run.folder, 'metrics.csv'), 'utf8')).split('\n');
    expect(header).toBe('epoch,step,train_loss,train_accuracy,val_loss,val_accuracy,lr,seconds');
    expect(row).toMatch(/^1,7,/);
    expect(end).toBe('');
    const [environment] = JSON.parse(await readFile(join(run.folder, 'environment.json'), 'utf8'));
    expect(environment.versions).toMatchObject({ node: process.version, tfjs: '4.22.0' });
  });

  it('never shares a folder: a second run of the same config gets a suffix', async () => {
    const [first, second] = [await trainSmall(dir, ['epochs=1']), await trainSmall(dir, ['epochs=1'])];
    expect(basename(second.folder)).toBe(`${basename(first.folder)}-2`);
    await first.close();
    await second.close();
  });

  it('refuses a folder that is in use or holds a run', async () => {
    const folder = join(assets, 'mine');
    const run = await trainSmall(dir, ['epochs=1', '--output', folder]); // not closed yet
    const before = await readFile(join(folder, 'checkpoints', 'last.safetensors'));
    await refused(['--resume', folder], /is in use by process \d+/);
    await refused(['epochs=1', '--output', folder], /is in use/);
    await run.close();
    await refused(['epochs=1', '--output', folder], /already holds a run.*--resume/);
    expect(await readFile(join(folder, 'checkpoints', 'last.safetensors'))).toEqual(before);
  });

  it('tells a monitored metric that nobody logs before the first step', async () => {
    await refused(['monitor=val_acuracy'], /"val_acuracy".*Did you mean "val_accuracy"/);
    expect(existsSync(join(assets, 'outputs'))).toBe(false);
  });

  it('refuses a checkpoint of another architecture, naming parameters', async () => {
    const folder = join(assets, 'mine');
    await (await trainSmall(dir, ['epochs=1', '--output', folder])).close();
    const before = await readFile(join(folder, 'checkpoints', 'last.safetensors'));
    const failure = trainSmall(dir, ['--resume', folder], { hidden: 5 });
    await expect(failure).rejects.toThrow(UserError);
    await expect(failure).rejects.toThrow(
      /another architecture: net\.1\.weight is \[8, 16\] in the checkpoint and \[5, 16\] here/,
    );
    await expect(failure).rejects.toThrow(/Model of the checkpoint: \{"name":"small","hidden":8\}/);
    expect(await readFile(join(folder, 'checkpoints', 'last.safetensors'))).toEqual(before);
  });

  it('refuses to resume with another config, data or name', async () => {
    const folder = join(assets, 'mine');
    await (await trainSmall(dir, ['epochs=1', '--output', folder])).close();
    await refused(['--resume', folder, 'lr=0.5'], /lr: 0.01 in the run, 0.5 here/);
    await refused(['--resume', join(assets, 'mime')], /mime/);
    await expect(trainSmall(dir, ['--resume', folder], { dataset: 'columns' })).rejects.toThrow(
      /other data: rows then, columns now/,
    );
  });
});
