// The whole command in processes of its own: a run, its uses, and everything that may be wrong with what it is given.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digitsFile, digitsParquet, ensureDigits, generateDigits } from 'common/data';
import { beforeAll, describe, expect, it } from 'vitest';

const cli = join(import.meta.dirname, 'atelier.mjs');
const paper = 'an_image_is_worth_16x16_words';
/** A Vision Transformer that takes no time, on a set that takes none to make. */
const tiny = [
  'epochs=1',
  'batchSize=16',
  'schedule.warmup=0',
  'model.dim=16',
  'model.depth=1',
  'model.heads=2',
  'workers=0',
];
let assets: string;
let digits: string;
let run: string;

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `atelier …`; `shell` wraps it, with the command as "$@". */
function atelier(args: string[], shell?: string): Promise<Outcome> {
  const command = [process.execPath, cli, ...args];
  const [file = '', ...rest] = shell === undefined ? command : ['sh', '-c', shell, 'sh', ...command];
  const child = spawn(file, rest, {
    env: { ...process.env, ATELIER_ASSETS: assets, ATELIER_DEBUG: '', HF_HUB_OFFLINE: '1' },
    cwd: assets,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

const train = (...args: string[]) => atelier(['train', paper, `data.folder=${digits}`, ...tiny, ...args]);

/** A mistake: a message with these words, no stack, the exit code. */
function expectRefusal({ code, stderr }: Outcome, exit: number, ...words: (string | RegExp)[]): void {
  for (const word of words) expect(stderr).toMatch(word);
  expect(stderr).not.toMatch(/\n\s+at |This is a bug/);
  expect(code, stderr).toBe(exit);
}

/** Every file below a folder by its hash. */
async function contents(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hash = async (path: string) =>
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  return Object.fromEntries(await Promise.all(files.map(async (path) => [path, await hash(path)])));
}

beforeAll(async () => {
  assets = await mkdtemp(join(tmpdir(), 'atelier-cli-'));
  digits = await ensureDigits({ folder: join(assets, 'datasets', 'digits'), train: 64, test: 32 });
  run = join(assets, 'run');
  const { code, stderr } = await train('--output', run);
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/accuracy .*%[\s\S]*atelier predict/);
}, 120_000);

describe('a run', () => {
  it('leaves everything in its folder', async () => {
    const names = (await readdir(run, { recursive: true }))
      .filter((name) => !/training-\w+/.test(name))
      .map((name) => name.replace(/tfevents.*/, 'tfevents'))
      .sort();
    expect(names).toEqual(
      [
        ...['checkpoints', 'checkpoints/best.safetensors', 'checkpoints/last.safetensors', 'checkpoints/state.json'],
        ...['config.yaml', 'environment.json', 'metrics.csv', 'metrics.jsonl', 'model.onnx', 'overrides.txt', 'plots'],
        ...['plots/confusion_matrix.png', 'plots/learning_curves.png', 'plots/mistakes.png', 'tensorboard'],
        ...['tensorboard/events.out.tfevents', 'train.log'],
      ].sort(),
    );
  });

  it('predicts, from model.onnx and from the checkpoint alike, and answers the other images where one is none', async () => {
    const { test } = await generateDigits({ train: 0, test: 2 });
    const paths = [join(assets, 'one.png'), join(assets, 'two.png')];
    for (const [i, path] of paths.entries()) await writeFile(path, test[i]?.image.bytes ?? '');
    const bad = join(assets, 'bad.png');
    await writeFile(bad, 'not an image');
    const [one = '', two = ''] = paths;
    const outcome = await atelier(['predict', run, one, bad, two]);
    expectRefusal(outcome, 1, bad);
    const lines = outcome.stdout.trim().split('\n');
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/\.png: (\d [\d.]+ %(, )?){3}$/);
    const copy = join(assets, 'copy');
    await cp(run, copy, { recursive: true });
    await rm(join(copy, 'model.onnx'));
    const again = await atelier(['predict', copy, one, two]);
    expect(again.code, again.stderr).toBe(0);
    expect(again.stdout).toBe(outcome.stdout);
  });

  it('is exported and evaluated again', async () => {
    const to = join(assets, 'exported.onnx');
    const exported = await atelier(['export', run, '--to', to]);
    expect(exported.code, exported.stderr).toBe(0);
    expect(await readFile(to)).toEqual(await readFile(join(run, 'model.onnx')));
    const portable = await atelier(['export', run, '--to', to, '--portable', '--opset', '17']);
    expect(portable.code, portable.stderr).toBe(0);
    expect((await readFile(to)).toString('latin1')).not.toContain('com.microsoft');
    expectRefusal(await atelier(['export', run, '--to', to, '--opset', '9']), 2, '--opset 9', 'from 13 to 26');
    const evaluated = await atelier(['evaluate', run]);
    expect(evaluated.code, evaluated.stderr).toBe(0);
    expect(evaluated.stdout).toMatch(/32 test images[\s\S]*accuracy \d+\.\d\d %/);
  });
});

describe('bad input', () => {
  it('a misspelt key, a wrong type, an unknown group, command, paper or run', async () => {
    const [key, type, group, command, name, missing] = await Promise.all([
      train('optimizer.lrr=1'),
      train('epochs=many'),
      train('data=mnits'),
      atelier(['trian', paper]),
      atelier(['train', 'an_image']),
      atelier(['predict', 'rum', 'a.png']),
    ]);
    expectRefusal(key, 2, /optimizer\.lrr=1/, /Did you mean "(optimizer\.)?lr"/);
    expectRefusal(type, 2, /epochs=many/, /integer/);
    expectRefusal(group, 2, /mnits/, /Did you mean "mnist"/);
    expectRefusal(command, 2, /trian/, /train/);
    expectRefusal(name, 1, /No paper "an_image"/, paper);
    expectRefusal(missing, 1, /No run "rum"/);
  });

  it('a missing data set', async () => {
    expectRefusal(
      await atelier(['train', paper, 'data=mnist']),
      1,
      /HF_HUB_OFFLINE is set, and the dataset ylecun\/mnist is not in/,
    );
  });

  it('a truncated parquet file, an undecodable image in it', async () => {
    const broken = join(assets, 'broken');
    await cp(digits, broken, { recursive: true });
    await truncate(digitsFile(broken, 'train'), 5000);
    expectRefusal(await train(`data.folder=${broken}`), 1, /train-00000-of-00001\.parquet/);
    const { train: rows } = await generateDigits({ train: 64, test: 0 });
    const image = { bytes: Uint8Array.of(1, 2, 3), path: null };
    await writeFile(
      digitsFile(broken, 'train'),
      digitsParquet(rows.map((row, i) => (i === 40 ? { ...row, image } : row))),
    );
    expectRefusal(await train(`data.folder=${broken}`), 1, /train-00000-of-00001\.parquet.*row 40/);
  });

  it("another architecture's checkpoint", async () => {
    const other = join(assets, 'other');
    const { code, stderr } = await train('model.dim=32', '--output', other);
    expect(code, stderr).toBe(0);
    await rm(join(other, 'checkpoints'), { recursive: true });
    await cp(join(run, 'checkpoints'), join(other, 'checkpoints'), { recursive: true });
    const before = await contents(join(other, 'checkpoints'));
    expectRefusal(
      await atelier(['train', paper, '--resume', other]),
      1,
      /another architecture/,
      /cls_token is \[1, 1, 16\]/,
    );
    expect(await contents(join(other, 'checkpoints'))).toEqual(before);
  });

  it('a full disk', async () => {
    // No file may be larger than 8 blocks of 512 bytes: the first checkpoint, before step 0, is.
    const folder = join(assets, 'new');
    const args = ['train', paper, `data.folder=${digits}`, ...tiny, '--output', folder];
    expectRefusal(await atelier(args, 'ulimit -f 8; exec "$@"'), 1, /Cannot save a checkpoint in .*new/, /Make room/);
    // With room the same folder goes on.
    const resumed = await atelier(['train', paper, '--resume', folder]);
    expect(resumed.code, resumed.stderr).toBe(0);
  });

  it('a run folder that is in use, or holds a run', async () => {
    const before = await contents(run);
    const { lockRun } = await import('common/training');
    const release = await lockRun(run);
    expectRefusal(await atelier(['train', paper, '--resume', run]), 1, /is in use by process \d+/);
    await release();
    expectRefusal(await train('--output', run), 1, /already holds a run/);
    expect(await contents(run)).toEqual(before);
  });
});
