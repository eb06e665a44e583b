import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Since Node 24 asynchronous contexts cost nothing. Before, they are made of hooks at every promise, which slow down each `await`,
 * and with them Node does not survive that a loop is stopped from outside (its check of the hooks' stack): then the latest cell is
 * taken for the cause of everything.
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
