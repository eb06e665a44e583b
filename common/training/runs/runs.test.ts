import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockRun } from '../lock.js';
import { type FileTensor, readSafetensors, writeSafetensors } from '../safetensors.js';
import {
  averageCheckpoints,
  comparedMetrics,
  comparisonFigure,
  diffRuns,
  filterRuns,
  readRunInfo,
  sortRuns,
  valueAt,
  writeAverage,
} from './index.js';

let assets: string;
const before = process.env.ATELIER_ASSETS;
beforeEach(() => {
  assets = mkdtempSync(join(tmpdir(), 'atelier-runs-'));
  process.env.ATELIER_ASSETS = assets;
});
afterEach(() => {
  rmSync(assets, { recursive: true, force: true });
  process.env.ATELIER_ASSETS = before ?? '';
  if (before === undefined) delete process.env.ATELIER_ASSETS;
});

/** A run's folder as a run leaves it, written by hand. */
function makeRun(name: string, lr: number, accuracies: readonly number[], finished = true): string {
  const folder = join(assets, 'outputs', 'paper', name);
  mkdirSync(join(folder, 'checkpoints'), { recursive: true });
  const best = Math.max(...accuracies);
  const put = (file: string, text: string) => writeFileSync(join(folder, file), text);
  put('config.yaml', `epochs: 3\nseed: 0\noptimizer: {name: adamw, lr: ${lr}, betas: [0.9, 0.999]}\n`);
  put('overrides.txt', `optimizer.lr=${lr}\n`);
  put('environment.json', JSON.stringify([{ started: `2026-01-0${name.length}T10:00:00.000Z` }, { started: 'later' }]));
  const rows = accuracies.map((accuracy, i) => `${i + 1},${(i + 1) * 7},${accuracy},2.5`);
  put('metrics.csv', `epoch,step,val_accuracy,seconds\n${rows.join('\n')}\n`);
  const state = { best: { metric: 'val_accuracy', value: best, epoch: accuracies.indexOf(best) + 1 } };
  put('checkpoints/state.json', JSON.stringify(state));
  if (finished)
    put('metrics.jsonl', '{"step":7,"step_loss":"NaN"}\n{"time":1,"final":{"test_accuracy":0.8,"test_loss":"NaN"}}\n');
  return folder;
}

describe('readRunInfo', () => {
  it('says what a run is and came to: the metrics of its best epoch, not of its last', async () => {
    const info = await readRunInfo(makeRun('a', 0.001, [0.5, 0.9, 0.7]));
    expect(info).toMatchObject({
      ...{ paper: 'paper', name: 'a', status: 'finished', epochs: 3, epochsTotal: 3, seconds: 7.5 },
      ...{ best: { value: 0.9, epoch: 2 }, overrides: ['optimizer.lr=0.001'], date: '2026-01-01T10:00:00.000Z' },
      metrics: { step: 14, val_accuracy: 0.9, test_accuracy: 0.8, test_loss: Number.NaN },
    });
    expect(info.config['optimizer.lr']).toBe(0.001);
    expect(info.bytes).toBeGreaterThan(300);
  });

  it('running while another process holds its lock, stopped where it ended early', async () => {
    const folder = makeRun('ab', 0.001, [0.5], false);
    expect((await readRunInfo(folder)).status).toBe('stopped');
    const release = await lockRun(folder);
    expect((await readRunInfo(folder)).status).toBe('running');
    await release();
    expect((await readRunInfo(folder)).status).toBe('stopped');
  });

  it('a folder with damaged or missing files is a run that says little', async () => {
    const folder = join(assets, 'outputs', 'paper', 'broken');
    mkdirSync(join(folder, 'checkpoints'), { recursive: true });
    writeFileSync(join(folder, 'config.yaml'), '{{{');
    writeFileSync(join(folder, 'checkpoints', 'state.json'), '{"best":');
    writeFileSync(join(folder, 'metrics.jsonl'), '{"final":{"a');
    expect(await readRunInfo(folder)).toMatchObject({
      status: 'stopped',
      epochs: 0,
      best: null,
      metrics: {},
      history: [],
    });
  });
});

describe('filter, sort, compare', () => {
  const all = () =>
    Promise.all(
      [makeRun('a', 0.1, [0.9]), makeRun('ab', 0.01, [0.95, 0.8], false), makeRun('abc', 1, [0.2])].map(readRunInfo),
    );
  const names = (runs: { name: string }[]) => runs.map(({ name }) => name);

  it.each([
    ['val_accuracy>0.9', ['ab']],
    ['val_accuracy>=0.9', ['a', 'ab']],
    ['val_accuracy>0.1,optimizer.lr<1', ['a', 'ab']],
    ['val_accuracy > 0.1 and optimizer.lr != 0.1', ['ab', 'abc']],
    ['state=finished', ['a', 'abc']],
    ["optimizer.name=='adamw'", ['a', 'ab', 'abc']],
    ['test_accuracy=0.8', ['a', 'abc']],
    ['optimizer.name!=adamw', []],
  ])('%s', async (filter, expected) => {
    expect(names(filterRuns(await all(), filter))).toEqual(expected);
  });

  it('sorts: accuracies and dates descend by themselves, learning rates ascend; what has no value is last', async () => {
    const runs = await all();
    expect(names(sortRuns(runs, 'val_accuracy'))).toEqual(['ab', 'a', 'abc']);
    expect(names(sortRuns(runs, '+val_accuracy'))).toEqual(['abc', 'a', 'ab']);
    expect(names(sortRuns(runs, 'optimizer.lr'))).toEqual(['ab', 'a', 'abc']);
    expect(names(sortRuns(runs, '-optimizer.lr'))).toEqual(['abc', 'a', 'ab']);
    expect(names(sortRuns(runs, 'test_accuracy'))).toEqual(['a', 'abc', 'ab']);
    expect(names(sortRuns(runs, 'date'))).toEqual(['abc', 'ab', 'a']);
    expect(valueAt(runs[0]!, 'optimizer.betas')).toBe('[0.9,0.999]');
  });

  it('refuses what it does not understand, with the nearest name', async () => {
    const runs = await all();
    expect(() => filterRuns(runs, 'val_acuracy>0.9')).toThrow(
      'these runs have no "val_acuracy". Did you mean "val_accuracy"?',
    );
    expect(() => filterRuns(runs, 'good')).toThrow('--filter good: "good" is no condition');
    expect(() => sortRuns(runs, 'optimizer.rl')).toThrow('Did you mean "optimizer.lr"?');
    expect(filterRuns([], 'anything>1')).toEqual([]);
  });

  it('draws a line for each run and metric', async () => {
    const runs = await all();
    expect(comparedMetrics(runs)).toEqual(['val_accuracy']);
    const { data } = await comparisonFigure(runs, ['val_accuracy']);
    expect(data.map((line) => [line.name, Reflect.get(line, 'x'), Reflect.get(line, 'y')])).toEqual([
      ['a', [1], [0.9]],
      ['ab', [1, 2], [0.95, 0.8]],
      ['abc', [1], [0.2]],
    ]);
  });

  it('diff: keys of the config that differ, and all metrics', async () => {
    const [a, b] = await all();
    const { config, metrics } = diffRuns(a!, b!);
    expect(config).toEqual([{ key: 'optimizer.lr', a: 0.1, b: 0.01 }]);
    expect(metrics).toEqual([
      { name: 'val_accuracy', a: 0.9, b: 0.95 },
      { name: 'test_accuracy', a: 0.8, b: null },
      { name: 'test_loss', a: Number.NaN, b: null },
    ]);
  });
});

describe('averages of checkpoints', () => {
  const tensor = (...values: number[]): FileTensor => ({
    dtype: 'float32',
    shape: [values.length],
    data: Float32Array.from(values),
  });
  const count = (n: bigint): FileTensor => ({ dtype: 'int64', shape: [], data: BigInt64Array.of(n) });
  const write = async (name: string, tensors: Record<string, FileTensor>) => {
    const path = join(assets, name);
    await writeSafetensors(path, new Map(Object.entries(tensors)), { format: 'pt' });
    return path;
  };

  it('are means in doubles; counters are of the first', async () => {
    // In float32 sums 2²⁴ + 1 + 1 would stay 2²⁴.
    const files = await Promise.all([
      write('a.safetensors', { w: tensor(2 ** 24, 1), n: count(5n) }),
      write('b.safetensors', { w: tensor(1, 2), n: count(7n) }),
      write('c.safetensors', { w: tensor(1, 6), n: count(9n) }),
    ]);
    const output = join(assets, 'mean.safetensors');
    await writeAverage(output, files);
    const { tensors } = await readSafetensors(output);
    expect([...(tensors.get('w')?.data ?? [])]).toEqual([Math.fround((2 ** 24 + 2) / 3), 3]);
    expect(tensors.get('n')?.data[0]).toBe(5n);
    const header = readFileSync(output).subarray(8, 8 + Number(readFileSync(output).readBigUInt64LE(0)));
    expect(JSON.parse(header.toString()).__metadata__.format).toBe('pt');
  });

  it('of another architecture are refused by name', async () => {
    const a = await write('a.safetensors', { w: tensor(1, 2), old: tensor(1) });
    const b = await write('b.safetensors', { w: tensor(1, 2, 3), fresh: tensor(1) });
    await expect(averageCheckpoints([a, b])).rejects.toThrow(
      `${b} is of another architecture than ${a}: old is missing; w is float32 [3], not float32 [2]; fresh is not in the first. Nothing was written.`,
    );
    await expect(averageCheckpoints([a])).rejects.toThrow('two checkpoints or more');
    await expect(averageCheckpoints([a, join(assets, 'absent')])).rejects.toThrow('Cannot read');
  });
});
