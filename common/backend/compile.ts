import * as tf from '@tensorflow/tfjs-core';
import type { OnnxBackend } from './backend.js';
import type { Donate } from './donation.js';
import { BACKEND_NAME } from './kernels/register.js';
import { random } from './random.js';
import { RecordedStep } from './recordedStep.js';
import { isRecording } from './recording.js';
import { firstDifference } from './storm.js';
import { leavesOf, signatureOf } from './tree.js';

export interface CompileOptions {
  /** The function's name in messages. Default: its own. */
  name?: string;
  /** Recordings kept at once; the one that was not used for longest goes first. Default: 64. */
  keep?: number;
  /**
   * Arguments that the caller gives away, as JAX's `donate_argnums` and `donate_argnames`: a position, or a name (or dotted path) in an
   * argument that is a plain object. All tensors there are disposed by the call, and their memory becomes that of results of the same type
   * and size: in the same call where the result is computed from them element by element, else in the next. Using them later is an error
   * that names them. What the caller may still see (an array that the tensor was made of, a clone) is never written over. Variables
   * cannot be given away. Inside another compiled function, under tf.grad and on other backends nothing is given away.
   */
  donate?: Donate;
}

export type Compiled<A extends unknown[], R> = ((...args: A) => R) & {
  /** The graphs recorded so far, a text each: as recorded, or as the passes left them. */
  graphs(optimized?: boolean): string[];
  /** Frees the recorded graphs. */
  dispose(): void;
};

/** More recordings than this of one function mean that something changes at every call. */
const STORM = 16;

/** Which leaves of the arguments differ, as text. */
function changes(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string {
  const paths = new Set([...before.keys(), ...now.keys()]);
  const differing = [...paths].filter((path) => before.get(path) !== now.get(path));
  const lines = differing.map((path) => `${path}: ${before.get(path) ?? 'absent'} → ${now.get(path) ?? 'absent'}`);
  return lines.length > 4 ? `${lines.slice(0, 4).join('; ')}; and ${lines.length - 4} more` : lines.join('; ');
}

/**
 * Turns a function of tensors into one graph that is recorded at the first call and replayed at the next: forward, backward and update of a
 * training step run as one ONNX model. One recording is made a signature (nesting, shapes, types, and the values of arguments that are no
 * tensors).
 *
 * - Variables are captured by reference: their values at the call are used, and what the function assigns is stored. Those that the function
 *   makes at its first call, as the optimizers of tf.train do, live on; the second call is recorded with them. Other tensors found outside are captured as they are; when one of them is disposed the function is recorded anew.
 * - Numbers that change go through `live`. Whatever else the function does on the host (counters, logging) happens while it is recorded
 *   and not at a replay: see `afterStep`. What it returns beside tensors is what it returned then.
 * - Inside, tensors have no values: reading one is an error, after which variables hold what they held before.
 * - The tensors returned are new and belong to the caller, also where the function returns an argument or a variable.
 * - Random numbers drawn inside are those of the current `random.counter`, which moves on with each call.
 * - Inside another compiled function, and under tf.grad, the function itself is called.
 */
export function compile<A extends unknown[], R>(fn: (...args: A) => R, options: CompileOptions = {}): Compiled<A, R> {
  const name = options.name ?? (fn.name === '' ? 'a compiled function' : fn.name);
  if (fn.constructor.name === 'AsyncFunction')
    throw new Error(`${name} is asynchronous: a compiled function must return its tensors at once`);
  const keep = Math.max(1, options.keep ?? 64);
  // In the order of their last use.
  const recordings = new Map<string, RecordedStep>();
  let last: ReadonlyMap<string, string> = new Map();
  let made = 0;
  let latest: RecordedStep | undefined;
  /** Signatures of which a recording made variables. */
  const making = new Set<string>();
  let warned = false;

  const warnOfStorm = (changed: string, step: RecordedStep) => {
    const operator = latest === undefined ? '' : firstDifference(latest.graph, step.graph);
    console.warn(
      `${name} was recorded ${made} times: each call with new shapes or other numbers compiles again. ` +
        `The last time changed ${changed || `a tensor that it uses from outside${step.firstCapture}`}. ` +
        (operator === '' ? '' : `The first operator that is another: ${operator}. `) +
        'Pad batches to one size, and pass numbers that change through live().',
    );
  };

  const record = (backend: OnnxBackend, key: string, args: A): RecordedStep => {
    const leaves = leavesOf(args);
    const changed = changes(last, leaves);
    last = leaves;
    recordings.get(key)?.dispose();
    recordings.delete(key);
    const step = new RecordedStep(name, backend, fn as (...args: unknown[]) => unknown, args, options.donate);
    if (++made === STORM + 1) warnOfStorm(changed, step);
    latest = step;
    if (step.made.length > 0) return step;
    recordings.set(key, step);
    for (const [oldKey, old] of recordings) {
      if (recordings.size <= keep) break;
      old.dispose();
      recordings.delete(oldKey);
    }
    return step;
  };

  /** Runs a new recording. One that made variables has done so once: the next call finds them, and is recorded for good. */
  const first = (step: RecordedStep, key: string, args: A): R => {
    if (step.made.length === 0) return step.run(args) as R;
    const [{ name: variable }] = step.made as [tf.Variable];
    if (making.has(key) && !warned) {
      warned = true;
      console.warn(
        `${name} makes the variable "${variable}" at every call, so that each call compiles again: make it before, ` +
          'or the optimizer that it belongs to.',
      );
    }
    making.add(key);
    try {
      return step.run(args) as R;
    } catch (error) {
      // They have no values.
      for (const made of step.made) made.dispose();
      throw error;
    } finally {
      step.dispose();
    }
  };

  const call = (...args: A): R => {
    // A gradient is taken of what fn does, so it must be seen to do it.
    if (isRecording() || tf.engine().state.activeTape) return fn(...args);
    const backend = tf.backend();
    return random.call(() => {
      if (tf.getBackend() !== BACKEND_NAME) return fn(...args);
      const key = signatureOf(args);
      const known = recordings.get(key);
      // tfjs knows its backends by their base class only; the name says that it is ours.
      if (known === undefined || known.stale) return first(record(backend as OnnxBackend, key, args), key, args);
      if (recordings.size > 1) {
        recordings.delete(key);
        recordings.set(key, known);
      }
      return known.run(args) as R;
    });
  };

  return Object.assign(call, {
    graphs: (optimized = false) => [...recordings.values()].map((step) => step.toString(optimized)),
    dispose: () => {
      for (const step of recordings.values()) step.dispose();
      recordings.clear();
    },
  });
}
