import * as tf from '@tensorflow/tfjs-core';
import type { OnnxBackend } from './backend.js';
import { type Donate, Donations, donatedIn, inPlace } from './donation.js';
import { Executable } from './executable.js';
import { Graph, inputValue, sameShape, topological, type Value } from './graph.js';
import { type LiveInput, Recording } from './recording.js';
import { Storage } from './session.js';
import { trace } from './trace.js';
import { isRecord, mapTensors, tensorsIn } from './tree.js';

/** Where the memory of one graph input comes from at each run. */
type Source =
  | { readonly kind: 'argument'; readonly place: number }
  | { readonly kind: 'live'; readonly live: LiveInput; readonly storage: Storage }
  | { readonly kind: 'variable'; readonly variable: tf.Variable }
  /** A tensor that the function found outside. */
  | { readonly kind: 'captured'; readonly storage: Storage }
  /** An array that the function wrote itself. */
  | { readonly kind: 'constant'; readonly storage: Storage };

interface Update {
  readonly variable: tf.Variable;
  /** The half of the pair of buffers that the next run writes into. */
  spare: Storage;
}

const view = (storage: Storage, value: Value): Storage =>
  sameShape(storage.type.shape, value.shape) ? storage : new Storage(value, storage.data, true);

/** Memory that some recording reads as a constant: nothing may be written into it. */
const pinned = new WeakSet<Storage>();

/** One recording of a compiled function: its graph, and how to feed and to store. */
export class RecordedStep {
  readonly graph: Graph;
  private readonly name: string;
  private readonly backend: OnnxBackend;
  /** Nothing is run for a function that neither returns tensors nor assigns variables. */
  private readonly executable: Executable | undefined;
  private readonly sources: readonly { readonly source: Source; readonly value: Value }[];
  private readonly updates: readonly Update[];
  /** Variables that the function made: its first run gives them their values, and it is not to be run again. */
  readonly made: readonly tf.Variable[];
  private readonly outputs: readonly { readonly type: Value; readonly shape: readonly number[] }[];
  private readonly donations: Donations;
  private readonly after: readonly (() => void)[];
  private readonly result: unknown;

  /** Records fn(args). Nothing is computed; variables keep the values they had. */
  constructor(
    name: string,
    backend: OnnxBackend,
    fn: (...args: unknown[]) => unknown,
    args: readonly unknown[],
    donate: Donate = [],
  ) {
    this.name = name;
    this.backend = backend;
    const donated = donatedIn(name, donate, args);
    const recording = new Recording(name);
    const argumentOf = new Map<Value, number>();
    const record = () => {
      let place = 0;
      const placeholders = args.map((arg) =>
        mapTensors(arg, (tensor) => {
          const value = inputValue(tensor.shape, backend.entry(tensor.dataId).dtype);
          argumentOf.set(value, place++);
          return tf.engine().makeTensorFromTensorInfo(backend.output(value));
        }),
      );
      const tree = fn(...placeholders);
      if (tree instanceof Promise) {
        // It was started and cannot be stopped: what becomes of it is of no interest.
        tree.catch(() => undefined);
        throw new Error(`${name} is asynchronous: a compiled function must return its tensors at once`);
      }
      // A tensor that is returned in two places is one tensor in both.
      const tensors = [...new Set(tensorsIn(tree))];
      const places = new Map(tensors.map((tensor, i) => [tensor, i]));
      return {
        outputs: tensors.map((tensor) => ({ type: backend.value(tensor), shape: tensor.shape })),
        tree: mapTensors(tree, (tensor) => new Place(places.get(tensor) ?? 0)),
      };
    };
    const { result, assigned, made, variableOf } = trace(backend, recording, record, { mayMake: true });
    this.made = made;
    this.result = result.tree;
    this.outputs = result.outputs;
    this.after = recording.after;
    const stored = [
      ...assigned,
      ...made
        .filter((variable) => backend.entry(variable.dataId).storage === undefined)
        .map((variable) => ({ variable, value: backend.value(variable) })),
    ];
    this.graph = Graph.of([...result.outputs.map(({ type }) => type), ...stored.map(({ value }) => value)]);
    try {
      this.executable = this.graph.outputs.length === 0 ? undefined : new Executable(this.graph);
    } catch (error) {
      for (const variable of made) variable.dispose();
      throw error;
    }
    this.updates = stored.map(({ variable, value }) => ({
      variable,
      spare: Storage.allocate({ shape: variable.shape, dtype: value.dtype }),
    }));
    const optimized = this.executable?.graph ?? this.graph;
    const given = new Set(donated.map(({ place }) => place));
    const overwritable = optimized.inputs.filter((value) => given.has(argumentOf.get(value) ?? -1));
    const over = [...inPlace(optimized, overwritable, this.outputs.length)].map(
      ([output, value]) => [output, argumentOf.get(value) ?? -1] as const,
    );
    this.donations = new Donations(name, backend, donated, new Map(over), (storage) => pinned.has(storage));
    const liveOf = new Map(recording.live.map((live) => [live.value, live]));
    this.sources = (this.executable?.needed ?? []).map((index) => {
      const value = this.graph.inputs[index];
      if (value === undefined) throw new Error('an optimised graph has an input that the recorded one lacks');
      return { value, source: sourceOf(name, value, argumentOf, liveOf, variableOf, backend) };
    });
  }

  /** Whether a tensor that the function found outside is gone: the function may now find another in its place. */
  get stale(): boolean {
    return this.sources.some(({ source }) => source.kind === 'captured' && this.backend.isReleased(source.storage));
  }

  /** Which operator first uses a tensor that the function found outside, for messages. */
  get firstCapture(): string {
    const captured = this.sources.find(({ source }) => source.kind === 'captured')?.value;
    const node = captured && topological(this.graph.outputs).find(({ inputs }) => inputs.includes(captured));
    return node === undefined ? '' : ` (${captured?.dtype}[${captured?.shape}], in ${node.op}, ${node.origin})`;
  }

  /** Runs the recorded graph on these arguments, updates the variables and returns fresh tensors. */
  run(args: readonly unknown[]): unknown {
    const { backend } = this;
    // Whatever still looks at a variable's present value gets it before that changes.
    if (backend.hasPending()) backend.flush();
    const tensors = args.flatMap((arg) => tensorsIn(arg));
    this.donations.check(tensors);
    const feeds = this.sources.map(({ source, value }) => view(this.feed(source, tensors), value));
    const results = this.outputs.map(({ type }, i) => this.donations.memoryFor(i, type, tensors));
    try {
      this.executable?.run(feeds, [...results, ...this.updates.map(({ spare }) => spare)]);
    } catch (error) {
      this.donations.take(tensors, true);
      throw error;
    }
    this.donations.take(tensors);
    for (const update of this.updates) update.spare = store(backend, update.variable, update.spare);
    const outputs = results.map((storage, i) => {
      const info = backend.hold(storage);
      return tf.engine().makeTensorFromTensorInfo({ ...info, shape: [...(this.outputs[i]?.shape ?? info.shape)] });
    });
    for (const fn of this.after) fn();
    return mapPlaces(this.result, outputs);
  }

  private feed(source: Source, args: readonly tf.Tensor[]): Storage {
    switch (source.kind) {
      case 'argument':
        return this.stored(args[source.place], `the tensor ${source.place} among the arguments`);
      case 'live':
        source.storage.data[0] = source.live.read();
        return source.storage;
      case 'variable':
        return this.stored(source.variable, `the variable "${source.variable.name}"`);
      case 'captured':
      case 'constant':
        return source.storage;
    }
  }

  private stored(tensor: tf.Tensor | undefined, what: string): Storage {
    if (tensor === undefined || tensor.isDisposed)
      throw new Error((tensor && this.backend.reasonGone(tensor.dataId)) ?? `${what} of ${this.name} was disposed`);
    const { storage, error } = this.backend.entry(tensor.dataId);
    if (storage === undefined)
      throw error ?? new Error(`${what} of ${this.name} has no data: it comes from a recording`);
    return storage;
  }

  dispose(): void {
    this.executable?.dispose();
  }

  /** The graph as it was recorded, or as the passes left it. */
  toString(optimized = false): string {
    return (optimized ? (this.executable?.graph ?? this.graph) : this.graph).toString();
  }
}

/** Stands for an output tensor in the recorded result. */
class Place {
  readonly index: number;
  constructor(index: number) {
    this.index = index;
  }
}

function mapPlaces(result: unknown, outputs: readonly tf.Tensor[]): unknown {
  if (result instanceof Place) return outputs[result.index];
  if (Array.isArray(result)) return result.map((node) => mapPlaces(node, outputs));
  if (isRecord(result))
    return Object.fromEntries(Object.entries(result).map(([key, node]) => [key, mapPlaces(node, outputs)]));
  return result;
}

function sourceOf(
  name: string,
  value: Value,
  argumentOf: ReadonlyMap<Value, number>,
  liveOf: ReadonlyMap<Value, LiveInput>,
  variableOf: ReadonlyMap<Storage, tf.Variable>,
  backend: OnnxBackend,
): Source {
  const place = argumentOf.get(value);
  if (place !== undefined) return { kind: 'argument', place };
  const live = liveOf.get(value);
  if (live !== undefined) return { kind: 'live', live, storage: Storage.allocate(value) };
  const storage = backend.storageOf(value);
  if (storage === undefined)
    throw new Error(`${name} uses a tensor that an earlier recording made and kept: return it from there instead`);
  const variable = variableOf.get(storage);
  if (variable !== undefined) return { kind: 'variable', variable };
  pinned.add(storage);
  // What is gone by now, the function itself wrote and let go of.
  return { kind: backend.isReleased(storage) ? 'constant' : 'captured', storage };
}

/**
 * Gives a variable new memory and returns what the next run may write into: the memory it had, unless somebody else still looks at it.
 */
function store(backend: OnnxBackend, variable: tf.Variable, storage: Storage): Storage {
  const entry = backend.entry(variable.dataId);
  const old = entry.storage;
  if (entry.refCount === 1) {
    backend.setStorage(entry, storage);
    const reusable =
      old !== undefined && !old.foreign && !pinned.has(old) && sameShape(old.type.shape, storage.type.shape);
    if (reusable) return old;
  } else {
    const tensor = tf.engine().makeTensorFromTensorInfo(backend.hold(storage));
    variable.assign(tensor);
    tensor.dispose();
  }
  return Storage.allocate(storage.type);
}
