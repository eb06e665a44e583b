import { execFile } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flattenConfig } from './hparams.js';
import { cutJsonLines, JsonLinesLogger } from './jsonLinesLogger.js';
import type { Logger } from './logger.js';
import { LoggerGroup } from './loggerGroup.js';
import { RecordFile } from './recordFile.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atelier-loggers-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const bytes = (text: string) => new TextEncoder().encode(text);
const read = (path: string) => readFileSync(path, 'utf8');

describe('RecordFile', () => {
  it('gathers, and writes by itself after a while', async () => {
    const path = join(folder, 'deep', 'file');
    const file = new RecordFile(path, { every: 30 });
    file.append(bytes('one '));
    file.append(bytes('two '));
    expect(existsSync(path)).toBe(false);
    await expect.poll(() => existsSync(path) && read(path), { timeout: 5000 }).toBe('one two ');
    file.append(bytes('three'));
    file.close();
    file.close();
    expect(read(path)).toBe('one two three');
    expect(file.lost).toBeUndefined();
  });

  it('a folder that is removed: the records are counted', () => {
    const path = join(folder, 'gone', 'file');
    const file = new RecordFile(path);
    file.append(bytes('one'));
    file.flush();
    rmSync(join(folder, 'gone'), { recursive: true });
    file.append(bytes('two'));
    file.flush();
    file.append(bytes('three'));
    file.close();
    expect(existsSync(path)).toBe(false);
    expect(file.lost).toBe(`2 of 3 records are missing in ${path}: it or its folder was removed during the run`);
  });

  it('a file that something else cut is not written into', () => {
    const path = join(folder, 'file');
    const file = new RecordFile(path);
    file.append(bytes('one'));
    file.flush();
    truncateSync(path, 1);
    file.append(bytes('two'));
    file.close();
    expect(read(path)).toBe('o');
    expect(file.lost).toMatch(/1 of 2 records are missing in .*: something else changed it while it was written/);
  });

  it('a place that cannot be written to: what is kept has a bound', () => {
    writeFileSync(join(folder, 'file'), '');
    const file = new RecordFile(join(folder, 'file', 'below'), { keep: 100 });
    for (let i = 0; i < 50; i++) file.append(new Uint8Array(10));
    file.close();
    expect(file.lost).toMatch(/^50 of 50 records are missing/);
  });

  it('what could not be written for a while is written later', () => {
    writeFileSync(join(folder, 'place'), 'no folder');
    const file = new RecordFile(join(folder, 'place', 'file'));
    file.append(bytes('one '));
    file.flush();
    rmSync(join(folder, 'place'));
    file.append(bytes('two'));
    file.close();
    expect(read(file.path)).toBe('one two');
    expect(file.lost).toBeUndefined();
  });

  it('is flushed by process.exit and by an exception; a full disk is told', async () => {
    // A size limit (ulimit -f, 1 KiB blocks) stands for the full disk: node reports it as EFBIG.
    const script = join(folder, 'script.ts');
    const source = (end: string) => `
      import { RecordFile } from ${JSON.stringify(join(import.meta.dirname, 'recordFile.ts'))};
      process.on('SIGXFSZ', () => {});
      const file = new RecordFile(process.argv[2] ?? '');
      for (let i = 0; i < 30; i++) file.append(new Uint8Array(100).fill(65 + (i % 26)));
      ${end}`;
    const run = (shell: string) =>
      promisify(execFile)('sh', [
        '-c',
        shell,
        'sh',
        process.execPath,
        '--import',
        'tsx',
        script,
        join(folder, 'out'),
      ]).catch((error: { stderr: string }) => error);
    writeFileSync(script, source('process.exit(3);'));
    await run('"$@"');
    expect(read(join(folder, 'out')).length).toBe(3000);
    rmSync(join(folder, 'out'));
    writeFileSync(script, source("throw new Error('oh');"));
    expect((await run('"$@"')).stderr).toContain('oh');
    expect(read(join(folder, 'out')).length).toBe(3000);
    rmSync(join(folder, 'out'));
    writeFileSync(script, source('file.close(); console.error(file.lost);'));
    const limited = await run('ulimit -f 2 && exec "$@"');
    expect(limited.stderr).toMatch(/(10|20) of 30 records are missing in .*: the file would exceed the size limit/);
  }, 60_000);
});

describe('JSON lines', () => {
  it('an object a line, NaN as text; a resumed run goes on where the checkpoint stands', async () => {
    const path = join(folder, 'metrics.jsonl');
    const logger = new JsonLinesLogger(path);
    logger.hparams({ lr: 0.1 });
    logger.scalars(5, { step_loss: Number.NaN });
    logger.scalars(7, { epoch: 1, train_loss: 0.5 });
    logger.text(9, 'note', 'two\nlines');
    logger.scalars(14, { epoch: 2, train_loss: 0.25 });
    logger.close();
    const lines = read(path)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { hparams: { lr: 0.1 } },
      { step: 5, step_loss: 'NaN' },
      { step: 7, epoch: 1, train_loss: 0.5 },
      { step: 9, text: { note: 'two\nlines' } },
      { step: 14, epoch: 2 },
    ]);
    appendFileSync(path, '{"step": 3, "tr');
    await cutJsonLines(path, { step: 14, evaluated: 7 });
    expect(read(path).trimEnd().split('\n').length).toBe(4);
    await cutJsonLines(path, { step: 5, evaluated: 0 });
    expect(read(path).trimEnd().split('\n').length).toBe(2);
  });
});

describe('several loggers', () => {
  it('one that throws, rejects or never answers stops neither the run nor the others', async () => {
    const steps: number[] = [];
    const good: Logger = { name: 'good', scalars: (step) => void steps.push(step) };
    const bad: Logger = {
      name: 'bad',
      scalars() {
        throw new Error('no route to host');
      },
      flush: () => Promise.reject(new Error('later')),
      lost() {
        throw new Error('even this');
      },
    };
    const told: string[] = [];
    const group = new LoggerGroup([bad, good], (message) => told.push(message));
    for (const step of [1, 2, 3]) group.scalars(step, { loss: 1 });
    group.histogram(3, 'weights', [1]);
    group.flush();
    await group.close();
    await group.close();
    expect(steps).toEqual([1, 2, 3]);
    expect(told).toEqual(['bad failed: no route to host. The training goes on.']);
    expect(group.lost()).toBe('Not everything was logged.\nbad: 4 calls failed: no route to host\nbad: even this');
  });

  it('waits at the end for what a tracker has under way', async () => {
    let sent = 0;
    const slow: Logger = {
      name: 'slow',
      scalars: () => new Promise((resolve) => setTimeout(() => resolve(void sent++), 30)),
    };
    const group = new LoggerGroup([slow]);
    const began = performance.now();
    group.scalars(1, {});
    expect(performance.now() - began).toBeLessThan(25);
    await group.close();
    expect(sent).toBe(1);
    expect(group.lost()).toBeUndefined();
  });
});

it('a config by dotted key', () => {
  expect(flattenConfig({ lr: 0.1, data: { name: 'digits', sizes: [1, 2], empty: {} }, ema: null })).toEqual({
    ...{ lr: 0.1, 'data.name': 'digits', 'data.sizes': [1, 2], ema: null },
  });
});
