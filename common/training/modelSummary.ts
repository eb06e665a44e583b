import * as tf from '@tensorflow/tfjs-core';
import type { Module } from '../nn/index.js';
import { formatBytes, newTable } from '../utils/index.js';
import { watchForward } from './callbacks/traceForward.js';

export interface LayerSummary {
  name: string;
  kind: string;
  /** Of the output for the given input. */
  shape: number[];
  /** Trainable numbers, with those of its parts. */
  parameters: number;
  /** Of products of matrices and convolutions for the given input, with those of its parts. */
  multiplyAdds: number;
  /** Bytes of the output. */
  bytes: number;
}

export interface ModelSummary {
  layers: LayerSummary[];
  parameters: number;
  /** Numbers that are not trained (running statistics). */
  buffers: number;
  multiplyAdds: number;
  /** Bytes of parameters and buffers, and of all layers' outputs (what the backward pass may keep). */
  weightBytes: number;
  outputBytes: number;
  toString(): string;
}

/**
 * What a model is made of and costs for one input, layer by layer in the order of their calls, by a real forward pass in inference mode: multiply-adds are those of
 * the kernels that run. A module that is used twice has a line for each call.
 *
 * @param input an example, such as `tf.zeros([1, 28, 28, 1])`; its batch counts into shapes, multiply-adds and bytes.
 * @param depth layers further below than this are summed up in the one above. Default: all are shown.
 */
export async function modelSummary(
  model: Module & { forward(x: tf.Tensor4D): tf.Tensor },
  input: tf.Tensor4D,
  { depth = Number.POSITIVE_INFINITY } = {},
): Promise<ModelSummary> {
  const modules = model.namedModules();
  const layers: (LayerSummary & { depth: number })[] = [];
  const wasTraining = model.training;
  model.eval();
  try {
    await tf.profile(() => {
      const ran = () => tf.engine().state.activeProfile.kernels;
      watchForward(
        model,
        () => model.forward(input),
        ({ name, kind, depth: level, output, entered }) =>
          layers.push({
            ...{ name, kind, depth: level, shape: [...output.shape], bytes: output.size * 4 },
            parameters: sizeOf([...(modules.get(name)?.namedVariables().values() ?? [])].filter((v) => v.trainable)),
            multiplyAdds: ran()
              .slice(entered)
              .reduce((sum, kernel) => sum + multiplyAdds(kernel), 0),
          }),
        () => ran().length,
      );
      return tf.scalar(0);
    });
  } finally {
    model.train(wasTraining);
  }
  const variables = [...model.namedVariables().values()];
  const leaves = layers.filter(({ name }) => (modules.get(name)?.children().size ?? 0) === 0);
  const summary = {
    layers: layers.filter((layer) => layer.depth <= depth).map(({ depth: _, ...layer }) => layer),
    parameters: sizeOf(variables.filter((variable) => variable.trainable)),
    buffers: sizeOf(variables.filter((variable) => !variable.trainable)),
    multiplyAdds: layers.at(-1)?.multiplyAdds ?? 0,
    weightBytes: 4 * sizeOf(variables),
    outputBytes: leaves.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  return { ...summary, toString: () => tableOf(summary) };
}

interface KernelRun {
  name: string;
  inputShapes: (number[] | null)[];
  outputShapes: number[][];
}

/** Of matrix products and convolutions; other kernels have none. */
function multiplyAdds({ name, inputShapes, outputShapes }: KernelRun): number {
  const [first, second] = inputShapes;
  const output = outputShapes[0] ?? [];
  if (/MatMul/.test(name) && first) return (product(first) / product(output.slice(0, -1))) * product(output);
  if (/^(Fused)?DepthwiseConv2d/.test(name) && second) return product(output) * product(second.slice(0, 2));
  if (/^(Fused)?Conv[23]D$/.test(name) && second) return product(output) * product(second.slice(0, -1));
  return 0;
}

const product = (shape: readonly number[]): number => shape.reduce((all, side) => all * side, 1);
const sizeOf = (tensors: readonly tf.Tensor[]): number => tensors.reduce((sum, { size }) => sum + size, 0);

function tableOf({
  layers,
  parameters,
  buffers,
  multiplyAdds,
  weightBytes,
  outputBytes,
}: Omit<ModelSummary, 'toString'>) {
  const table = newTable({
    head: ['layer', 'kind', 'output', 'parameters', 'multiply-adds', 'output bytes'],
    colAligns: ['left', 'left', 'left', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  const count = (n: number) => n.toLocaleString('en');
  for (const { name, kind, shape, parameters: own, multiplyAdds: work, bytes } of layers)
    table.push([name || '(model)', kind, `[${shape.join(', ')}]`, count(own), count(work), formatBytes(bytes)]);
  return (
    `${table.toString()}\n${count(parameters)} parameters, ${count(buffers)} numbers in buffers: ${formatBytes(weightBytes)}; ` +
    `${count(multiplyAdds)} multiply-adds; outputs of layers: ${formatBytes(outputBytes)}`
  );
}
