// What a run killed by SIGKILL has logged: readable as it lies there, and right after the resume without a step twice or missing.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import papa from 'papaparse';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadCheckpoint } from '../checkpoint.js';
import type { Run } from '../run.js';
import { makePaper, trainSmall } from '../testing/small.js';
import { linesOf, scalarsOf } from './testing.js';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const script = join(import.meta.dirname, '..', 'testing', 'small.ts');
let dir: string;
let assets: string;

beforeEach(async () => {
  ({ dir, assets } = await makePaper());
  process.env.ATELIER_ASSETS = assets;
});
afterEach(() => rm(assets, { recursive: true, force: true }));

/** Kills the run in its n-th step, or while it writes the n-th file of a checkpoint. */
async function kill(request: string, argv: string[]): Promise<void> {
  const env = { ...process.env, ATELIER_TEST_KILL: request };
  const child = spawn(process.execPath, ['--import', tsx, script, dir, ...argv], { env, stdio: 'ignore' });
  const signal = await new Promise((resolve) => child.on('close', (_code, by) => resolve(by)));
  expect(signal, request).toBe('SIGKILL');
}

/** metrics.csv without its seconds; throws where a row is not whole. */
function rowsOf(run: string): Record<string, string>[] {
  const { data, errors } = papa.parse<Record<string, string>>(
    readFileSync(join(run, 'metrics.csv'), 'utf8').trimEnd(),
    { header: true },
  );
  expect(errors).toEqual([]);
  return data.map(({ seconds: _, ...row }) => row);
}
const isMetric = (line: object) => 'step' in line;
const key = ({ step, epoch }: Record<string, unknown>) => `${step}${epoch === undefined ? '' : ' evaluated'}`;

it('event files, JSON lines and CSV', async () => {
  const argv = ['epochs=4', 'loggers=true', 'steps=3', 'pause=30', 'hidden=64'];
  const whole = await trainSmall(dir, [...argv, '--output', join(assets, 'whole')]);
  await whole.close();
  const all = linesOf(whole.folder).filter(isMetric);
  expect(all.length).toBe(28 + 4);
  const folder = join(assets, 'killed');
  let args = [...argv, '--output', folder];
  for (const request of ['step:9:20', 'checkpoint:6:100', 'step:3:0']) {
    await kill(request, args);
    args = ['--resume', folder];
    // As they lie there: at most the last record is cut off, and what is there is what the undisturbed run logged.
    const expected = new Map(all.map((line) => [key(line), line]));
    const lines = linesOf(folder, true).filter(isMetric);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).toEqual(expected.get(key(line)));
    expect(scalarsOf(folder, true).length).toBeGreaterThan(0);
    for (const [i, row] of rowsOf(folder).entries()) expect(row).toEqual(rowsOf(whole.folder)[i]);

    // Right after the resume, before the first step of the new session: all up to the checkpoint, each once, and nothing beyond it.
    const { step, history } = (await loadCheckpoint(folder, 'last')).state;
    const evaluated = history.at(-1)?.step ?? 0;
    const seen = (line: Record<string, unknown>) => Number(line.step) <= ('epoch' in line ? evaluated : step);
    const look = (run: Run) => {
      if (run.step !== step) return;
      expect(linesOf(folder).filter(isMetric)).toEqual(all.filter(seen));
      expect(rowsOf(folder)).toEqual(rowsOf(whole.folder).slice(0, history.length));
      const rows = history.map((row) => row.step);
      const isThere = ([at, tag]: [number, string, number]) =>
        at <= step && (tag.startsWith('step') || rows.includes(at));
      expect(scalarsOf(folder, true).filter(([at]) => at <= step)).toEqual(scalarsOf(whole.folder).filter(isThere));
      throw new Error('seen');
    };
    await expect(trainSmall(dir, args, { afterStep: look })).rejects.toThrow('seen');
  }
  await (await trainSmall(dir, args)).close();
  expect(linesOf(folder).filter(isMetric)).toEqual(all);
  expect(scalarsOf(folder, true)).toEqual(scalarsOf(whole.folder));
  expect(rowsOf(folder)).toEqual(rowsOf(whole.folder));
}, 120_000);
