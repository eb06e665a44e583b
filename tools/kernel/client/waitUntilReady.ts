import { UserError } from 'common/utils';
import type { KernelClient } from './kernelClient.js';
import type { Message } from './message.js';

/**
 * Waits for the reply to kernel_info_request and for a first message on iopub, and returns the reply. A subscription to iopub takes
 * effect some time after it is made, and what is published before is lost: without that wait the first cell's output could be.
 */
export async function waitUntilReady(client: KernelClient, timeout = 60_000): Promise<Message> {
  const end = performance.now() + timeout;
  let heard: () => void = () => undefined;
  const isHeard = new Promise<boolean>((resolve) => {
    heard = () => resolve(true);
  });
  const stop = client.onMessage(({ channel }) => channel === 'iopub' && heard());
  try {
    for (;;) {
      const left = end - performance.now();
      if (left <= 0) throw new UserError(`the kernel was not ready within ${timeout / 1000} s`);
      const reply = await client.request('kernel_info_request', {}, { timeout: left }).catch((error: unknown) => {
        if (performance.now() < end) throw error;
        throw new UserError(`the kernel did not answer within ${timeout / 1000} s`);
      });
      // Each request makes the kernel publish its states busy and idle: the next may be the first that is heard.
      if (await Promise.race([isHeard, new Promise<boolean>((resolve) => setTimeout(resolve, 100, false))]))
        return reply;
    }
  } finally {
    stop();
  }
}
