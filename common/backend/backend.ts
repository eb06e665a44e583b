import { backend_util, DataStorage, engine, KernelBackend, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import type { Entry, Special } from './entry.js';
import { apply, inputValue, sameShape, type Value } from './graph.js';
import { ownable, refuseHostRandom, repeated, storedDType } from './hostData.js';
import type { TensorType } from './ops.js';
import { currentOrigin } from './origin.js';
import { Pending } from './pending.js';
import { type Data, Storage } from './session.js';
import { stats } from './stats.js';

type DataId = TensorInfo['dataId'];

/** Receives what a compile() recording needs to know. */
export interface Recorder {
  readonly name: string;
}

/** Arrays up to this size written while recording are constants of the graph. */
const CONSTANT_LIMIT = 1024;
/**
 * A tfjs backend that computes nothing when a kernel is called: it appends a node to a graph. Reading a tensor evaluates everything that
 * is pending and alive as one ONNX model.
 */
export class OnnxBackend extends KernelBackend {
  private readonly data = new DataStorage<Entry>(this, engine());
  private readonly pending = new Pending(
    (value) => this.storages.get(value),
    (entry, storage) => this.setStorage(entry, storage),
  );
  private readonly inputs = new WeakMap<Storage, Value>();
  private readonly storages = new WeakMap<Value, Storage>();
  private readonly released = new WeakSet<Storage>();
  private readonly gone = new WeakMap<DataId, string>();
  recorder: Recorder | undefined;

  /**
   * Whether operators note the line that called them. That takes longer than recording them does, so that a loop outside of `compile` stops
   * when it has become steady: what fails there then names the line that recorded the same graph first.
   */
  get traceLines(): boolean {
    return this.recorder !== undefined || !this.pending.steady;
  }

  entry(dataId: DataId): Entry {
    this.refuseGone(dataId);
    return this.data.get(dataId);
  }

  /** Disposes a tensor whose memory another one has now; its use is an error that says so. */
  giveUp(tensor: Tensor, reason: string): void {
    this.gone.set(tensor.dataId, reason);
    tensor.dispose();
    // tfjs's own check, which every method of a tensor makes, says nothing but that it is disposed.
    const throwIfDisposed = () => {
      throw new Error(reason);
    };
    Object.defineProperty(tensor, 'throwIfDisposed', { value: throwIfDisposed });
  }

  /** Why a tensor that is gone is gone, where that is known. */
  reasonGone(dataId: DataId): string | undefined {
    return this.gone.get(dataId);
  }

  private refuseGone(dataId: DataId): void {
    const reason = this.data.has(dataId) ? undefined : this.gone.get(dataId);
    if (reason !== undefined) throw new Error(reason);
  }

  has(dataId: DataId): boolean {
    return this.data.has(dataId);
  }

  /** The graph value of a tensor, with the tensor's shape (a reshaped tensor shares its data). */
  value(info: TensorInfo): Value {
    this.refuseGone(info.dataId);
    // tfjs would look for such a tensor on other backends, and fail there with less to say.
    if (!this.data.has(info.dataId) && !engine().state.tensorInfo.has(info.dataId))
      throw new Error(`a tensor of shape [${info.shape}] was used after it was disposed`);
    const entry = this.data.get(info.dataId);
    if (entry.error !== undefined) throw entry.error;
    if (entry.special !== undefined)
      throw new Error(
        'real' in entry.special
          ? 'a complex tensor is two tensors: take tf.real and tf.imag of it before it leaves or enters a compiled function'
          : 'a tensor of strings has no place in a graph: keep it outside of compiled functions',
      );
    const value = entry.value ?? this.inputOf(entry);
    if (sameShape(value.shape, info.shape)) return value;
    return apply('Reshape', [value], { shape: info.shape }, currentOrigin(this.traceLines));
  }

  /** The memory that feeds an Input made by this backend. */
  storageOf(value: Value): Storage | undefined {
    return this.storages.get(value);
  }

  /** Whether the last tensor over this memory was disposed. */
  isReleased(storage: Storage): boolean {
    return this.released.has(storage);
  }

  private inputOf(entry: Entry): Value {
    const { storage } = entry;
    if (storage === undefined) throw new Error('a tensor has neither data nor a graph value');
    const known = this.inputs.get(storage);
    if (known !== undefined) return known;
    const value = inputValue(storage.type.shape, storage.type.dtype);
    this.inputs.set(storage, value);
    this.storages.set(value, storage);
    return value;
  }

  /** A new tensor whose data the graph will give. */
  output(value: Value): TensorInfo {
    const dataId = {};
    const entry: Entry = { refCount: 1, dtype: value.dtype, value, storage: undefined, recording: this.recorder?.name };
    this.data.set(dataId, entry);
    if (this.recorder === undefined) this.pending.add(entry);
    return { dataId, shape: [...value.shape], dtype: storedDType(value.dtype) };
  }

  /** Puts memory behind a tensor. */
  setStorage(entry: Entry, storage: Storage): void {
    if (entry.storage === undefined) stats.bytes += storage.data.byteLength;
    entry.storage = storage;
    entry.value = undefined;
    entry.recording = undefined;
    this.pending.delete(entry);
  }

  /** A new tensor over memory. */
  hold(storage: Storage): TensorInfo {
    const dataId = {};
    const dtype = storedDType(storage.type.dtype);
    const entry: Entry = { refCount: 1, dtype, value: undefined, storage: undefined, recording: undefined };
    this.data.set(dataId, entry);
    this.setStorage(entry, storage);
    return { dataId, shape: [...storage.type.shape], dtype };
  }

  /** A new tensor of strings. */
  holdStrings(strings: readonly Uint8Array[], shape: readonly number[]): TensorInfo {
    return { dataId: this.special({ strings }, 1), shape: [...shape], dtype: 'string' };
  }

  /** A new complex tensor, which owns its parts. */
  holdComplex(real: TensorInfo, imag: TensorInfo): TensorInfo {
    return { dataId: this.special({ real, imag }, 1), shape: [...real.shape], dtype: 'complex64' };
  }

  private special(special: Special, refCount: number, dataId: DataId = {}): DataId {
    this.data.set(dataId, {
      refCount,
      dtype: 'float32',
      value: undefined,
      storage: undefined,
      recording: this.recorder?.name,
      special,
    });
    return dataId;
  }

  hasPending(): boolean {
    return this.pending.size > 0;
  }

  /** Evaluates everything that is pending and alive, as one model. What fails throws when it is used, and keeps nothing else from its value. */
  flush(): void {
    this.pending.flush();
  }

  /** The values of a tensor in memory: numbers, a complex number as two of them, or the bytes of strings. */
  override readSync(dataId: DataId): Data {
    const entry = this.data.get(dataId);
    const { special } = entry;
    if (special !== undefined) {
      if ('real' in special) {
        const [real, imag] = [this.readSync(special.real.dataId), this.readSync(special.imag.dataId)];
        return backend_util.mergeRealAndImagArrays(Float32Array.from(real), Float32Array.from(imag));
      }
      // tfjs types every read as an array of numbers, and knows strings by their type.
      return special.strings as unknown as Data;
    }
    if (entry.storage === undefined) {
      if (this.recorder !== undefined || entry.recording !== undefined) {
        throw new Error(
          `a tensor was read inside ${entry.recording ?? this.recorder?.name}: while a function is recorded its tensors have no values. ` +
            'Return the tensor and read it outside, or compute with tensor operations (tf.where instead of if).',
        );
      }
      this.flush();
    }
    const { storage } = entry;
    if (entry.error !== undefined) throw entry.error;
    if (storage === undefined) throw new Error('a tensor has no data');
    // The engine reuses its own memory, so what leaves it is a copy.
    return storage.foreign ? storage.data : storage.data.slice();
  }

  override async read(dataId: DataId): Promise<Data> {
    return this.readSync(dataId);
  }

  override write(values: unknown, shape: number[], dtype: string): DataId {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(dataId: DataId, values: unknown, shape: number[], dtype: string, refCount: number): void {
    if (dtype === 'string') {
      this.special({ strings: Array.isArray(values) ? values : [] }, refCount, dataId);
      return;
    }
    if (dtype === 'complex64') {
      const { real, imag } = backend_util.splitRealAndImagArrays(
        values instanceof Float32Array ? values : new Float32Array(),
      );
      const part = (data: Float32Array): TensorInfo => ({
        dataId: this.write(data, shape, 'float32'),
        shape: [...shape],
        dtype: 'float32',
      });
      this.special({ real: part(real), imag: part(imag) }, refCount, dataId);
      return;
    }
    const type: TensorType = { shape: [...shape], dtype: storedDType(dtype) };
    const data = ownable(values, type.dtype);
    const size = shape.reduce((product, d) => product * d, 1);
    if (data.length !== size)
      throw new Error(`${data.length} values for a tensor of shape [${shape}], which has ${size}`);
    const entry: Entry = { refCount, dtype: type.dtype, value: undefined, storage: undefined, recording: undefined };
    this.data.set(dataId, entry);
    const same = repeated(data);
    if (this.recorder !== undefined) {
      refuseHostRandom(this.recorder.name);
      // What is written while recording is the same at every replay.
      if (same !== undefined) entry.value = apply('Fill', [], { ...type, value: same });
      else if (size > 0 && size <= CONSTANT_LIMIT) entry.value = apply('Constant', [], { ...type, data: data.slice() });
    }
    // Outside, only 0 and 1 are part of the graph's structure (tfjs's gradients write whole tensors of ones): another number may change.
    else if (size > 1 && (same === 0 || same === 1)) entry.value = apply('Fill', [], { ...type, value: same });
    entry.storage = new Storage(type, data, true);
    stats.bytes += data.byteLength;
  }

  override disposeData(dataId: DataId, force = false): boolean {
    if (!this.data.has(dataId)) return true;
    const entry = this.data.get(dataId);
    entry.refCount--;
    if (!force && entry.refCount > 0) return false;
    this.pending.delete(entry);
    if (entry.storage !== undefined) {
      stats.bytes -= entry.storage.data.byteLength;
      this.released.add(entry.storage);
    }
    if (entry.special !== undefined && 'real' in entry.special) {
      this.disposeData(entry.special.real.dataId);
      this.disposeData(entry.special.imag.dataId);
    }
    this.data.delete(dataId);
    return true;
  }

  override incRef(dataId: DataId): void {
    this.refuseGone(dataId);
    this.data.get(dataId).refCount++;
  }

  decRef(dataId: DataId): void {
    if (this.data.has(dataId)) this.data.get(dataId).refCount--;
  }

  override refCount(dataId: DataId): number {
    return this.data.has(dataId) ? this.data.get(dataId).refCount : 0;
  }

  override numDataIds(): number {
    return this.data.numDataIds();
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override async time(f: () => void): Promise<{ kernelMs: number }> {
    const start = performance.now();
    f();
    this.flush();
    return { kernelMs: performance.now() - start };
  }

  override timerAvailable(): boolean {
    return true;
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override dispose(): void {
    this.pending.clear();
  }
}
