// Fifty SIGKILLs, over every optimizer and over accumulation, averages, mixup and dropout: each run is killed in a step, in an evaluated batch, while a
// file of a checkpoint is written (a thread of its process sees to that, and says so), and at a random moment from outside. Resumed until it ends, it
// equals the one that nobody disturbed, bitwise. ATELIER_KILLS and ATELIER_KILL_SEED choose how many and which moments.
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
import { type Place, places } from './testing/killer.js';
import { makePaper, trainSmall } from './testing/small.js';

type Kind = Place | 'random';
interface Life {
  /** Where it was killed; undefined: it ended before. */
  killed: Kind | undefined;
  /** Files of a checkpoint that were left half-written. */
  halves: number;
}

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const script = join(import.meta.dirname, 'testing', 'small.ts');
const kills = Number(process.env.ATELIER_KILLS ?? 50);
const seed = Number(process.env.ATELIER_KILL_SEED ?? 1);
const counts: Record<Kind, number> = { step: 0, evaluation: 0, checkpoint: 0, random: 0 };
let halves = 0;
let ended = 0;
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
  const argv = ['epochs=8', 'steps=1', 'pause=12', 'hidden=64', ...recipe];
  const whole = await trainSmall(dir, [...argv, '--output', join(assets, `whole-${i}`)]);
  await whole.close();
  const random = new CounterRandom(seed, i);
  const story: string[] = [];
  // A life may end before its kill: then the next run of the recipe takes the kills that are left.
  for (let runs = 1; story.length < each && runs <= 6; runs++) {
    const folder = join(assets, `killed-${i}-${runs}`);
    let args = [...argv, '--output', folder];
    while (story.length < each) {
      const kind = ([...places, 'random'] as const)[(story.length + i) % 4] ?? 'random';
      const { killed, halves: left } = await killedRun(args, folder, kind, random);
      if (killed === undefined) break;
      counts[killed]++;
      halves += left;
      story.push(killed);
      if (existsSync(join(folder, 'checkpoints', 'last.safetensors'))) await loadCheckpoint(folder, 'last');
      if (existsSync(join(folder, 'config.yaml'))) args = ['--resume', folder];
    }
    await (await trainSmall(dir, existsSync(join(folder, 'config.yaml')) ? ['--resume', folder] : args)).close();
    await expectSame(folder, whole.folder);
    ended++;
  }
  console.log(`${recipe.join(' ')}: killed in ${story.join(', ')}`);
});

async function expectSame(folder: string, whole: string): Promise<void> {
  const [a, b] = [await loadCheckpoint(whole, 'last'), await loadCheckpoint(folder, 'last')];
  expect(b.state).toEqual(a.state);
  expect([...b.model]).toEqual([...a.model]);
  expect([...b.training]).toEqual([...a.training]);
  const names = (await readdir(join(whole, 'checkpoints'))).sort();
  expect((await readdir(join(folder, 'checkpoints'))).sort()).toEqual(names);
  for (const name of names)
    expect(await readFile(join(folder, 'checkpoints', name)), name).toEqual(
      await readFile(join(whole, 'checkpoints', name)),
    );
}

it('so many kills, so many of them in each place', () => {
  const total = Object.values(counts).reduce((a, b) => a + b, 0);
  console.log(
    `${total} kills: ${JSON.stringify(counts)}, ${halves} of which left a file of a checkpoint half-written; ${ended} runs ended bitwise the same`,
  );
  expect(total).toBeGreaterThanOrEqual(kills);
  for (const place of places) expect(counts[place], place).toBeGreaterThanOrEqual(Math.floor(kills / 5));
  expect(halves).toBeGreaterThanOrEqual(Math.floor(kills / 10));
});

/** One life of the run, ended in the place or, for `random`, some time after its first save. */
async function killedRun(argv: string[], folder: string, kind: Kind, random: CounterRandom): Promise<Life> {
  const log = join(folder, 'train.log');
  const saves = () => (existsSync(log) ? readFileSync(log, 'utf8').split('saved ').length - 1 : 0);
  const before = saves();
  const number = 1 + Math.floor(random.uniform(0, kind === 'checkpoint' ? 9 : 3));
  const request = `${kind}:${number}:${Math.round(random.uniform(0, kind === 'checkpoint' ? 3000 : 300))}`;
  const delay = random.uniform(0, 200);
  const child = spawn(process.execPath, ['--import', tsx, script, dir, ...argv], {
    env: { ...process.env, ...(kind !== 'random' && { ATELIER_TEST_KILL: request }) },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
  });
  const timer = setInterval(() => {
    if (kind !== 'random' || saves() === before) return;
    clearInterval(timer);
    setTimeout(() => child.kill('SIGKILL'), delay);
  }, 2);
  const signal = await new Promise((resolve) => child.on('close', (_code, by) => resolve(by)));
  clearInterval(timer);
  if (signal !== 'SIGKILL') return { killed: undefined, halves: 0 };
  if (kind !== 'random') expect(output).toContain(`killed in ${kind}`);
  const names = await readdir(join(folder, 'checkpoints')).catch(() => []);
  return { killed: kind, halves: names.filter((name) => name.endsWith('.tmp')).length };
}
