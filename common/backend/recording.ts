import * as tf from '@tensorflow/tfjs-core';
import type { OnnxBackend } from './backend.js';
import { inputValue, type Value } from './graph.js';

/** A scalar that is read anew before every run of a recorded function. */
export interface LiveInput {
  readonly value: Value;
  readonly dtype: 'float32' | 'int32';
  readonly read: () => number;
}

/** What a function asked for while it was recorded, beyond its tensors. */
export class Recording {
  readonly name: string;
  readonly live: LiveInput[] = [];
  readonly after: (() => void)[] = [];
  readonly once = new Map<string, tf.Scalar>();

  constructor(name: string) {
    this.name = name;
  }
}

let current: { recording: Recording; backend: OnnxBackend } | undefined;

/** Runs fn while its kernels go to a recording. */
export function whileRecording<T>(recording: Recording, backend: OnnxBackend, fn: () => T): T {
  const before = current;
  current = { recording, backend };
  backend.recorder = recording;
  try {
    return fn();
  } finally {
    current = before;
    backend.recorder = before?.recording;
  }
}

export function isRecording(): boolean {
  return current !== undefined;
}

/**
 * A scalar whose value may differ from call to call of a compiled function: learning rates, step numbers, keys. Inside `compile` it is an
 * input of the graph, read before every run, so that nothing is recompiled when it changes; outside it is `tf.scalar(read())`.
 */
export function live(read: () => number, dtype: 'float32' | 'int32' = 'float32'): tf.Scalar {
  if (current === undefined) return tf.scalar(read(), dtype);
  const value = inputValue([], dtype);
  current.recording.live.push({ value, dtype, read });
  return tf.engine().makeTensorFromTensorInfo(current.backend.output(value)) as tf.Scalar;
}

/** Inside `compile`: one live scalar for all who ask under the same name in one recording. */
export function oncePerRecording(name: string, make: () => tf.Scalar): tf.Scalar {
  if (current === undefined) return make();
  const known = current.recording.once.get(name);
  if (known !== undefined && !known.isDisposed) return known;
  // Kept alive for later callers, whose tidy scopes end at other times; the recording disposes it.
  const made = tf.keep(make());
  current.recording.once.set(name, made);
  return made;
}

/** Inside `compile`: fn runs after every run of the compiled function, recorded or replayed. Outside it runs at once. */
export function afterStep(fn: () => void): void {
  if (current === undefined) fn();
  else current.recording.after.push(fn);
}
