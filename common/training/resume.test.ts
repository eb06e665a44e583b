import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadCheckpoint } from './checkpoint.js';
import { makePaper, trainSmall } from './testing/small.js';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
let dir: string;
let assets: string;

beforeEach(async () => {
  ({ dir, assets } = await makePaper());
  process.env.ATELIER_ASSETS = assets;
});
afterEach(() => rm(assets, { recursive: true, force: true }));

/** Everything a run's checkpoints say, hashed. */
async function bytesOf(folder: string): Promise<Record<string, string>> {
  const checkpoints = join(folder, 'checkpoints');
  const names = (await readdir(checkpoints)).sort();
  const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, hash(await readFile(join(checkpoints, name)))])),
  );
}

async function uninterrupted(...argv: string[]): Promise<string> {
  const run = await trainSmall(dir, [...argv, '--output', join(assets, 'whole')]);
  await run.close();
  return run.folder;
}

class Abort extends Error {}

async function abortAt(step: number, argv: string[]): Promise<void> {
  const afterStep = (run: { step: number }) => {
    if (run.step + 1 === step) throw new Abort();
  };
  await expect(trainSmall(dir, argv, { afterStep })).rejects.toThrow(Abort);
}

/** Runs the script; `onOutput` sees what it has printed so far and may send signals. */
function child(
  argv: string[],
  onOutput: (text: string, kill: (signal: NodeJS.Signals) => void) => void = () => {},
): Promise<{ code: number | null; signal: NodeJS.Signals | null; output: string }> {
  const script = join(import.meta.dirname, 'testing', 'small.ts');
  const env = { ...process.env, ATELIER_ASSETS: assets };
  const process_ = spawn(process.execPath, ['--import', tsx, script, dir, ...argv], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [process_.stdout, process_.stderr])
    stream.on('data', (data) => {
      output += data;
      onOutput(output, (signal) => process_.kill(signal));
    });
  return new Promise((resolve) => process_.on('close', (code, signal) => resolve({ code, signal, output })));
}

describe('resume', () => {
  it('ends bitwise where the uninterrupted run ends, from the middle of any epoch', async () => {
    const whole = await uninterrupted('epochs=3');
    const folder = join(assets, 'parts');
    // Saved every 3 steps; stopped by an error, so nothing is saved at the stop itself.
    await abortAt(5, ['epochs=3', 'steps=3', '--output', folder]);
    await abortAt(9, ['--resume', folder]);
    expect((await loadCheckpoint(folder, 'last')).state).toMatchObject({ epoch: 1, batch: 0, step: 7 });
    await abortAt(15, ['--resume', folder]);
    const run = await trainSmall(dir, ['--resume', folder]);
    await run.close();
    const [a, b] = [await loadCheckpoint(whole, 'last'), await loadCheckpoint(folder, 'last')];
    expect(b.model).toEqual(a.model);
    expect(b.training).toEqual(a.training);
    expect({ ...b.state, config: null }).toEqual({ ...a.state, config: null }); // steps=3 is in the config
    const rows = (text: string) => text.split('\n').map((line) => line.replace(/,[^,]*$/, '')); // all but seconds
    expect(rows(await readFile(join(folder, 'metrics.csv'), 'utf8'))).toEqual(
      rows(await readFile(join(whole, 'metrics.csv'), 'utf8')),
    );
  });

  it('survives SIGKILL at any moment, while a checkpoint is written too', async () => {
    const whole = await uninterrupted('epochs=4', 'steps=1');
    const folder = join(assets, 'killed');
    const log = join(folder, 'train.log');
    let argv = ['epochs=4', 'steps=1', '--output', folder];
    const saves = () => (existsSync(log) ? readFileSync(log, 'utf8').split(' saved ').length - 1 : 0);
    for (const [more, delay] of [
      [3, 0],
      [9, 4],
      [7, 11],
    ] as const) {
      // The script saves in every step: killed this long after so many more saves, it is in a step or in the next save.
      const before = saves();
      let timer: NodeJS.Timeout | undefined;
      const { signal } = await child(argv, (_output, send) => {
        timer ??= setInterval(() => saves() >= before + more && setTimeout(() => send('SIGKILL'), delay), 1);
      });
      clearInterval(timer);
      expect(signal).toBe('SIGKILL');
      await loadCheckpoint(folder, 'last');
      argv = ['--resume', folder];
    }
    const run = await trainSmall(dir, ['--resume', folder]);
    await run.close();
    expect(await bytesOf(folder)).toEqual(await bytesOf(whole));
  });

  it('Ctrl-C saves, says how to go on and exits 130; the resumed run ends the same', async () => {
    const whole = await uninterrupted('epochs=2', 'pause=5');
    const folder = join(assets, 'stopped');
    let sent = false;
    const { code, output } = await child(['epochs=2', 'pause=5', '--output', folder], (text, send) => {
      if (!sent && text.includes('step ')) setTimeout(() => send('SIGINT'), 12);
      sent ||= text.includes('step ');
    });
    expect(code, output).toBe(130);
    expect(output).toContain(`--resume ${folder}`);
    expect(output).not.toMatch(/\n\s+at /);
    const { state } = await loadCheckpoint(folder, 'last');
    expect(state.step).toBeGreaterThan(0);
    expect(state.step).toBeLessThan(14);
    const run = await trainSmall(dir, ['--resume', folder]);
    await run.close();
    expect(await bytesOf(folder)).toEqual(await bytesOf(whole));
  });

  it('a second Ctrl-C exits at once, SIGTERM exits 143', async () => {
    const slow = ['epochs=2', 'pause=2000', '--output', join(assets, 'slow')];
    const begun = (text: string) => text.includes('Run folder');
    let sent = 0;
    const twice = await child(slow, (text, send) => {
      if (sent === 0 && begun(text)) setTimeout(() => send('SIGINT'), 500);
      if (sent <= 1 && text.includes('Stopping after this step')) setTimeout(() => send('SIGINT'), 20);
      if (begun(text)) sent = 1;
      if (text.includes('Stopping')) sent = 2;
    });
    expect(twice.code).toBe(130);
    expect(twice.output).not.toContain('saved epoch');
    sent = 0;
    const terminated = await child(['epochs=2', 'pause=5', '--output', join(assets, 'terminated')], (text, send) => {
      if (sent === 0 && text.includes('step ')) setTimeout(() => send('SIGTERM'), 5);
      if (text.includes('step ')) sent = 1;
    });
    expect(terminated.code).toBe(143);
  });
});
