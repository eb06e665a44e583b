import { setTimeout as sleep } from 'node:timers/promises';
import { formatSeconds, UserError } from '../utils/index.js';
import { ConnectionFailure, HubFailure, isTemporary } from './failure.js';

/** How stubborn a download is. Times in milliseconds. */
export type RetryPolicy = {
  /** Tries in a row without progress before the end; 3 at most where the Hub cannot be reached at all. */
  attempts: number;
  /** The first wait; each further one is twice as long, up to `maxDelay`. */
  baseDelay: number;
  maxDelay: number;
  /** The longest Retry-After that is waited for; a longer one ends the download with a message. */
  maxRetryAfter: number;
};

export const defaultRetryPolicy: RetryPolicy = {
  attempts: 6,
  baseDelay: 500,
  maxDelay: 20_000,
  maxRetryAfter: 300_000,
};

/** Exponential back-off with jitter: half of the wait is fixed, half random, so that parallel requests spread out. `failures` counts from 1. */
export function backoff(failures: number, policy: RetryPolicy, random = Math.random): number {
  const full = Math.min(policy.maxDelay, policy.baseDelay * 2 ** (failures - 1));
  return full / 2 + (full / 2) * random();
}

export type RetryContext = { policy: RetryPolicy; signal?: AbortSignal; onRetry?: (note: string) => void };

/**
 * Calls `attempt` until it succeeds, fails for good, or has failed too often in a row without progress. `attempt` is given a function
 * that it calls when it got further, which sets the count back. `what` names the thing for the messages.
 */
export async function withRetries<T>(
  what: string,
  { policy, signal, onRetry }: RetryContext,
  attempt: (progressed: () => void) => Promise<T>,
): Promise<T> {
  let failures = 0;
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await attempt(() => {
        failures = 0;
      });
    } catch (error) {
      signal?.throwIfAborted();
      if (!isTemporary(error)) throw error;
      failures++;
      const unreachable = error instanceof ConnectionFailure && error.unreachable;
      const most = unreachable ? Math.min(3, policy.attempts) : policy.attempts;
      if (failures >= most) throw new GaveUp(what, failures, error);
      const asked = error instanceof HubFailure ? (error.retryAfter ?? 0) : 0;
      if (asked > policy.maxRetryAfter)
        throw new UserError(
          `${what}: the Hub asks to wait ${formatSeconds(asked / 1000)} (${error.message}). Run the same command again then.`,
        );
      const wait = Math.max(asked, backoff(failures, policy));
      onRetry?.(
        `${what}: ${error.message}; trying again in ${(wait / 1000).toFixed(1)} s (${failures} of ${most - 1})`,
      );
      await sleep(wait, undefined, { signal });
    }
  }
}

/** The end of the tries. */
export class GaveUp extends UserError {
  constructor(what: string, failures: number, error: HubFailure | ConnectionFailure) {
    super(
      `${what}: ${error.message}, ${failures === 1 ? 'at the first try' : `${failures} times in a row`}. ` +
        (error instanceof ConnectionFailure && error.unreachable
          ? 'Check the network, a proxy and HF_ENDPOINT.'
          : 'What has arrived is kept: run the same command again to go on from there.'),
    );
  }
}
