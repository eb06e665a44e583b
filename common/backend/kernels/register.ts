import {
  type KernelFunc,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  registerKernel,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import { messageOf } from '../../utils/index.js';
import type { OnnxBackend } from '../backend.js';
import { failure } from '../explain.js';
import { first, makeNode, type Value } from '../graph.js';
import type { OpAttrs, OpName } from '../ops.js';
import { currentOrigin, withLine } from '../origin.js';
import { runOnHost } from './fallback.js';
import { BACKEND_NAME } from './names.js';

export { BACKEND_NAME };

/** What a kernel works with: graph values of its tensors, and tensors of graph values. */
export interface Context {
  /** The graph value of an input. */
  value(info: TensorInfo): Value;
  /** A tensor of a graph value. */
  tensor(value: Value): TensorInfo;
  /** A tensor that shares another's data under its own shape. */
  share(info: TensorInfo, shape?: readonly number[]): TensorInfo;
  /** A tensor of values that are known now: constants while recording. */
  write(data: Float32Array | Int32Array | Uint8Array, shape: readonly number[]): TensorInfo;
  /** The values of an input, where they are in memory already and nothing is being recorded. */
  known(info: TensorInfo): Float32Array | Int32Array | Uint8Array | undefined;
  /** The parts of a complex tensor. */
  parts(info: TensorInfo): { real: TensorInfo; imag: TensorInfo };
  /** A complex tensor that owns these parts. */
  complex(real: TensorInfo, imag: TensorInfo): TensorInfo;
  /** Runs tfjs-backend-cpu's kernel of this name, which reads its inputs. */
  host(kernelName: string, inputs: NamedTensorInfoMap, attrs: object): TensorInfo | TensorInfo[];
  /** A tensor of one repeated string. */
  strings(count: number, value: string, shape: readonly number[]): TensorInfo;
  apply<K extends OpName>(op: K, inputs: readonly Value[], attrs: OpAttrs[K]): Value;
  node<K extends OpName>(op: K, inputs: readonly Value[], attrs: OpAttrs[K]): readonly Value[];
}

let context: Context | undefined;
let owner: OnnxBackend | undefined;

/** Connects the kernels with the backend that holds the tensors. */
export function bindKernels(backend: OnnxBackend): void {
  const record = <K extends OpName>(op: K, inputs: readonly Value[], attrs: OpAttrs[K]): readonly Value[] => {
    const origin = currentOrigin(backend.traceLines);
    try {
      return makeNode(op, inputs, attrs, origin).outputs;
    } catch (error) {
      // Shapes that do not fit are found while the caller is still there to be named.
      throw failure({ op, inputs, origin: withLine(origin) }, messageOf(error), error);
    }
  };
  owner = backend;
  context = {
    value: (info) => backend.value(info),
    tensor: (value) => backend.output(value),
    share: (info, shape = info.shape) => {
      backend.incRef(info.dataId);
      return { dataId: info.dataId, shape: [...shape], dtype: info.dtype };
    },
    write: (data, shape) => {
      const dtype = data instanceof Float32Array ? 'float32' : data instanceof Int32Array ? 'int32' : 'bool';
      return { dataId: backend.write(data, [...shape], dtype), shape: [...shape], dtype };
    },
    known: (info) => (backend.recorder === undefined ? backend.entry(info.dataId).storage?.data : undefined),
    parts: (info) => {
      const { special } = backend.entry(info.dataId);
      if (special === undefined || !('real' in special))
        throw new Error(`a tensor of ${info.dtype} has no real and imaginary part`);
      return { real: { ...special.real, shape: info.shape }, imag: { ...special.imag, shape: info.shape } };
    },
    complex: (real, imag) => backend.holdComplex(real, imag),
    host: (name, inputs, attrs) => runOnHost(name, inputs, attrs as NamedAttrMap, backend),
    strings: (count, value, shape) =>
      backend.holdStrings(new Array<Uint8Array>(count).fill(util.encodeString(value)), shape),
    apply: (op, inputs, attrs) => first(record(op, inputs, attrs)),
    node: record,
  };
}

type Run<Inputs, Attrs> = (inputs: Inputs, attrs: Attrs, k: Context) => TensorInfo | TensorInfo[];

/** Kernels of complex tensors, by name. */
const complexKernels = new Map<string, Run<NamedTensorInfoMap, NamedAttrMap>>();

/** The type among the inputs that no graph value has. */
function specialType(inputs: NamedTensorInfoMap): 'string' | 'complex64' | undefined {
  for (const name in inputs) {
    const dtype = inputs[name]?.dtype;
    if (dtype === 'string' || dtype === 'complex64') return dtype;
  }
  return undefined;
}

/**
 * Registers a kernel. Its inputs and attributes are those that tfjs-core's `kernel_names` declares under the same name; tfjs types every
 * kernel as one that takes anything, and this is the only place where the two meet. Strings go to the kernel of the same name on the host,
 * complex numbers to that of `complexKernel`.
 */
export function kernel<Inputs, Attrs = object>(kernelName: string, run: Run<Inputs, Attrs>): void {
  const kernelFunc: KernelFunc = ({ inputs, attrs }) => {
    if (context === undefined || owner === undefined) throw new Error('the onnx backend is not set up');
    const special = specialType(inputs);
    if (special === undefined) return run(inputs as Inputs, (attrs ?? {}) as Attrs, context);
    const onPairs = special === 'complex64' ? complexKernels.get(kernelName) : undefined;
    if (onPairs !== undefined) return onPairs(inputs, attrs ?? {}, context);
    return runOnHost(kernelName, inputs, attrs, owner);
  };
  registerKernel({ kernelName, backendName: BACKEND_NAME, kernelFunc });
}

/** Says what a kernel does where one of its inputs is complex. */
export function complexKernel<Inputs, Attrs = object>(kernelName: string, run: Run<Inputs, Attrs>): void {
  complexKernels.set(kernelName, (inputs, attrs, k) => run(inputs as Inputs, attrs as Attrs, k));
}

/** Registers a kernel that only runs on the host. */
export function hostKernel(kernelName: string): void {
  const kernelFunc: KernelFunc = ({ inputs, attrs }) => {
    if (owner === undefined) throw new Error('the onnx backend is not set up');
    return runOnHost(kernelName, inputs, attrs, owner);
  };
  registerKernel({ kernelName, backendName: BACKEND_NAME, kernelFunc });
}
