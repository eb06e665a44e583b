// Fifty SIGKILLs at random moments (in a step, in validation, while a checkpoint is written), over every optimizer and over accumulation, averages, mixup and dropout:
// each run, resumed until it ends, equals the one that nobody disturbed, bitwise. ATELIER_KILLS and ATELIER_KILL_SEED choose how many and which moments.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CounterRandom } from '../data/index.js';
import { optimizerNames } from '../optim/index.js';
import { loadCheckpoint } from './checkpoint.js';
import { makePaper, trainSmall } from './testing/small.js';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const script = join(import.meta.dirname, 'testing', 'small.ts');
const kills = Number(process.env.ATELIER_KILLS ?? 50);
const seed = Number(process.env.ATELIER_KILL_SEED ?? 1);
let dir: string;
let assets: string;

beforeAll(async () => {
  ({ dir, assets } = await makePaper());
  process.env.ATELIER_ASSETS = assets;
});
afterAll(() => rm(assets, { recursive: true, force: true }));

/** Dropout is always on; the other parts in turns, so that each optimizer meets some of them and each part most optimizers. */
const recipes = optimizerNames.map((optimizer, i) => [
  `optimizer=${optimizer}`,
  `ema=${i % 2 === 0}`,
  `mixup=${i % 3 === 0}`,
  `limits.accumulate=${1 + (i % 3)}`,
  `limits.validateEvery=${i % 4 === 0 ? '{steps: 3}' : '{epochs: 1}'}`,
]);
const each = Math.ceil(kills / recipes.length);

it.each(recipes.map((recipe, i) => [recipe.join(' '), recipe, i] as const))('%s', async (_, recipe, i) => {
  const argv = ['epochs=6', 'steps=1', 'pause=10', ...recipe];
  const whole = await trainSmall(dir, [...argv, '--output', join(assets, `whole-${i}`)]);
  await whole.close();
  const folder = join(assets, `killed-${i}`);
  const random = new CounterRandom(seed, i);
  let args = [...argv, '--output', folder];
  let killed = 0;
  for (; killed < each; killed++) {
    // Counted from its first save on, so that most of its life is spent in steps, evaluations and further saves.
    const outcome = await killedRun(args, folder, random.uniform(0, 700));
    if (outcome === 'ended') break;
    if (existsSync(join(folder, 'checkpoints', 'last.safetensors'))) {
      await loadCheckpoint(folder, 'last');
      args = ['--resume', folder];
    }
  }
  expect(killed).toBeGreaterThan(0);
  await (await trainSmall(dir, ['--resume', folder])).close();
  const [a, b] = [await loadCheckpoint(whole.folder, 'last'), await loadCheckpoint(folder, 'last')];
  expect(b.state).toEqual(a.state);
  expect([...b.model]).toEqual([...a.model]);
  expect([...b.training]).toEqual([...a.training]);
  const names = await readdir(join(whole.folder, 'checkpoints'));
  for (const name of names)
    expect(await readFile(join(folder, 'checkpoints', name)), name).toEqual(
      await readFile(join(whole.folder, 'checkpoints', name)),
    );
  console.log(`${recipe.join(' ')}: killed ${killed} times`);
});

function killedRun(argv: string[], folder: string, delay: number): Promise<'killed' | 'ended'> {
  const log = join(folder, 'train.log');
  const saves = () => (existsSync(log) ? readFileSync(log, 'utf8').split('saved ').length - 1 : 0);
  const before = saves();
  const child = spawn(process.execPath, ['--import', tsx, script, dir, ...argv], { stdio: 'ignore' });
  const timer = setInterval(() => {
    if (saves() === before) return;
    clearInterval(timer);
    setTimeout(() => child.kill('SIGKILL'), delay);
  }, 2);
  return new Promise((resolve) =>
    child.on('close', (_code, signal) => {
      clearInterval(timer);
      resolve(signal === 'SIGKILL' ? 'killed' : 'ended');
    }),
  );
}
