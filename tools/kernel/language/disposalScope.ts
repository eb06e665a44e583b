/** The values that a block or a cell has declared by `using`, disposed of in reverse order. */
export type DisposalScope = {
  /** Takes a value to dispose of and returns it; null and undefined need no disposal. */
  use(value: unknown, asynchronous: boolean): unknown;
  /** The block has thrown; what disposing throws besides is kept with it. */
  fail(error: unknown): void;
  dispose(): void;
  disposeAsync(): Promise<void>;
};

type Entry = { dispose(): unknown; asynchronous: boolean };

/** A scope as TC39's explicit resource management describes it. */
export function disposalScope(): DisposalScope {
  const entries: Entry[] = [];
  let failure: { error: unknown } | undefined;
  const note = (error: unknown): void => {
    failure = { error: failure ? suppressed(error, failure.error) : error };
  };
  return {
    use: (value, asynchronous) => {
      if (value === null || value === undefined) return value;
      const dispose = method(value, asynchronous);
      entries.push({ dispose: () => dispose.call(value), asynchronous });
      return value;
    },
    fail: note,
    dispose: () => {
      for (let entry = entries.pop(); entry; entry = entries.pop()) {
        try {
          entry.dispose();
        } catch (error) {
          note(error);
        }
      }
      if (failure) throw failure.error;
    },
    disposeAsync: async () => {
      for (let entry = entries.pop(); entry; entry = entries.pop()) {
        try {
          const disposed = entry.dispose();
          if (entry.asynchronous) await disposed;
        } catch (error) {
          note(error);
        }
      }
      if (failure) throw failure.error;
    },
  };
}

function method(value: unknown, asynchronous: boolean): (this: unknown) => unknown {
  const holder = Object(value);
  const found = (asynchronous ? holder[Symbol.asyncDispose] : undefined) ?? holder[Symbol.dispose];
  if (typeof found === 'function') return found;
  const names = asynchronous ? '[Symbol.asyncDispose]() or [Symbol.dispose]()' : '[Symbol.dispose]()';
  throw new TypeError(`A value declared by ${asynchronous ? 'await using' : 'using'} needs a method ${names}.`);
}

function suppressed(error: unknown, former: unknown): Error {
  const message = 'An error was thrown while disposing of a value after another error.';
  return Object.assign(new Error(message), { name: 'SuppressedError', error, suppressed: former });
}
