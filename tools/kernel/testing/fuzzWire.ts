import { mutatedMessage, randomNumbers } from './mutations.js';
import type { TestKernel } from './testKernel.js';

/**
 * Sends `count` mutated messages to a kernel's shell, control and stdin and asks in between whether it still answers.
 * Throws where it does not.
 */
export async function fuzzWire(kernel: TestKernel, count: number, seed: number): Promise<void> {
  const random = randomNumbers(seed);
  for (let i = 1; i <= count; i++) {
    const draw = random();
    const channel = draw < 0.7 ? 'shell' : draw < 0.9 ? 'control' : 'stdin';
    await kernel.client.sendFrames(channel, mutatedMessage(random, kernel.info.key));
    if (i % 100 === 0) await check(kernel, i);
  }
  await check(kernel, count);
}

async function check(kernel: TestKernel, sent: number): Promise<void> {
  const timeout = 60_000;
  await kernel.client.heartbeat(timeout);
  for (const channel of ['shell', 'control'] as const)
    await kernel.client.request('kernel_info_request', {}, { channel, timeout });
  for (;;) {
    const { status, result, error } = await kernel.run('40 + 2', { timeout });
    // An error or an interrupt among the mutated messages rightly drops what stands behind it in the queue.
    if (status === 'aborted' || error?.ename === 'KeyboardInterrupt') continue;
    if (result !== '42') throw new Error(`after ${sent} messages 40 + 2 is ${String(result)}, ${error?.traceback}`);
    return;
  }
}
