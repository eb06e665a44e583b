import * as tf from '@tensorflow/tfjs';
import type { OnnxBackend } from './backend.js';
import { Executable } from './executable.js';
import { type Graph, inputValue, isOp, sameShape, topological, type Value } from './graph.js';
import { printGraph } from './print.js';
import { type LiveInput, Recording, whileRecording } from './recording.js';
import { Storage } from './session.js';
import { mapTensors, tensorsIn } from './tree.js';

/** Where the memory of one graph input comes from at each run. */
type Source =
  | { readonly kind: 'argument'; readonly place: number }
  | { readonly kind: 'live'; readonly live: LiveInput; readonly storage: Storage }
  | { readonly kind: 'variable'; readonly variable: tf.Variable }
  | { readonly kind: 'captured'; readonly storage: Storage };

interface Update {
  readonly variable: tf.Variable;
  /** The half of the pair of buffers that the next run writes into. */
  spare: Storage;
}

const view = (storage: Storage, value: Value): Storage =>
  sameShape(storage.type.shape, value.shape) ? storage : new Storage(value, storage.data, true);

/** One recording of a compiled function: its graph, and how to feed and to store. */
export class RecordedStep {
  readonly graph: Graph;
  private readonly backend: OnnxBackend;
  private readonly executable: Executable;
  private readonly sources: readonly { readonly source: Source; readonly value: Value }[];
  private readonly updates: readonly Update[];
  private readonly outputTypes: readonly Value[];
  private readonly outputShapes: readonly (readonly number[])[];
  private readonly after: readonly (() => void)[];
  private readonly result: unknown;

  /** Records fn(args). Nothing is computed; variables keep the values they had. */
  constructor(name: string, backend: OnnxBackend, fn: (...args: unknown[]) => unknown, args: readonly unknown[]) {
    this.backend = backend;
    backend.flush();
    const engine = tf.engine();
    const recording = new Recording(name);
    // Clones keep the variables' data alive through the recording, in which assign() would release it.
    const before = Object.values(engine.registeredVariables).map((variable) => ({
      variable,
      kept: tf.keep(tf.clone(variable)),
    }));
    const variableOf = new Map<Storage, tf.Variable>();
    for (const { variable } of before) {
      const entry = backend.entry(variable.dataId);
      if (entry.storage === undefined) continue;
      // A variable that began as zeros or ones is known to the graph by that number: here it is an input, whatever it holds now.
      entry.value = undefined;
      variableOf.set(entry.storage, variable);
    }
    const argumentOf = new Map<Value, number>();
    engine.startScope();
    try {
      const outcome = whileRecording(recording, backend, () => {
        let place = 0;
        const placeholders = args.map((arg) =>
          mapTensors(arg, (tensor) => {
            const value = inputValue(
              tensor.shape,
              tensor.dtype === 'int32' ? 'int32' : tensor.dtype === 'bool' ? 'bool' : 'float32',
            );
            argumentOf.set(value, place++);
            return engine.makeTensorFromTensorInfo(backend.output(value));
          }),
        );
        const result = fn(...placeholders);
        if (result instanceof Promise)
          throw new Error(`${name} is asynchronous: a compiled function must return its tensors at once`);
        const outputs = tensorsIn(result);
        return { result, outputs, values: outputs.map((tensor) => backend.value(tensor)) };
      });
      const changed = before
        .filter(({ variable, kept }) => variable.dataId !== kept.dataId)
        .map(({ variable }) => variable);
      const known = new Set(before.map(({ variable }) => variable));
      const created = Object.values(engine.registeredVariables).find((variable) => !known.has(variable));
      if (created !== undefined)
        throw new Error(
          `${name} made the variable "${created.name}": make variables before the function that is compiled`,
        );
      const outputs = [...outcome.values, ...changed.map((variable) => backend.value(variable))];
      const inputs = topological(outputs).flatMap((node) => (isOp(node, 'Input') ? node.outputs : []));
      this.graph = { inputs, outputs };
      this.executable = new Executable(this.graph);
      this.outputTypes = outcome.values;
      this.outputShapes = outcome.outputs.map((tensor) => tensor.shape);
      this.after = recording.after;
      const places = new Map(outcome.outputs.map((tensor, i) => [tensor, i]));
      this.result = mapTensors(outcome.result, (tensor) => new Place(places.get(tensor) ?? 0));
      this.updates = changed.map((variable) => ({
        variable,
        spare: Storage.allocate({ shape: variable.shape, dtype: backend.value(variable).dtype }),
      }));
      const liveOf = new Map(recording.live.map((live) => [live.value, live]));
      this.sources = this.executable.needed.map((index) => {
        const value = inputs[index];
        if (value === undefined) throw new Error('an optimised graph has an input that the recorded one lacks');
        return { value, source: sourceOf(value, argumentOf, liveOf, variableOf, backend) };
      });
    } finally {
      for (const scalar of recording.once.values()) scalar.dispose();
      engine.endScope();
      for (const { variable, kept } of before) {
        if (variable.dataId !== kept.dataId) restore(variable, kept);
        kept.dispose();
      }
    }
  }

  /** Runs the recorded graph on these arguments, updates the variables and returns fresh tensors. */
  run(args: readonly unknown[]): unknown {
    const { backend } = this;
    if (backend.hasPending()) backend.flush();
    const tensors = args.flatMap((arg) => tensorsIn(arg));
    const feeds = this.sources.map(({ source, value }) => view(this.feed(source, tensors), value));
    const results = this.outputTypes.map((type) => Storage.allocate(type));
    this.executable.run(feeds, [...results, ...this.updates.map(({ spare }) => spare)]);
    for (const update of this.updates) update.spare = store(backend, update.variable, update.spare);
    const outputs = results.map((storage, i) => {
      const info = backend.hold(storage);
      return tf.engine().makeTensorFromTensorInfo({ ...info, shape: [...(this.outputShapes[i] ?? info.shape)] });
    });
    for (const fn of this.after) fn();
    return mapPlaces(this.result, outputs);
  }

  private feed(source: Source, args: readonly tf.Tensor[]): Storage {
    switch (source.kind) {
      case 'argument':
        return this.stored(args[source.place], 'an argument');
      case 'live':
        source.storage.data[0] = source.live.read();
        return source.storage;
      case 'variable':
        if (source.variable.isDisposed)
          throw new Error(`the variable "${source.variable.name}" of a compiled function was disposed`);
        return this.stored(source.variable, `the variable "${source.variable.name}"`);
      case 'captured':
        return source.storage;
    }
  }

  private stored(tensor: tf.Tensor | undefined, what: string): Storage {
    const storage = tensor === undefined ? undefined : this.backend.entry(tensor.dataId).storage;
    if (storage === undefined) throw new Error(`${what} has no data`);
    return storage;
  }

  dispose(): void {
    this.executable.dispose();
  }

  /** The graph as it was recorded, or as the passes left it. */
  toString(optimized = false): string {
    return printGraph(optimized ? this.executable.graph : this.graph);
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
  if (typeof result === 'object' && result !== null)
    return Object.fromEntries(Object.entries(result).map(([key, node]) => [key, mapPlaces(node, outputs)]));
  return result;
}

function sourceOf(
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
    throw new Error('a tensor of an earlier recording is used in a compiled function: return it from there instead');
  const variable = variableOf.get(storage);
  return variable === undefined ? { kind: 'captured', storage } : { kind: 'variable', variable };
}

/** Puts the data a variable had before the recording back behind it. */
function restore(variable: tf.Variable, kept: tf.Tensor): void {
  variable.assign(kept);
}

/**
 * Gives a variable new memory and returns what the next run may write into: the memory it had, unless somebody else still looks at it.
 */
function store(backend: OnnxBackend, variable: tf.Variable, storage: Storage): Storage {
  const entry = backend.entry(variable.dataId);
  const old = entry.storage;
  if (entry.refCount === 1) {
    backend.setStorage(entry, storage);
    if (old !== undefined && !old.foreign && sameShape(old.type.shape, storage.type.shape)) return old;
  } else {
    const tensor = tf.engine().makeTensorFromTensorInfo(backend.hold(storage));
    variable.assign(tensor);
    tensor.dispose();
  }
  return Storage.allocate(storage.type);
}
