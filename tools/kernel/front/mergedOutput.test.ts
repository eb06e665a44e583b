import { expect, test } from 'vitest';
import { frame, markEnd, markPrefix } from '../executor/protocol.js';
import { MergedOutput } from './mergedOutput.js';

const mark = (epoch: number) => `${markPrefix('s')}${epoch}${markEnd}`;
const markFrame = (epoch: number, origin: number) => frame({ kind: 'mark', epoch, origin });

function merged() {
  const seen: string[] = [];
  const output = new MergedOutput(
    's',
    (lane, text, origin) => seen.push(`${lane} ${origin} ${text}`),
    (message, origin) => seen.push(`${message.kind} ${origin}`),
  );
  return { output, seen };
}

test('what three pipes bring in any order comes out as it was written', () => {
  // Written: stdout "a" (origin 1), stderr "b" (1), a message (2), stdout "c" (2).
  const stdout = Buffer.from(`${mark(1)}a${mark(2)}${mark(3)}${mark(4)}c`);
  const stderr = Buffer.from(`${mark(1)}${mark(2)}b${mark(3)}${mark(4)}`);
  const marks = [1, 2, 3, 4].map((epoch) => markFrame(epoch, epoch < 3 ? 1 : 2));
  const messages = Buffer.concat([...marks.slice(0, 3), frame({ kind: 'ready' }), ...marks.slice(3)]);
  const expected = ['stdout 1 a', 'stderr 1 b', 'ready 2', 'stdout 2 c'];
  const feeds = {
    stdout: (output: MergedOutput, chunk: Buffer) => output.text('stdout', chunk),
    stderr: (output: MergedOutput, chunk: Buffer) => output.text('stderr', chunk),
    messages: (output: MergedOutput, chunk: Buffer) => output.messages(chunk),
  };
  const all = { stdout, stderr, messages };
  const orders = [
    ['stdout', 'stderr', 'messages'],
    ['messages', 'stderr', 'stdout'],
    ['stderr', 'messages', 'stdout'],
  ] as const;
  for (const order of orders)
    for (const size of [1, 3, 1000]) {
      const { output, seen } = merged();
      for (const lane of order)
        for (let at = 0; at < all[lane].length; at += size) feeds[lane](output, all[lane].subarray(at, at + size));
      const joined = seen.filter((line) => !/ $/.test(line));
      expect(joined, `${order} by ${size}`).toEqual(expected);
    }
});

test('text is let through at once while nobody waits for a mark', () => {
  const { output, seen } = merged();
  output.text('stdout', Buffer.from('now'));
  expect(seen).toEqual(['stdout 0 now']);
});

test('text that looks like a mark of another executor stays text', () => {
  const { output, seen } = merged();
  const odd = `\u001b_atelier:other:1${markEnd}\u001b[31mred\u001b`;
  output.text('stdout', Buffer.from(odd));
  output.endAll();
  output.text('stdout', Buffer.from('[0m'));
  expect(seen.map((line) => line.slice('stdout 0 '.length)).join('')).toBe(`${odd}[0m`);
});

test('a pipe that has ended holds nobody up, and one that is silent not for long', async () => {
  const { output, seen } = merged();
  output.end('stderr');
  output.text('stdout', Buffer.from(`${mark(1)}a`));
  expect(seen).toEqual([]);
  output.messages(markFrame(1, 5));
  expect(seen).toEqual(['stdout 5 a']);
  output.text('stdout', Buffer.from(`${mark(2)}b`));
  await expect.poll(() => seen, { timeout: 3000 }).toEqual(['stdout 5 a', 'stdout 5 b']);
});
