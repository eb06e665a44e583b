import * as nodeModule from 'node:module';
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import { lazy } from '../../utils/index.js';
import type { OnnxBackend } from '../backend.js';

/**
 * Kernels that ONNX cannot express, or only as a loop over the values: the shape of the result depends on them, or they are strings, or the
 * operator is sequential by nature. They run on the host in tfjs-backend-cpu's implementations.
 */
export const hostKernels: readonly string[] = [
  core.Bincount, core.BroadcastArgs, core.DenseBincount, core.Dilation2D, core.Dilation2DBackpropFilter, core.Dilation2DBackpropInput,
  core.Draw, core.Multinomial, core.NonMaxSuppressionV3, core.NonMaxSuppressionV4, core.NonMaxSuppressionV5, core.RaggedGather,
  core.RaggedRange, core.RaggedTensorToTensor, core.RotateWithOffset, core.SearchSorted, core.SparseFillEmptyRows, core.SparseReshape,
  core.SparseSegmentMean, core.SparseSegmentSum, core.SparseToDense, core.StaticRegexReplace, core.StringNGrams, core.StringSplit,
  core.StringToHashBucketFast, core.Transform, core.Unique,
]; // biome-ignore format: a word list

const load = nodeModule.createRequire(import.meta.url);

/** tfjs-backend-cpu, loaded when the first kernel runs on it, without its advice to install another backend. */
const hostBackend = lazy(() => {
  const { MathBackendCPU }: typeof import('@tensorflow/tfjs-backend-cpu') = load('@tensorflow/tfjs-backend-cpu');
  const backend = new MathBackendCPU();
  Reflect.set(backend, 'firstUse', false);
  return backend;
});

type Inputs = NamedTensorInfoMap | TensorInfo[];

/** Runs tfjs-backend-cpu's kernel of this name: reads the inputs, which evaluates what is pending, and holds what it returns. */
export function runOnHost(
  kernelName: string,
  inputs: Inputs,
  attrs: NamedAttrMap | undefined,
  backend: OnnxBackend,
): TensorInfo | TensorInfo[] {
  if (backend.recorder !== undefined)
    throw new Error(
      `${kernelName} was called inside ${backend.recorder.name}: it needs the values of its inputs, which a function that is recorded does not ` +
        'have. Call it outside and pass its result in.',
    );
  const cpu = hostBackend();
  const config = core.getKernel(kernelName, 'cpu');
  if (config === undefined) throw new Error(`tfjs-backend-cpu has no kernel ${kernelName}`);
  // Some kernels ask their inputs for a rank, which a tensor has and its description has not.
  const move = (info: TensorInfo): TensorInfo => Object.assign(toHost(info, backend, cpu), { rank: info.shape.length });
  const moveAny = (info: unknown): unknown => {
    if (Array.isArray(info)) return info.map(moveAny);
    return isInfo(info) ? move(info) : info;
  };
  const there = Array.isArray(inputs)
    ? inputs.map(move)
    : Object.fromEntries(Object.entries(inputs).map(([name, info]) => [name, moveAny(info)]));
  // Kernels that take any number of inputs get an array of them, which tfjs types as a map.
  const result = config.kernelFunc({ inputs: there as NamedTensorInfoMap, attrs, backend: cpu });
  return Array.isArray(result) ? result.map((info) => fromHost(info, backend, cpu)) : fromHost(result, backend, cpu);
}

const isInfo = (value: unknown): value is TensorInfo =>
  typeof value === 'object' && value !== null && 'dataId' in value;

function toHost({ dataId, shape, dtype }: TensorInfo, backend: OnnxBackend, cpu: MathBackendCPU): TensorInfo {
  const { special } = backend.entry(dataId);
  if (special !== undefined && 'real' in special) {
    const info = cpu.makeTensorInfo(shape, 'complex64');
    cpu.data.get(info.dataId).complexTensorInfos = {
      real: toHost({ ...special.real, shape }, backend, cpu),
      imag: toHost({ ...special.imag, shape }, backend, cpu),
    };
    return info;
  }
  return cpu.makeTensorInfo(shape, dtype, backend.readSync(dataId));
}

function fromHost({ dataId, shape, dtype }: TensorInfo, backend: OnnxBackend, cpu: MathBackendCPU): TensorInfo {
  const { complexTensorInfos: parts, values } = cpu.data.get(dataId);
  if (parts !== undefined) {
    const part = (info: TensorInfo) => fromHost({ ...info, shape }, backend, cpu);
    return backend.holdComplex(part(parts.real), part(parts.imag));
  }
  return { dataId: backend.write(values, shape, dtype), shape, dtype };
}
