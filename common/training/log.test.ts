import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Log, logSettings } from './log.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atelier-log-'));
  path = join(folder, 'train.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /;
function speak(setting: string, colours = false): { shown: string[]; file: string[]; log: Log } {
  const shown: string[] = [];
  const log = new Log(path, (text) => shown.push(text), { settings: logSettings(setting), colours });
  log.write('hello');
  log.write('careful', 'warn');
  log.write('detail', 'debug');
  log.record('evaluated', { val_loss: 0.5 });
  const file = readFileSync(path, 'utf8').trimEnd().split('\n');
  return { shown, file, log };
}

it('shows what is for a person and keeps everything in the file, with its time', () => {
  const { shown, file } = speak('');
  expect(shown).toEqual(['hello', 'Warning: careful']);
  expect(file.every((line) => time.test(line))).toBe(true);
  expect(file.map((line) => line.replace(time, ''))).toEqual([
    'hello',
    'WARN careful',
    'DEBUG detail',
    'evaluated {"val_loss":0.5}',
  ]);
});

it('levels by ATELIER_LOG, colours where the terminal has them', () => {
  expect(speak('debug').shown).toEqual(['hello', 'Warning: careful', 'detail']);
  expect(speak('error').shown).toEqual([]);
  expect(speak('warn', true).shown).toEqual(['\u001b[33mWarning: careful\u001b[39m']);
});

it('JSON on request, in the terminal and in the file', () => {
  const { shown, file } = speak('json');
  const lines = shown.map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    { level: 'info', message: 'hello' },
    { level: 'warn', message: 'careful' },
    { level: 'info', message: 'evaluated', val_loss: 0.5 },
  ]);
  expect(file.map((line) => JSON.parse(line).message)).toEqual(['hello', 'careful', 'detail', 'evaluated']);
  expect(speak('json,debug').shown.length).toBe(4);
});

it('the same line ten times is ten lines', () => {
  const shown: string[] = [];
  const log = new Log(path, (text) => shown.push(text), { settings: logSettings('') });
  for (let i = 0; i < 10; i++) log.write('again');
  expect(shown.length).toBe(10);
});

it('a setting that does not exist is told with the nearest one', () => {
  expect(() => logSettings('jsn')).toThrow(
    'ATELIER_LOG=jsn: "jsn" is no setting; there are json, error, warn, info, debug. Did you mean "json"?',
  );
});

it('a file that cannot be written is told, once', () => {
  const log = new Log(join(folder, 'absent', 'train.log'), () => {});
  log.write('one');
  log.write('two');
  expect(log.lost).toMatch(/absent.train\.log is incomplete: ENOENT/);
});
