import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Value } from './graph.js';
import type { DType } from './ops.js';
import type { Storage } from './session.js';

/** What no graph value can be: strings as their bytes, and complex numbers as a pair of tensors. */
export type Special =
  | { readonly strings: readonly Uint8Array[] }
  | { readonly real: TensorInfo; readonly imag: TensorInfo };

/** What the backend knows of one tensor's data: memory, or the graph value that will give it. */
export interface Entry {
  refCount: number;
  readonly dtype: DType;
  value: Value | undefined;
  storage: Storage | undefined;
  /** Set where the tensor belongs to a recording: it has no data of its own and never will. */
  recording: string | undefined;
  /** Why there is no data: the evaluation of this tensor failed. */
  error?: unknown;
  /** Set for strings and complex numbers, which have neither memory nor a graph value of their own. */
  special?: Special;
}
