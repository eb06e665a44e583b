import * as tf from '@tensorflow/tfjs';
import type { OnnxBackend } from './backend.js';
import { BACKEND_NAME } from './kernels/register.js';
import { random } from './random.js';
import { RecordedStep } from './recordedStep.js';
import { isRecording } from './recording.js';
import { signatureOf } from './tree.js';

export interface CompileOptions {
  /** The function's name in messages. Default: its own. */
  name?: string;
}

export type Compiled<A extends unknown[], R> = ((...args: A) => R) & {
  /** The graphs recorded so far, a text each: as recorded, or as the passes left them. */
  graphs(optimized?: boolean): string[];
  /** Frees the recorded graphs. */
  dispose(): void;
};

/** More recordings than this of one function mean that something changes at every call. */
const STORM = 16;

/**
 * Turns a function of tensors into one graph that is recorded at the first call and replayed at the next: forward, backward and update of a
 * training step run as one ONNX model. One recording is made a signature (nesting, shapes, types, and the values of arguments that are no
 * tensors).
 *
 * Variables are captured by reference: their values at the call are used, and what the function assigns is stored. Numbers that change go
 * through `live`. Inside, tensors have no values: reading one is an error. The tensors returned belong to the caller.
 */
export function compile<A extends unknown[], R>(fn: (...args: A) => R, options: CompileOptions = {}): Compiled<A, R> {
  const name = options.name ?? (fn.name === '' ? 'a compiled function' : fn.name);
  const recordings = new Map<string, RecordedStep>();
  let warned = false;

  const call = (...args: A): R => {
    if (isRecording()) return fn(...args);
    const backend = tf.backend();
    if (tf.getBackend() !== BACKEND_NAME) {
      const result = fn(...args);
      random.advance();
      return result;
    }
    const key = signatureOf(args);
    let step = recordings.get(key);
    if (step === undefined) {
      if (recordings.size >= STORM && !warned) {
        warned = true;
        console.warn(
          `${name} was recorded ${recordings.size + 1} times: each call with new shapes or other numbers compiles again. ` +
            `The last signature: ${key.slice(0, 200)}. Pad batches to one size, and pass numbers that change through live().`,
        );
      }
      // tfjs knows its backends by their base class only; the name says that it is ours.
      step = new RecordedStep(name, backend as OnnxBackend, fn as (...args: unknown[]) => unknown, args);
      recordings.set(key, step);
    }
    const result = step.run(args) as R;
    random.advance();
    return result;
  };

  return Object.assign(call, {
    graphs: (optimized = false) => [...recordings.values()].map((step) => step.toString(optimized)),
    dispose: () => {
      for (const step of recordings.values()) step.dispose();
      recordings.clear();
    },
  });
}
