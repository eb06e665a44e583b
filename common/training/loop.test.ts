import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadCheckpoint } from './checkpoint.js';
import { type Callback, checkpoints, csv, earlyStopping, type Run } from './index.js';
import { seconds } from './limits.js';
import { makePaper, trainSmall } from './testing/small.js';

let dir: string;
let assets: string;

beforeEach(async () => {
  ({ dir, assets } = await makePaper());
  process.env.ATELIER_ASSETS = assets;
});
afterEach(() => rm(assets, { recursive: true, force: true }));

/** What happened: a letter a hook. */
function recorder(): Callback & { story: string[] } {
  const story: string[] = [];
  return {
    name: 'recorder',
    story,
    step: (run) => void story.push(`s${run.step}`),
    batchesEnd: () => void story.push('end'),
    epochEnd: (_, row) => void story.push(`row ${row.epoch}/${row.step}`),
  };
}

async function story(...argv: string[]): Promise<{ run: Run; steps: number; rows: string[] }> {
  const record = recorder();
  const run = await trainSmall(dir, argv, { callbacks: [record] });
  await run.close();
  return {
    run,
    steps: record.story.filter((word) => word.startsWith('s')).length,
    rows: record.story.filter((word) => word.startsWith('row')).map((word) => word.slice(4)),
  };
}

describe('limits', () => {
  it('evaluates every n steps or epochs, at the end of the run too', async () => {
    expect((await story('epochs=2', 'limits.validateEvery={steps: 5}')).rows).toEqual(['1/5', '2/10', '2/14']);
    expect((await story('epochs=3', 'limits.validateEvery={epochs: 2}')).rows).toEqual(['2/14', '3/21']);
    expect((await story('epochs=2', 'limits.validateEvery={steps: 7}')).rows).toEqual(['1/7', '2/14']);
  });

  it('ends after maxSteps, also in the middle of an epoch, and after maxTime', async () => {
    const { run, rows } = await story('epochs=9', 'limits.maxSteps=10');
    expect([run.step, rows]).toEqual([10, ['1/7', '2/10']]);
    const timed = await story('epochs=900', 'pause=50', 'limits.maxTime=3');
    expect(timed.run.step).toBeGreaterThan(2);
    expect(timed.run.step).toBeLessThan(61);
    expect(timed.rows.at(-1)).toContain(`/${timed.run.step}`);
  });

  it('fastDevRun: one epoch of n batches; overfitBatches: the same n batches in every epoch, for validation too', async () => {
    expect((await story('epochs=5', 'limits.fastDevRun=2')).rows).toEqual(['1/2']);
    const { run, rows } = await story('epochs=30', 'ema=false', 'lr=0.05', 'limits.overfitBatches=2');
    expect(rows.at(-1)).toBe('30/60');
    expect(run.history.at(-1)).toMatchObject({ val_accuracy: 1 });
  });

  it('reads times', () => {
    expect([seconds('90s'), seconds('1h30m'), seconds('2d'), seconds(5)]).toEqual([90, 5400, 172_800, 5]);
    expect(() => seconds('soon')).toThrow(/"soon" is no time/);
  });

  it('are refused by key', async () => {
    await expect(trainSmall(dir, ['limits.accumulate=0'])).rejects.toThrow(/limits\.accumulate/);
  });
});

describe('before step 0', () => {
  it('the evaluation is tried: a monitored name that it does not give is told, with the nearest', async () => {
    const record = recorder();
    const failing = trainSmall(dir, ['monitor=val_acuracy'], { callbacks: [record], metrics: undefined });
    await expect(failing).rejects.toThrow(
      /"val_acuracy" is logged by nobody; logged are .*Did you mean "val_accuracy"/,
    );
    expect(record.story).toEqual([]);
  });

  it('a schedule that ends before the run is refused where nothing would be learned any more', async () => {
    const failing = trainSmall(dir, ['epochs=2'], { scheduleSteps: 9 });
    await expect(failing).rejects.toThrow(/schedule ends at step 9, the training at step 14.*learning rate 0/);
  });
});

describe('accumulation', () => {
  it('makes a step of n batches, fewer at the end of an epoch; a resume from any step ends bitwise the same', async () => {
    const argv = ['epochs=3', 'limits.accumulate=3', 'steps=1', 'mixup=true', 'limits.validateEvery={steps: 2}'];
    const record = recorder();
    const whole = await trainSmall(dir, [...argv, '--output', join(assets, 'whole')], {
      callbacks: [record, checkpoints({ steps: 1 })],
    });
    await whole.close();
    expect(whole.step).toBe(9);
    expect(whole.batches).toBe(21);
    const folder = join(assets, 'parts');
    const options = (at: number) => ({
      callbacks: [checkpoints({ steps: 1 })],
      afterStep: (run: Run) => {
        if (run.batches === at) throw new Error('stop');
      },
    });
    await expect(trainSmall(dir, [...argv, '--output', folder], options(4))).rejects.toThrow('stop');
    await expect(trainSmall(dir, ['--resume', folder], options(11))).rejects.toThrow('stop');
    await (await trainSmall(dir, ['--resume', folder], options(-1))).close();
    const [a, b] = [await loadCheckpoint(whole.folder, 'last'), await loadCheckpoint(folder, 'last')];
    expect(b).toEqual(a);
  });
});

describe('checkpoints', () => {
  it('the best k by a metric are kept, and weights every n epochs', async () => {
    const monitor = { metric: 'val_loss', mode: 'min' } as const;
    const run = await trainSmall(dir, ['epochs=5'], { callbacks: [checkpoints({ top: 2, monitor, everyEpochs: 2 })] });
    await run.close();
    const order = run.history.toSorted((a, b) => (a.val_loss ?? 0) - (b.val_loss ?? 0)).slice(0, 2);
    const names = order.map(({ step }) => `step-${String(step).padStart(6, '0')}.safetensors`).sort();
    expect((await readdir(join(run.folder, 'checkpoints', 'top'))).sort()).toEqual(names);
    const kept = (await readdir(join(run.folder, 'checkpoints'))).filter((name) => name.startsWith('epoch-'));
    expect(kept.sort()).toEqual(['epoch-2.safetensors', 'epoch-4.safetensors']);
  });

  it('of format 1 is migrated, of an unknown one refused by name', async () => {
    const { stateFromJson, stateToJson } = await import('./state.js');
    const { checkpointOf } = await import('./testing/saver.js');
    const { batches: _, schedule: __, ...old } = JSON.parse(stateToJson(checkpointOf(3, 1).state));
    expect(stateFromJson(JSON.stringify({ ...old, format: 1 }), 'x')).toMatchObject({
      format: 2,
      batches: 3,
      schedule: null,
    });
    expect(() => stateFromJson(JSON.stringify({ ...old, format: 9 }), 'last.safetensors')).toThrow(
      /last\.safetensors has checkpoint format 9; this version reads formats 1 and 2/,
    );
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

describe('early stopping', () => {
  const stub = (values: number[]) =>
    Object.assign(earlyStopping({ monitor: { metric: 'm', mode: 'min' }, patience: 2, minDelta: 0.1 }), { values });
  it.each([
    [[1, 0.95, 0.92], 3], // no progress of 0.1 in two checks
    [[1, 0.8, 0.75, 0.6, 0.55, 0.51], 6],
    [[1, Number.NaN], 2],
  ])('%j ends after %i', (values, end) => {
    let stopped: number | undefined;
    const history: Record<string, number>[] = [];
    for (const [i, m] of values.entries()) {
      history.push({ epoch: i + 1, step: i + 1, m });
      const run = { history, setup: {}, log: () => {}, stop: () => (stopped ??= i + 1) };
      void stub(values).epochEnd?.(run as unknown as Run, history.at(-1) ?? {}); // a run's history is all that it looks at
    }
    expect(stopped).toBe(end);
  });

  it('stops the run, and the resumed run too', async () => {
    const callbacks = () => [
      checkpoints(),
      earlyStopping({ monitor: { metric: 'val_loss', mode: 'max' }, patience: 2 }),
    ];
    const run = await trainSmall(dir, ['epochs=9'], { callbacks: callbacks() });
    await run.close();
    expect(run.history.length).toBe(3);
    const again = await trainSmall(dir, ['--resume', run.folder], { callbacks: callbacks() });
    await again.close();
    expect(again.history.length).toBe(3);
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
    await run.close();
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

  it('that becomes read-only is told', async () => {
    const readOnly = () => mount('-o', 'remount,ro', disk);
    await expect(trainUntil(readOnly)).rejects.toThrow(/the disk is read-only\. The previous checkpoint is intact/);
    expect((await loadCheckpoint(disk, 'last')).state.step).toBe(3);
  });
});
