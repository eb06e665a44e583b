import * as nodeModule from 'node:module';
import { availableParallelism } from 'node:os';
import type { Tensor } from 'onnxruntime-common';
import { lazy } from '../utils/index.js';
import type { DType, TensorType } from './ops.js';
import type { Target } from './target.js';

// The only file that knows ONNX Runtime. Its binding is called directly because it answers at once: the public API wraps the same call
// in a setImmediate, and tfjs's dataSync() cannot wait. The package's version is pinned exactly for that reason.
// Both packages are loaded when the first value is held or computed: an import of common alone needs neither.
type Binding = typeof import('onnxruntime-node/dist/binding.js');
const load = nodeModule.createRequire(import.meta.url);
const runtime = lazy((): Binding => load('onnxruntime-node/dist/binding.js'));
const tensors = lazy((): typeof import('onnxruntime-common') => load('onnxruntime-common'));

export type Data = Float32Array | Int32Array | Uint8Array;

const ortTypes = { float32: 'float32', int32: 'int32', bool: 'bool' } as const;
type StoredType = keyof typeof ortTypes;

function storedType(dtype: DType): StoredType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new Error(`a tensor of ${dtype} stays inside the graph`);
}

/** A piece of memory with a type, and ONNX Runtime's handle on it. */
export class Storage {
  readonly type: TensorType;
  readonly data: Data;
  /** The memory came from the caller: it is read, never written. */
  readonly foreign: boolean;
  readonly tensor: Tensor;

  constructor(type: TensorType, data: Data, foreign: boolean) {
    this.type = type;
    this.data = data;
    this.foreign = foreign;
    const dims = [...type.shape];
    const dtype = storedType(type.dtype);
    const { Tensor } = tensors();
    if (data instanceof Float32Array && dtype === 'float32') this.tensor = new Tensor('float32', data, dims);
    else if (data instanceof Int32Array && dtype === 'int32') this.tensor = new Tensor('int32', data, dims);
    else if (data instanceof Uint8Array && dtype === 'bool') this.tensor = new Tensor('bool', data, dims);
    else throw new Error(`a tensor of ${dtype} cannot be held in a ${data.constructor.name}`);
  }

  static allocate(type: TensorType): Storage {
    const size = type.shape.reduce((product, d) => product * d, 1);
    const dtype = storedType(type.dtype);
    const data =
      dtype === 'float32' ? new Float32Array(size) : dtype === 'int32' ? new Int32Array(size) : new Uint8Array(size);
    return new Storage(type, data, false);
  }
}

export interface SessionOptions extends Pick<Target, 'provider'> {
  /** Threads of one operator; default: the processor's cores. */
  threads: number;
  /** A file prefix: ONNX Runtime writes a Chrome trace of every run there. */
  profile?: string;
}

let settings: SessionOptions = {
  provider: 'cpu',
  threads: Number(process.env.ATELIER_THREADS) || availableParallelism(),
};

/** Settings of the sessions made from now on. */
export function configureEngine(change: Partial<SessionOptions>): void {
  settings = { ...settings, ...change };
}

export function engineSettings(): Readonly<SessionOptions> {
  return settings;
}

/** Providers of this installation: those that the package bundles, and those it could load after its own download. */
export function providers(): { name: string; bundled: boolean }[] {
  return runtime().binding.listSupportedBackends();
}

const profiled = new Set<Session>();

/** Ends the profiling of all sessions made with `profile`: their traces are then complete. They go on without. */
export function endProfiling(): void {
  for (const session of [...profiled]) session.endProfiling();
}

/** One compiled ONNX model. */
export class Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  private readonly native: InstanceType<Binding['binding']['InferenceSession']>;

  /** @param model the bytes of a model, or the path of one. */
  constructor(model: Uint8Array | string, { provider, threads, profile }: SessionOptions = settings) {
    const { binding, initOrt } = runtime();
    initOrt();
    this.native = new binding.InferenceSession();
    const options = {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // With it the second run takes one block for all that a step needs, beside the pieces that the first run took and the arena keeps.
      enableMemPattern: false,
      graphOptimizationLevel: 'all' as const,
      logSeverityLevel: 4 as const, // errors are thrown: they need not be printed too
      enableProfiling: profile !== undefined,
      ...(profile === undefined ? {} : { profileFilePrefix: profile }),
      extra: {
        session: {
          intra_op: { allow_spinning: process.env.ATELIER_SPIN === '0' ? '0' : '1' },
          // Threads wait for the next operator of a run awake, but not for the next run: another session's threads, JavaScript and its
          // garbage collector want the processor then.
          force_spinning_stop: '1',
        },
      },
    };
    if (typeof model === 'string') this.native.loadModel(model, options);
    else {
      // A view into a larger buffer is allowed; shared memory is not.
      const bytes = model.buffer instanceof ArrayBuffer ? model : Uint8Array.from(model);
      this.native.loadModel(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength, options);
    }
    if (profile !== undefined) profiled.add(this);
    this.inputNames = this.native.inputMetadata.map(({ name }) => name);
    this.outputNames = this.native.outputMetadata.map(({ name }) => name);
  }

  /** Runs the model, writing into the fetches. */
  run(feeds: Record<string, Tensor>, fetches: Record<string, Tensor>): void {
    this.native.run(feeds, fetches, {});
  }

  /** Runs the model; ONNX Runtime makes the outputs. */
  evaluate(
    feeds: Record<string, { data: Data; shape: readonly number[] }>,
  ): Record<string, { data: Data; shape: readonly number[] }> {
    const tensors: Record<string, Tensor> = {};
    for (const [name, { data, shape }] of Object.entries(feeds)) {
      const dtype = data instanceof Float32Array ? 'float32' : data instanceof Int32Array ? 'int32' : 'bool';
      tensors[name] = new Storage({ shape, dtype }, data, true).tensor;
    }
    const results = this.native.run(tensors, Object.fromEntries(this.outputNames.map((name) => [name, null])), {});
    return Object.fromEntries(
      Object.entries(results).map(([name, value]) => {
        const data: unknown = value.data;
        if (!(data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array))
          throw new Error(`output "${name}" has elements of ${value.type}, which this engine does not read`);
        return [name, { data, shape: value.dims }];
      }),
    );
  }

  /** Writes the trace, where there is one under way. */
  endProfiling(): void {
    if (profiled.delete(this)) this.native.endProfiling();
  }

  dispose(): void {
    this.endProfiling();
    this.native.dispose();
  }
}
