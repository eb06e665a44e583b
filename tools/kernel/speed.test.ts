import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isRunning, processTree } from './testing/processes.js';
import { startTestKernel } from './testing/testKernel.js';

test('a loop over top-level variables takes at most six times its time inside a function', async () => {
  const kernel = await startTestKernel();
  const milliseconds = async (loop: string) => {
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      // The processor's time, not the clock's: the machine may do other things.
      const cell = await kernel.run(
        `let before = process.cpuUsage();\n${loop}\nlet used = process.cpuUsage(before);\n(used.user + used.system) / 1000`,
      );
      times.push(Number(cell.result));
    }
    return Math.min(...times);
  };
  // A sum beyond 2³¹ would be kept as a boxed number: that costs six to seven times as much in Node 20 to 22.
  const loop = 'let sum = 0; for (let i = 0; i < 20_000_000; i++) sum += 1;';
  const inFunction = await milliseconds(`(() => { ${loop} return sum; })();`);
  const atTop = await milliseconds(loop);
  expect((await kernel.run('sum')).result).toBe('20000000');
  expect(atTop / inFunction).toBeLessThan(6);
  await kernel.remove();
}, 120_000);

test('nothing that the kernel started is left, whether it is shut down or killed', async () => {
  for (const isKilled of [false, true]) {
    const kernel = await startTestKernel();
    await kernel.run(
      "import { spawn } from 'node:child_process'; spawn('sleep', ['300']); setInterval(() => undefined, 1000); 1",
    );
    const tree = processTree(kernel.process.pid ?? 0);
    expect(tree.length).toBeGreaterThan(2);
    if (isKilled) kernel.process.kill('SIGKILL');
    else await kernel.shutdown();
    const own = isKilled ? await ownProcesses(tree) : tree;
    await expect.poll(() => own.filter(isRunning), { timeout: 10_000 }).toEqual([]);
    await kernel.remove();
  }
}, 120_000);

/** A killed kernel cannot end what cells have started; its own processes end by themselves. */
async function ownProcesses(tree: readonly number[]): Promise<number[]> {
  await setTimeout(100);
  return tree.slice(0, -1);
}
