import * as tf from '@tensorflow/tfjs-core';
import { didYouMean } from '../utils/index.js';
import type { OnnxBackend } from './backend.js';
import { allocateFor } from './explain.js';
import { type Graph, type Node, sameShape, sizeOf, topological, type Value } from './graph.js';
import type { OpName } from './ops.js';
import { type Data, Storage } from './session.js';
import { tensorPathsIn } from './tree.js';

/** Which arguments are given away: by position, or by the name (or dotted path) in an argument that is a plain object. */
export type Donate = readonly (number | string)[];

interface Donated {
  /** The place among all tensors of the arguments. */
  readonly place: number;
  /** Such as `arguments[0].state`. */
  readonly path: string;
}

/** The tensors that a call gives away. */
export function donatedIn(name: string, donate: Donate, args: readonly unknown[]): Donated[] {
  const paths = tensorPathsIn(args, 'arguments');
  const chosen = new Set<number>();
  for (const wanted of donate) {
    const start = typeof wanted === 'number' ? `arguments[${wanted}]` : wanted;
    const found = paths.flatMap((path, place) => {
      const own = typeof wanted === 'number' ? path : path.replace(/^arguments\[\d+\]\.?/, '');
      return own === start || own.startsWith(`${start}.`) || own.startsWith(`${start}[`) ? [place] : [];
    });
    if (found.length === 0) {
      const names = paths.map((path) => path.replace(/^arguments\[\d+\]\.?/, '')).filter((path) => path !== '');
      const hint = typeof wanted === 'string' ? didYouMean(wanted, names) : '';
      throw new Error(
        `${name} is to be given ${typeof wanted === 'string' ? `"${wanted}"` : `argument ${wanted}`} (donate), and was given no tensor there.${hint} ` +
          `Its tensors are ${paths.join(', ') || 'none'}.`,
      );
    }
    for (const place of found) chosen.add(place);
  }
  return [...chosen].sort((a, b) => a - b).map((place) => ({ place, path: paths[place] ?? '' }));
}

// What ONNX Runtime itself computes in place: an element is read before it is written, and never after. (Its Gelu reads twice.)
const elementwise: ReadonlySet<OpName> = new Set(['Add', 'Sub', 'Mul', 'Div', 'Neg', 'Sqrt', 'Square', 'Identity']);

/**
 * Which output may be written over which input: one that is read by a chain of elementwise operators alone, which ends in that output. All
 * else may still be read when an output is written, as ONNX Runtime orders operators as it likes. Output → input.
 */
export function inPlace(graph: Graph, inputs: Iterable<Value>, outputs: number): Map<number, Value> {
  const users = new Map<Value, Set<Node>>();
  for (const node of topological(graph.outputs))
    for (const value of node.inputs) users.set(value, (users.get(value) ?? new Set()).add(node));
  const found = new Map<number, Value>();
  for (const input of inputs) {
    if (input.dtype !== 'float32') continue;
    for (let value: Value | undefined = input; value !== undefined; ) {
      const readers: Set<Node> = users.get(value) ?? new Set();
      const output = graph.outputs.indexOf(value);
      if (output >= 0) {
        // An input that is returned as it is may have no other reader; what was computed of it may have any.
        if (output < outputs && !found.has(output) && (value !== input || readers.size === 0)) found.set(output, input);
        break;
      }
      const [reader]: Node[] = [...readers];
      const next: Value | undefined = reader?.outputs[0];
      if (readers.size !== 1 || reader === undefined || next === undefined || !elementwise.has(reader.op)) break;
      value = sameShape(next.shape, input.shape) && next.dtype === input.dtype ? next : undefined;
    }
  }
  return found;
}

/** The memory of one recording's donated arguments: where an output can be written over one it is, else the next call's outputs get it. */
export class Donations {
  private readonly name: string;
  private readonly backend: OnnxBackend;
  private readonly donated: readonly Donated[];
  /** Output → the place of the argument that it is written over. */
  private readonly over: ReadonlyMap<number, number>;
  private readonly isPinned: (storage: Storage) => boolean;
  private spares: Data[] = [];

  constructor(
    name: string,
    backend: OnnxBackend,
    donated: readonly Donated[],
    over: ReadonlyMap<number, number>,
    isPinned: (storage: Storage) => boolean,
  ) {
    this.name = name;
    this.backend = backend;
    this.donated = donated;
    this.over = over;
    this.isPinned = isPinned;
  }

  /** Refuses what cannot be given away. */
  check(tensors: readonly tf.Tensor[]): void {
    for (const { place, path } of this.donated) {
      const tensor = tensors[place];
      if (tensor instanceof tf.Variable)
        throw new Error(
          `${path} of ${this.name} is the variable "${tensor.name}": assign it inside, it cannot be donated`,
        );
      const twice = tensors.findIndex((other, i) => i !== place && other.dataId === tensor?.dataId);
      if (twice >= 0)
        throw new Error(`${path} of ${this.name} is donated, and the same tensor is another argument too`);
    }
  }

  /** Memory for an output. */
  memoryFor(output: number, type: Value, tensors: readonly tf.Tensor[]): Storage {
    const place = this.over.get(output);
    const own = place === undefined ? undefined : this.ownMemory(tensors[place]);
    if (own !== undefined) return new Storage(type, own, false);
    const fits = this.spares.findIndex((data) => data.length === sizeOf(type.shape) && isOf(type.dtype, data));
    const [spare] = fits < 0 ? [] : this.spares.splice(fits, 1);
    return spare === undefined ? allocateFor(type) : new Storage(type, spare, false);
  }

  /** The arguments are gone now; after a failure, those that may have been written over. */
  take(tensors: readonly tf.Tensor[], failed = false): void {
    const written = new Set(this.over.values());
    const spares: Data[] = [];
    for (const { place, path } of this.donated) {
      const tensor = tensors[place];
      if (tensor === undefined || tensor.isDisposed) continue;
      const own = this.ownMemory(tensor);
      if (failed && !(written.has(place) && own !== undefined)) continue;
      if (own !== undefined && !written.has(place)) spares.push(own);
      this.backend.giveUp(
        tensor,
        `${path} was donated to ${this.name}${failed ? ', which failed' : ''}: its memory is gone. ` +
          'Use what was returned in its place, or do not donate it.',
      );
    }
    if (!failed) this.spares = spares;
  }

  /** A tensor's memory if nobody else looks at it, and it was not the caller's own array. */
  private ownMemory(tensor: tf.Tensor | undefined): Data | undefined {
    if (tensor === undefined) return undefined;
    const { storage, refCount } = this.backend.entry(tensor.dataId);
    return storage === undefined || storage.foreign || refCount > 1 || this.isPinned(storage)
      ? undefined
      : storage.data;
  }
}

const isOf = (dtype: Value['dtype'], data: Data): boolean =>
  dtype === 'float32'
    ? data instanceof Float32Array
    : dtype === 'int32'
      ? data instanceof Int32Array
      : data instanceof Uint8Array;
