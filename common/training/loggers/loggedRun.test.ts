// Loggers in whole runs: what a resume leaves in the files, and loggers that fail while a model is trained.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkpoints } from '../callbacks/checkpoints.js';
import type { Callback } from '../callbacks.js';
import type { Run } from '../run.js';
import { makePaper, trainSmall } from '../testing/small.js';
import { jsonLines, type Logger, loggerOf, loggers, tensorBoard } from './index.js';
import { linesOf, scalarsOf } from './testing.js';

let dir: string;
let assets: string;
const before = process.env.ATELIER_ASSETS;
beforeEach(async () => {
  ({ dir, assets } = await makePaper());
  process.env.ATELIER_ASSETS = assets;
});
afterEach(() => {
  rmSync(assets, { recursive: true, force: true });
  if (before === undefined) delete process.env.ATELIER_ASSETS;
  else process.env.ATELIER_ASSETS = before;
});

const logged = (): Callback[] => [loggers({ every: 1 }), checkpoints({ steps: 4 })];

it('a run that was stopped and resumed has logged the same as one that was not', async () => {
  const argv = ['epochs=3'];
  const whole = await trainSmall(dir, argv, { callbacks: logged() });
  await whole.close();
  const stop = (step: number) => (run: Run) => {
    if (run.step === step) throw new Error('stopped');
  };
  const folder = join(assets, 'stopped');
  for (const [from, step] of [
    [['--output', folder, ...argv], 3],
    [['--resume', folder], 10],
    [['--resume', folder], 17],
  ] as const)
    await expect(trainSmall(dir, from, { callbacks: logged(), afterStep: stop(step) })).rejects.toThrow();
  await (await trainSmall(dir, ['--resume', folder], { callbacks: logged() })).close();
  expect(linesOf(whole.folder).length).toBe(1 + 21 + 3);
  // A run that was stopped before its first checkpoint starts anew, and says its config once more.
  const isMetric = (line: object) => 'step' in line;
  expect(linesOf(folder).filter(isMetric)).toEqual(linesOf(whole.folder).filter(isMetric));
  expect(scalarsOf(folder)).toEqual(scalarsOf(whole.folder));
}, 60_000);

it('loggers that throw or lose their folder in mid-run: the training goes on, and its end says what was lost', async () => {
  const heard: string[] = [];
  const ear: Callback = {
    name: 'ear',
    log: (text) => heard.push(text) > 0,
  };
  const broken: Logger = {
    name: 'tracker',
    scalars(step) {
      if (step > 5) throw new Error('no route to host');
    },
  };
  const run = await trainSmall(dir, ['epochs=2'], {
    callbacks: [
      ear,
      loggers({
        every: 1,
        to: [() => broken, tensorBoard(), jsonLines(), () => Promise.reject(new Error('no account'))],
      }),
    ],
    afterStep(running) {
      if (running.step !== 8) return;
      loggerOf(running).histogram(8, 'weights', [1, 2, 3]);
      rmSync(join(running.folder, 'tensorboard'), { recursive: true });
    },
  });
  await run.close();
  expect(run.history.length).toBe(2);
  expect(heard.join('\n')).toMatch(/A logger could not be opened: no account\. The training goes on without it\./);
  expect(heard.join('\n')).toMatch(/tracker failed: no route to host\. The training goes on\./);
  const told = heard.at(-1) ?? '';
  expect(told).toMatch(/Not everything was logged\.\ntracker: 11 calls failed: no route to host\n/);
  expect(told).toMatch(
    /TensorBoard: \d+ of \d+ records are missing in .*: it or its folder was removed during the run/,
  );
  expect(linesOf(run.folder).length).toBe(1 + 14 + 2);
}, 60_000);

it('a run without loggers takes what is logged, and drops it', async () => {
  const run = await trainSmall(dir, ['epochs=1']);
  loggerOf(run).text(1, 'note', 'nowhere');
  await run.close();
  expect(readdirSync(run.folder)).not.toContain('tensorboard');
});
