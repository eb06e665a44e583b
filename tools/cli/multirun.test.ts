// Multiruns through the command, in processes of its own. The paper's program has a real configuration and real signals, and no model.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { multirunPaper } from './testing/multirunPaper.js';

const cli = join(import.meta.dirname, 'atelier.mjs');
let assets: string;
let paper: string;

beforeEach(async () => {
  ({ assets, paper } = await multirunPaper());
});
afterEach(() => rm(assets, { recursive: true, force: true }));

interface Outcome {
  code: number | null;
  output: string;
}

function start(...args: string[]): { child: ChildProcess; end: Promise<Outcome>; until(text: string): Promise<void> } {
  const env = { ...process.env, ATELIER_ASSETS: assets, ATELIER_DEBUG: '', ATELIER_THREADS: '4' };
  const child = spawn(process.execPath, [cli, 'train', paper, '-m', ...args], { env, cwd: assets });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      output += data;
    });
  return {
    child,
    end: new Promise((resolve) => child.on('close', (code) => resolve({ code, output }))),
    async until(text) {
      while (!output.includes(text)) await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
}
const atelier = (...args: string[]) => start(...args).end;
const outputs = (...path: string[]) => join(assets, 'outputs', 'many', ...path);
const read = (...path: string[]) => readFile(outputs(...path), 'utf8');
const statuses = async (name: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    JSON.parse(await read(name, 'multirun.json')).jobs.map((job: { name: string; status: string }) => [
      job.name,
      job.status,
    ]),
  );

it('a folder a job, a table, a csv file and a plot; the same command again makes another folder', async () => {
  const { code, output } = await atelier('lr=1e-3,1e-2', 'model=glob(*)', 'steps=1', '--jobs', '2');
  expect(code, output).toBe(0);
  const name = 'multirun_lr-0.001+0.01_model-tiny+wide_steps-1';
  expect(await statuses(name)).toEqual({
    'lr-0.001_model-tiny': 'done',
    'lr-0.001_model-wide': 'done',
    'lr-0.01_model-tiny': 'done',
    'lr-0.01_model-wide': 'done',
  });
  expect(output).toContain('[lr-0.01_model-wide] step 0\n');
  expect(await read(name, 'lr-0.01_model-wide', 'config.yaml')).toBe(
    'lr: 0.01\nseed: 0\nsteps: 1\nmodel:\n  width: 4\n',
  );
  expect(await read(name, 'lr-0.01_model-wide', 'starts.txt')).toBe('0 2\n');
  const rows = output
    .slice(output.indexOf('lr    model'))
    .split('\n')
    .map((line) => line.trim().split(/ +/));
  expect(rows[0]).toEqual(['lr', 'model', 'status', 'val_loss', 'epoch', 'test_loss', 'seconds', 'run']);
  expect(rows.slice(1, 5).map((row) => [row[0], row[1], row[3], row[5]])).toEqual([
    ['1e-3', 'tiny', '0.001', '0.002'],
    ['1e-3', 'wide', '0.004', '0.008'],
    ['1e-2', 'tiny', '0.01', '0.02'],
    ['1e-2', 'wide', '0.04', '0.08'],
  ]);
  expect((await read(name, 'summary.csv')).split('\n')[4]).toMatch(
    /^lr-0\.01_model-wide,1e-2,wide,done,0\.04,1,\d+,0\.08,1,0\.01$/,
  );
  expect((await readFile(outputs(name, 'summary.png'))).subarray(1, 4).toString()).toBe('PNG');
  const again = await atelier('model=tiny,wide', 'steps=1', 'lr=1e-2', 'lr=1e-3,1e-2', '--jobs', '4');
  expect(again.code, again.output).toBe(0);
  expect((await readdir(outputs())).sort()).toEqual([name, `${name}-2`]);
}, 120_000);

it('a job that fails stops no other; --resume tries it again and skips the rest', async () => {
  const { code, output } = await atelier('seed=12,13,14', 'steps=1');
  expect(code, output).toBe(1);
  expect(output).toContain('bad luck');
  expect(output).toMatch(
    /failed: seed-13 \(exit code 1\)\nGo on with the rest:\n {2}npx atelier train many -m --resume /,
  );
  const name = 'multirun_seed-12+13+14_steps-1';
  expect(await statuses(name)).toEqual({ 'seed-12': 'done', 'seed-13': 'failed', 'seed-14': 'done' });
  await writeFile(outputs(name, 'cured'), '');
  const again = await atelier('--resume', name);
  expect(again.code, again.output).toBe(0);
  expect(again.output).toContain('3 runs, 1 to do');
  expect(await statuses(name)).toEqual({ 'seed-12': 'done', 'seed-13': 'done', 'seed-14': 'done' });
  expect(await read(name, 'seed-12', 'starts.txt')).toBe('0 4\n');
  expect((await read(name, 'seed-13', 'starts.txt')).split('\n')).toHaveLength(3);
}, 120_000);

it('--fail-fast leaves the others', async () => {
  const { code, output } = await atelier('seed=13,14', 'steps=1', '--fail-fast');
  expect(code, output).toBe(1);
  expect(await statuses('multirun_seed-13+14_steps-1')).toEqual({ 'seed-13': 'failed', 'seed-14': 'waiting' });
}, 60_000);

it('Ctrl-C saves every running job, and --resume goes on where they stood', async () => {
  const { child, end, until } = start('seed=1,2,3', 'steps=600', '--jobs', '2');
  await until('[seed-1] step 0');
  await until('[seed-2] step 0');
  child.kill('SIGINT');
  const { code, output } = await end;
  expect(code, output).toBe(130);
  expect(output).toContain('[seed-1] saved\n');
  expect(output).toContain('[seed-2] saved\n');
  const name = 'multirun_seed-1+2+3_steps-600';
  expect(await statuses(name)).toEqual({ 'seed-1': 'stopped', 'seed-2': 'stopped', 'seed-3': 'waiting' });
  for (const seed of [1, 2])
    await writeFile(outputs(name, `seed-${seed}`, 'checkpoints', 'state.json'), '{"step":600}');
  await mkdir(outputs(name, 'seed-3')); // as if it had been killed before it was a run
  await writeFile(outputs(name, 'seed-3', 'half'), '');
  const second = start('--resume', name, '--jobs', '3');
  await until('[seed-1] step 0');
  await second.until('[seed-3] step 0');
  expect(existsSync(outputs(name, 'seed-3', 'half'))).toBe(false);
  await second.until('[seed-1] step 600');
  const third = await atelier('--resume', name);
  expect(third.code).toBe(1);
  expect(third.output).toMatch(/is in use by process/);
  second.child.kill('SIGTERM');
  second.child.kill('SIGINT');
  expect([130, 143]).toContain((await second.end).code);
}, 120_000);

it('every combination is checked before the first one starts', async () => {
  const wrong = await atelier('lr=1e-3,0');
  expect(wrong.code).toBe(2);
  expect(wrong.output).toBe('lr=0: lr must be a number > 0, but is 0\n  lr=0\n     ^\n');
  for (const [args, message] of [
    [['lr=interval(0,1)'], /interval\(\) is for optimizers/],
    [['model=tiny,wdie'], /group model has no option "wdie"\. Did you mean "wide"/],
    [['model=glob(x*)'], /no option matches glob\(x\*\)\. Options: tiny, wide/],
    [['lr=1,2', '--jobs', '0'], /--jobs must be a whole number ≥ 1, but is 0/],
    [['--resume', 'nothing'], /No multirun "nothing"/],
    [['--resume', 'nothing', 'lr=1'], /leave out everything but --jobs/],
  ] as const) {
    const { code, output } = await atelier(...args);
    expect(output).toMatch(message);
    expect(output).not.toMatch(/\n\s+at /);
    expect(code).not.toBe(0);
  }
  expect(existsSync(outputs())).toBe(false);
}, 120_000);
