// What may be wrong around a run: its disk, a logger, its schedule, another config at the resume. (Weights that become NaN: fit.test.ts; damaged
// checkpoints: checkpoint.test.ts; YAML and overrides that make no sense: ../config/fuzz.test.ts.)
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadCheckpoint } from './checkpoint.js';
import { type Callback, checkpoints, csv } from './index.js';
import { makePaper, trainSmall } from './testing/small.js';

let dir: string;
let assets: string;

beforeEach(async () => {
  ({ dir, assets } = await makePaper());
  process.env.ATELIER_ASSETS = assets;
});
afterEach(() => rm(assets, { recursive: true, force: true }));

describe('a config that does not fit', () => {
  it('a schedule that ends before the run is refused where nothing would be learned any more', async () => {
    const failing = trainSmall(dir, ['epochs=2'], { scheduleSteps: 9 });
    await expect(failing).rejects.toThrow(/schedule ends at step 9, the training at step 14.*learning rate 0/);
  });

  it('a resume with another value of a forced key goes on with it, and says so', async () => {
    const folder = join(assets, 'forced');
    await (await trainSmall(dir, ['epochs=1', '--output', folder])).close();
    await expect(trainSmall(dir, ['--resume', folder, 'epochs=2'])).rejects.toThrow(/epochs: 1/);
    const run = await trainSmall(dir, ['--resume', folder, 'epochs=2', '--force', 'epochs']);
    await run.close();
    expect([run.step, run.history.length]).toEqual([14, 2]);
    expect(await readFile(join(folder, 'train.log'), 'utf8')).toContain('Forced from step 7 on: epochs: 1 then, 2 now');
    expect((await loadCheckpoint(folder, 'last')).state.config).toMatchObject({ epochs: 2 });
  });
});

describe('several changed keys at a resume', () => {
  it('are told with both values; --force lets those go by that it names, and those below them', async () => {
    const folder = join(assets, 'changed');
    await (await trainSmall(dir, ['epochs=1', '--output', folder])).close();
    const before = await readFile(join(folder, 'config.yaml'), 'utf8');
    const changed = ['--resume', folder, 'epochs=2', 'limits.logEvery=7', 'lr=0.02'];
    const refused = (...force: string[]) =>
      trainSmall(dir, [...changed, ...force.flatMap((key) => ['--force', key])]).then(
        () => 'went on',
        (error: Error) =>
          error.message
            .split('\n')
            .filter((line) => line.includes(' in the run, '))
            .map((line) => line.trim()),
      );
    expect(await refused()).toEqual([
      'epochs: 1 in the run, 2 here',
      'limits.logEvery: 50 in the run, 7 here',
      'lr: 0.01 in the run, 0.02 here',
    ]);
    expect(await refused('epochs')).toEqual([
      'limits.logEvery: 50 in the run, 7 here',
      'lr: 0.01 in the run, 0.02 here',
    ]);
    expect(await refused('epochs', 'limits')).toEqual(['lr: 0.01 in the run, 0.02 here']);
    expect(await readFile(join(folder, 'config.yaml'), 'utf8')).toBe(before);
    expect(await refused('epochs', 'limits', 'lr')).toBe('went on');
    expect((await loadCheckpoint(folder, 'last')).state).toMatchObject({ step: 14, config: { lr: 0.02, epochs: 2 } });
  });
});

describe('what fails in the middle', () => {
  it('a logger: the training goes on, and the end says what was lost', async () => {
    const broken: Callback = {
      name: 'tracker',
      optional: true,
      step(run) {
        if (run.step === 3) throw new Error('connection refused');
      },
    };
    const run = await trainSmall(dir, ['epochs=1'], { callbacks: [broken, csv(), checkpoints()] });
    expect(run.step).toBe(7);
    expect(run.lost).toEqual([expect.stringMatching(/tracker stopped at step 3.*connection refused/)]);
    expect(existsSync(join(run.folder, 'metrics.csv'))).toBe(true);
    const write = process.stderr.write;
    let told = '';
    process.stderr.write = (text) => {
      told += String(text);
      return true;
    };
    await run.finish({ test: {} }).finally(() => {
      process.stderr.write = write;
    });
    expect(told).toContain('tracker stopped at step 3, what it writes is incomplete: connection refused');
  });
});

describe.skipIf(process.getuid?.() === 0)('a folder without permission to write', () => {
  it('is told before the first step', async () => {
    const folder = join(assets, 'mine');
    await mkdir(folder);
    await chmod(folder, 0o555);
    await expect(trainSmall(dir, ['--output', folder])).rejects.toThrow(/permission/);
    await chmod(folder, 0o755);
  });
});

/** The run's folder on a file system of its own, which root can fill and make read-only. */
describe.skipIf(process.getuid?.() !== 0)('a disk', () => {
  let disk: string;
  const mount = (...args: string[]) => execFileSync('mount', args, { stdio: 'ignore' });
  const trainUntil = (act: (folder: string) => void) =>
    trainSmall(dir, ['epochs=2', 'steps=1', '--output', disk], {
      afterStep: (run) => {
        if (run.batches === 3) act(run.folder);
      },
    });

  beforeEach(async (context) => {
    disk = join(assets, 'disk');
    await mkdir(disk);
    try {
      mount('-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', disk);
    } catch {
      context.skip(); // root in a container that may not mount
    }
  });
  afterEach(() => {
    try {
      execFileSync('umount', [disk], { stdio: 'ignore' });
    } catch {
      // It was never mounted.
    }
  });

  it('that is full in the middle of a run is told, and the checkpoint before is intact', async () => {
    const fill = (folder: string) => {
      try {
        writeFileSync(join(folder, 'other'), new Uint8Array(2 ** 20));
      } catch {
        // As intended: nothing is left.
      }
    };
    await expect(trainUntil(fill)).rejects.toThrow(/the disk is full\. The previous checkpoint is intact.*--resume/);
    expect((await loadCheckpoint(disk, 'last')).state.step).toBe(3);
    await rm(join(disk, 'other'));
    const run = await trainSmall(dir, ['--resume', disk]);
    await run.close();
    expect(run.step).toBe(14);
  });

  it('that is read-only or full from the start is told before the first step', async () => {
    const steps: number[] = [];
    const start = () =>
      trainSmall(dir, ['--output', disk], { afterStep: (run) => void steps.push(run.step) }).catch(String);
    mount('-o', 'remount,ro', disk);
    expect(await start()).toMatch(/^UserError: .*the disk is read-only/);
    mount('-o', 'remount,rw,size=4k', disk);
    expect(await start()).toMatch(/^UserError: .*the disk is full/);
    expect(steps).toEqual([]);
  });

  it('that becomes read-only is told', async () => {
    const readOnly = () => mount('-o', 'remount,ro', disk);
    await expect(trainUntil(readOnly)).rejects.toThrow(/the disk is read-only\. The previous checkpoint is intact/);
    expect((await loadCheckpoint(disk, 'last')).state.step).toBe(3);
  });
});
