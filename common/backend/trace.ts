import * as tf from '@tensorflow/tfjs-core';
import type { OnnxBackend } from './backend.js';
import type { Value } from './graph.js';
import { type Recording, whileRecording } from './recording.js';
import { Storage } from './session.js';

/** What a function did to variables while it was traced. */
export interface Trace<T> {
  readonly result: T;
  /** The variables it assigned, with the values they are to get. */
  readonly assigned: readonly { readonly variable: tf.Variable; readonly value: Value }[];
  /** The variables it made, which live on. One that has no memory has a graph value until somebody computes that. */
  readonly made: readonly tf.Variable[];
  /** The memory of every variable. */
  readonly variableOf: ReadonlyMap<Storage, tf.Variable>;
}

/**
 * Runs fn with its kernels going to a graph: nothing is computed. However it ends, every variable holds afterwards what it held before,
 * and the tensors that fn made are gone. Making variables is an error, unless `mayMake`.
 */
export function trace<T>(
  backend: OnnxBackend,
  recording: Recording,
  fn: () => T,
  { mayMake = false }: { mayMake?: boolean } = {},
): Trace<T> {
  backend.flush();
  const engine = tf.engine();
  const known = new Set(Object.values(engine.registeredVariables));
  const variableOf = new Map<Storage, tf.Variable>();
  for (const variable of known) {
    const storage = ownMemory(backend, variable);
    if (storage !== undefined) variableOf.set(storage, variable);
  }
  // Clones keep the variables' data alive through the recording, in which assign() would release it.
  const before = [...known].map((variable) => ({ variable, kept: tf.keep(tf.clone(variable)) }));
  let made: readonly tf.Variable[] = [];
  engine.startScope();
  try {
    const result = whileRecording(recording, backend, fn);
    const [created] = newVariables(known);
    if (created !== undefined && !mayMake)
      throw new Error(
        `${recording.name} made the variable "${created.name}": make variables before the function that is recorded`,
      );
    const assigned = before
      .filter(({ variable, kept }) => variable.dataId !== kept.dataId && !variable.isDisposed)
      .map(({ variable }) => ({ variable, value: backend.value(variable) }));
    made = newVariables(known);
    return { result, assigned, made, variableOf };
  } finally {
    for (const scalar of recording.once.values()) scalar.dispose();
    engine.endScope();
    for (const variable of newVariables(known)) if (!made.includes(variable)) variable.dispose();
    for (const { variable, kept } of before) {
      if (variable.dataId !== kept.dataId && !variable.isDisposed) variable.assign(kept);
      kept.dispose();
    }
  }
}

const newVariables = (known: ReadonlySet<tf.Variable>): tf.Variable[] =>
  Object.values(tf.engine().registeredVariables).filter((variable) => !known.has(variable));

/**
 * The memory of a variable, which it shares with no other tensor: a graph tells a variable, whose value may be another at the next run,
 * from a constant by it.
 */
function ownMemory(backend: OnnxBackend, variable: tf.Variable): Storage | undefined {
  const entry = backend.entry(variable.dataId);
  const { storage } = entry;
  if (storage === undefined) return undefined;
  if (entry.refCount === 1) {
    // A variable that began as zeros or ones is known to the graph by that number: here it is an input, whatever it holds now.
    entry.value = undefined;
    return storage;
  }
  const own = new Storage({ ...storage.type, shape: variable.shape }, storage.data.slice(), false);
  const tensor = tf.engine().makeTensorFromTensorInfo(backend.hold(own));
  variable.assign(tensor);
  tensor.dispose();
  return own;
}
