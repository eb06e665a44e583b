import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Since Node 24 asynchronous contexts cost nothing. Before, they are made of hooks at every promise, which slow down each `await`,
 * and with them Node does not survive that a loop is stopped from outside (its check of the hooks' stack): then the latest cell is
 * taken for the cause of everything but the callbacks of timers.
 */
const storage = Number(process.versions.node.split('.')[0]) >= 24 ? new AsyncLocalStorage<number>() : undefined;
let latest = 0;

/** Runs `work` as part of the cell or message `origin`: what it starts and finishes later still belongs to it. */
export function runAs<T>(origin: number, work: () => T): T {
  latest = origin;
  return storage ? storage.run(origin, work) : work();
}

/** The cell that the running code belongs to; where that is unknown, the latest one. */
export function currentOrigin(): number {
  return storage?.getStore() ?? latest;
}

/**
 * Where there are no asynchronous contexts: makes the callback of a timer belong to the cell that has set it. What the callback leaves
 * behind an `await` does not: whoever waits for the same promise goes on then, too.
 */
export function carryOriginsInTimers(): void {
  if (storage) return;
  for (const name of ['setTimeout', 'setInterval', 'setImmediate'] as const) {
    const plain = globalThis[name];
    const carrying = (callback: unknown, ...rest: unknown[]): unknown => {
      if (typeof callback !== 'function') return Reflect.apply(plain, undefined, [callback, ...rest]); // throws what Node throws
      const origin = latest;
      const carried = function (this: unknown, ...values: unknown[]): unknown {
        const before = latest;
        latest = origin;
        try {
          return Reflect.apply(callback, this, values);
        } finally {
          latest = before;
        }
      };
      return Reflect.apply(plain, undefined, [carried, ...rest]);
    };
    // Its name, its length and what util.promisify makes of it.
    Object.defineProperties(carrying, Object.getOwnPropertyDescriptors(plain));
    Object.defineProperty(globalThis, name, { value: carrying, configurable: true, writable: true, enumerable: true });
  }
}
