import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../utils/index.js';
import { loadCheckpoint, saveBest, saveLast } from './checkpoint.js';
import { loadModel } from './loadModel.js';
import { openPredictor } from './predict.js';
import { decodeSafetensors } from './safetensors.js';
import { checkpointOf } from './testing/saver.js';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const saver = join(import.meta.dirname, 'testing', 'saver.ts');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'checkpoint-'));
  await mkdir(join(folder, 'checkpoints'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Loads `last` and checks that weights, optimizer and state are of one step, which is returned. */
async function consistentStep(): Promise<number> {
  const { state, model, training } = await loadCheckpoint(folder, 'last');
  for (const tensor of [...model.values(), ...training.values()])
    expect(new Set(Array.from(tensor.data, Number))).toEqual(new Set([state.step]));
  return state.step;
}

describe('a checkpoint', () => {
  it('is plain weights to other programs, with the state in the metadata and in state.json', async () => {
    await saveLast(folder, checkpointOf(3, 4));
    const bytes = await readFile(join(folder, 'checkpoints', 'last.safetensors'));
    const { tensors, metadata } = decodeSafetensors(bytes);
    expect([...tensors.keys()]).toEqual(['weight']);
    expect(metadata.format).toBe('pt');
    const state: unknown = JSON.parse(await readFile(join(folder, 'checkpoints', 'state.json'), 'utf8'));
    expect(state).toEqual(JSON.parse(metadata.atelier ?? ''));
    expect(state).toMatchObject({ step: 3, batch: 3 });
  });

  it('keeps NaN and infinities', async () => {
    const checkpoint = checkpointOf(1, 1);
    checkpoint.state.history = [{ loss: Number.NaN, lr: Number.POSITIVE_INFINITY }];
    checkpoint.state.best = { metric: 'loss', value: Number.NEGATIVE_INFINITY, epoch: 1 };
    await saveLast(folder, checkpoint);
    const { state } = await loadCheckpoint(folder, 'last');
    expect([state.history, state.best]).toEqual([checkpoint.state.history, checkpoint.state.best]);
  });

  it('keeps where the data stand, as their loader says it', async () => {
    const checkpoint = checkpointOf(1, 1);
    checkpoint.state.cursor = { stream: { fingerprint: 'a', state: [1, [2, 3]] }, window: 4 };
    await saveLast(folder, checkpoint);
    expect((await loadCheckpoint(folder, 'last')).state.cursor).toEqual(checkpoint.state.cursor);
  });

  it('of a model that takes no images is refused where images are asked for', async () => {
    const checkpoint = checkpointOf(1, 1);
    checkpoint.state.paper = 'a_paper';
    checkpoint.state.task = { model: { name: 'seq2seq' }, labels: [] };
    await saveBest(folder, checkpoint);
    await writeFile(join(folder, 'config.yaml'), '');
    for (const open of [loadModel, openPredictor])
      await expect(open(folder)).rejects.toThrow('"seq2seq" takes no images: this is for image classifiers. The scripts of its paper, a_paper,'); // biome-ignore format: one line
  });

  it('is whole after SIGKILL at any moment, and nothing is left behind', async () => {
    let before = 0;
    for (const delay of [0, 3, 7, 11, 16, 22, 29]) {
      const child = spawn(process.execPath, ['--import', tsx, saver, folder, '20000', '1'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await new Promise((resolve) => child.stdout.once('data', resolve));
      await new Promise((resolve) => setTimeout(resolve, delay));
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
      const step = await consistentStep();
      expect(step).toBeGreaterThan(before);
      before = step;
    }
    await saveLast(folder, checkpointOf(before + 1, 20000));
    expect(await consistentStep()).toBe(before + 1);
    const names = await readdir(join(folder, 'checkpoints'));
    expect(names.map((name) => name.replace(/-[0-9a-f]{16}\./, '-<hash>.')).sort()).toEqual([
      'last.safetensors',
      'state.json',
      'training-<hash>.safetensors',
    ]);
  });

  it('that cannot be written leaves the one before, with a message', async () => {
    // Each checkpoint is twice as large as the one before, until a file passes the shell's limit.
    const command = `ulimit -f 200; exec "$0" --import "$1" "$2" "$3" 1000 2`;
    const { status, stderr } = spawnSync('sh', ['-c', command, process.execPath, tsx, saver, folder], {
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(1);
    expect(stderr).toContain(`Cannot save a checkpoint in ${folder}`);
    expect(stderr).toContain('previous checkpoint is intact');
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(await consistentStep()).toBeGreaterThan(1);
    expect((await readdir(join(folder, 'checkpoints'))).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it.skipIf(process.getuid?.() !== 0)('on a full disk leaves the one before, with a message', async (context) => {
    const disk = join(folder, 'disk');
    await mkdir(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk], { stdio: 'ignore' });
    } catch {
      context.skip(); // root in a container that may not mount
    }
    try {
      await mkdir(join(disk, 'checkpoints'));
      await saveLast(disk, checkpointOf(1, 50_000));
      await expect(saveLast(disk, checkpointOf(2, 100_000))).rejects.toThrow(
        /the disk is full\. The previous checkpoint is intact/,
      );
      folder = disk;
      expect(await consistentStep()).toBe(1);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  it('that was damaged is refused by name', async () => {
    const checkpoints = join(folder, 'checkpoints');
    const last = join(checkpoints, 'last.safetensors');
    const reload = async () => {
      await rm(checkpoints, { recursive: true });
      await mkdir(checkpoints);
      await saveLast(folder, checkpointOf(1, 100));
    };
    await reload();
    const bytes = await readFile(last);
    bytes[bytes.length - 1] = 1;
    await writeFile(last, bytes);
    await expect(loadCheckpoint(folder, 'last')).rejects.toThrow(/last\.safetensors is damaged.*sha256/);
    await reload();
    await truncate(last, bytes.length - 50);
    await expect(loadCheckpoint(folder, 'last')).rejects.toThrow(/last\.safetensors.*truncated/);
    await reload();
    const training = (await readdir(checkpoints)).find((name) => name.startsWith('training-')) ?? '';
    await truncate(join(checkpoints, training), 40);
    await expect(loadCheckpoint(folder, 'last')).rejects.toThrow(/training-.* is damaged/);
    await rm(join(checkpoints, training));
    await expect(loadCheckpoint(folder, 'last')).rejects.toThrow(UserError);
    await expect(loadCheckpoint(folder, 'best')).rejects.toThrow(/has no best checkpoint/);
  });
});
