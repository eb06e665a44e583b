import { type KernelFunc, registerKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import type { OnnxBackend } from '../backend.js';
import { apply, makeNode, type Value } from '../graph.js';
import type { OpAttrs, OpName } from '../ops.js';

export const BACKEND_NAME = 'onnx';

/** What a kernel works with: graph values of its tensors, and tensors of graph values. */
export interface Context {
  /** The graph value of an input. */
  value(info: TensorInfo): Value;
  /** A tensor of a graph value. */
  tensor(value: Value): TensorInfo;
  /** A tensor that shares another's data under its own shape. */
  share(info: TensorInfo, shape?: readonly number[]): TensorInfo;
  apply<K extends OpName>(op: K, inputs: readonly Value[], attrs: OpAttrs[K]): Value;
  node<K extends OpName>(op: K, inputs: readonly Value[], attrs: OpAttrs[K]): readonly Value[];
}

let context: Context | undefined;
let originOf: () => string | undefined = () => undefined;

/** Connects the kernels with the backend that holds the tensors. */
export function bindKernels(backend: OnnxBackend, origin: () => string | undefined): void {
  originOf = origin;
  context = {
    value: (info) => backend.value(info),
    tensor: (value) => backend.output(value),
    share: (info, shape = info.shape) => {
      backend.incRef(info.dataId);
      return { dataId: info.dataId, shape: [...shape], dtype: info.dtype };
    },
    apply: (op, inputs, attrs) => apply(op, inputs, attrs, originOf()),
    node: (op, inputs, attrs) => makeNode(op, inputs, attrs, originOf()).outputs,
  };
}

/**
 * Registers a kernel. Its inputs and attributes are those that tfjs-core's `kernel_names` declares under the same name; tfjs types every
 * kernel as one that takes anything, and this is the only place where the two meet.
 */
export function kernel<Inputs, Attrs = object>(
  kernelName: string,
  run: (inputs: Inputs, attrs: Attrs, k: Context) => TensorInfo | TensorInfo[],
): void {
  const kernelFunc: KernelFunc = ({ inputs, attrs }) => {
    if (context === undefined) throw new Error('the onnx backend is not set up');
    return run(inputs as Inputs, (attrs ?? {}) as Attrs, context);
  };
  registerKernel({ kernelName, backendName: BACKEND_NAME, kernelFunc });
}
