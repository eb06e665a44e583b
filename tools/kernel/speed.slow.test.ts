import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { prepareLanguage } from './language/index.js';
import { processTree, residentMemory } from './testing/processes.js';
import { startTestKernel } from './testing/testKernel.js';

// Wall-clock limits: what else the machine does can only make them longer, so the best of three kernels counts.
const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

test('ready in 1 s, the first cell in 150 ms, a trivial one in 15 ms', async () => {
  await prepareLanguage();
  await (await startTestKernel()).remove(); // builds what an edit has made stale
  const ready: number[] = [];
  const first: number[] = [];
  const trivial: number[] = [];
  for (let i = 0; i < 3; i++) {
    const cells: number[] = [];
    let last = performance.now();
    const lap = () => {
      const start = last;
      last = performance.now();
      return last - start;
    };
    const kernel = await startTestKernel();
    ready.push(lap());
    await kernel.run('1+1');
    first.push(lap());
    for (let j = 0; j < 20; j++) {
      lap();
      await kernel.run('1 + 1');
      cells.push(lap());
    }
    trivial.push(median(cells));
    await kernel.remove();
  }
  const measured = { ready: Math.min(...ready), first: Math.min(...first), trivial: Math.min(...trivial) };
  process.stdout.write(`${JSON.stringify(measured)}\n`);
  expect(measured.ready).toBeLessThan(1000);
  expect(measured.first).toBeLessThan(150);
  expect(measured.trivial).toBeLessThan(15);
}, 300_000);

test('the first cell that imports common/training takes 1 s', async () => {
  await prepareLanguage();
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    const kernel = await startTestKernel();
    await kernel.run('1 + 1');
    // The worker that knows the repository's modules comes up meanwhile.
    await wait(4000);
    const start = performance.now();
    const cell = await kernel.run("import { fit } from 'common/training'; typeof fit");
    times.push(performance.now() - start);
    expect(cell.result).toBe("'function'");
    await kernel.remove();
  }
  process.stdout.write(`import of common/training: ${Math.min(...times).toFixed(0)} ms\n`);
  expect(Math.min(...times)).toBeLessThan(1000);
}, 300_000);

test('memory after 2,000 cells is that after 500', async () => {
  const kernel = await startTestKernel();
  const codes = [
    'let a = 1; a + 1',
    'a * 2',
    'console.log("x")',
    'const list = Array.from({ length: 1000 }, (_, i) => i); list',
    'function f(x: number) { return x * a; } f(3)',
    'await Promise.resolve(4)',
  ];
  /** The least that was held while so many cells ran: between two collections of garbage it goes up and down. */
  const memory = async (cells: number) => {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < cells; i++) {
      await kernel.run(codes[i % codes.length] ?? '');
      if (i % 20 === 0) least = Math.min(least, residentMemory(processTree(kernel.process.pid ?? 0)));
    }
    return least;
  };
  await memory(500);
  const early = await memory(500);
  await memory(500);
  const late = await memory(500);
  process.stdout.write(`${early.toFixed(0)} MB after 500 cells, ${late.toFixed(0)} MB after 1,500\n`);
  expect(late / early).toBeLessThan(1.25);
  await kernel.remove();
}, 600_000);
