import type ts from '@tslab/typescript-for-tslab';

/** The worker answers one request after the other; none is cut short. */
export const neverCancelled: ts.CancellationToken = {
  isCancellationRequested: () => false,
  throwIfCancellationRequested: () => undefined,
};
