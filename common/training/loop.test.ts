import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadCheckpoint } from './checkpoint.js';
import { type Callback, checkpoints, earlyStopping, type Run } from './index.js';
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

  it('maxTime counts all sessions of a run: the one after the time is up trains nothing, and more is given with --force', async () => {
    const folder = join(assets, 'timed');
    const stop = (at: number) => (run: Run) => {
      if (run.batches === at) throw new Error('stop');
    };
    const argv = ['epochs=2', 'steps=1', 'pause=300', 'limits.maxTime=1h', '--output', folder];
    await expect(trainSmall(dir, argv, { afterStep: stop(5) })).rejects.toThrow('stop');
    const path = join(folder, 'environment.json');
    const sessions = JSON.parse(await readFile(path, 'utf8'));
    expect(sessions).toMatchObject([{ seconds: expect.any(Number) }]);
    // Written about once a second, with a checkpoint.
    expect(sessions[0].seconds).toBeGreaterThan(0.3);
    const used = (seconds: number) => writeFile(path, JSON.stringify([{ ...sessions[0], seconds }]));
    await used(3600.5);
    const over = await trainSmall(dir, ['--resume', folder]);
    await over.close();
    expect(over.step).toBe(5);
    expect(await readFile(join(folder, 'train.log'), 'utf8')).toContain(
      'The time of this run (limits.maxTime=1h) is up',
    );
    // A second is left: the run ends with the step in which it goes by, is evaluated there, and says so.
    await used(3599);
    const short = await trainSmall(dir, ['--resume', folder]);
    await short.close();
    expect(short.step).toBeGreaterThan(5);
    expect(short.step).toBeLessThan(14);
    expect(short.history.at(-1)?.step).toBe(short.step);
    const longer = await trainSmall(dir, ['--resume', folder, 'limits.maxTime=2h', '--force', 'limits.maxTime']);
    await longer.close();
    expect(longer.step).toBe(14);
    expect(JSON.parse(await readFile(path, 'utf8')).length).toBe(3);
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
