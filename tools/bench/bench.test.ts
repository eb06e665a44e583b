// The command itself, beside a peer that needs no time.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const bench = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'main.ts'), ...args]);

test('runs in turns with peers, and prints ratios and their geometric mean', async () => {
  const line = JSON.stringify({ case: 'op/add', engine: 'fast', threads: 1, ms: 1e-3, cpu_ms: 1e-3, rss_mb: 7 });
  const peer = `node -e 'console.log(${JSON.stringify(line)})'`;
  const options = ['--steps', '2', '--warmup', '1', '--threads', '1', '--rounds', '2'];
  const failing = 'node -e "throw Error(123)"';
  // A peer without any case is a mistake in its command: told at the end, after the others' numbers.
  const { stdout, stderr, code } = await bench('op/add', ...options, '--peer', peer, '--peer', failing).then(
    (done) => ({ ...done, code: 0 }),
    (failed: { stdout: string; stderr: string; code: number }) => failed,
  );
  expect([code, stderr]).toEqual([2, `the peer answered no case: ${failing}\n`]);
  const lines = stdout.split('\n').flatMap((text) => (text.startsWith('{') ? [JSON.parse(text)] : []));
  expect(lines.map(({ engine, absent, ratio }) => engine ?? absent ?? typeof ratio)).toEqual([
    ...['atelier', 'fast', expect.stringContaining('123')],
    // The second round is the other way round, without the peer that failed.
    ...['fast', 'atelier', 'number'],
  ]);
  const { own_ms, peer_ms, ratio, peer_rss_mb } = lines.at(-1);
  expect(peer_ms).toBe(0);
  expect(peer_rss_mb).toBe(7);
  expect(ratio / (own_ms / 1e-3)).toBeCloseTo(1, 1);
  expect(stdout).toMatch(/ours against fast\ncase .*\nop\/add .*\ngeometric mean/);
}, 60_000);

test('data: a set that is not there is skipped with a line; an unknown case is told with the nearest', async () => {
  const { stdout } = await bench('data', 'mnist', 'folder224', '--datasets', import.meta.dirname);
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { case: 'mnist', skipped: `ylecun/mnist is not in ${import.meta.dirname}` },
    { case: 'folder224', skipped: `atelier/hymenoptera is not in ${import.meta.dirname}` },
  ]);
  await expect(bench('data', 'minst')).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('"mnist"') });
}, 60_000);

test('an unknown case is told with the nearest', async () => {
  await expect(bench('vit_d129')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/Did you mean "vit_d128/),
  });
}, 60_000);
