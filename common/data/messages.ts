/** What the loader's main thread and its workers say to each other. A slab is transferred, so only one of them holds it at a time. */
export interface BatchTask {
  /** Which task this is: the answer repeats it. */
  id: number;
  epoch: number;
  rows: Int32Array;
  slab: ArrayBuffer;
}

export type WorkerMessage =
  | { kind: 'ready' }
  | { kind: 'batch'; id: number; slab: ArrayBuffer }
  | { kind: 'failed'; id: number; slab: ArrayBuffer; message: string; expected: boolean };
