import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../utils/index.js';
import type { OnnxBackend } from './backend.js';
import { Graph, inputValue, type Value } from './graph.js';
import { BACKEND_NAME } from './kernels/register.js';
import { lowerModel } from './lower/index.js';
import { encodeModel, type Model } from './onnxProto.js';
import { optimize } from './passes/index.js';
import { Recording } from './recording.js';
import type { Data } from './session.js';
import { newestOpset, oldestOpset } from './target.js';
import { trace } from './trace.js';

interface InputSpec {
  readonly shape: readonly (number | string | null)[];
  readonly dtype: 'float32' | 'int32';
}

export interface ExportOptions<I extends Record<string, tf.Tensor>> {
  /**
   * The inputs by name. A length of null at the front is the free batch axis, the same for all inputs. A name instead of a length is another
   * free axis, of one length wherever the name stands.
   */
  inputs: { readonly [K in keyof I]: InputSpec };
  /** The order of the outputs; each is a name in what the function returns. */
  outputs: readonly string[];
  /** Written into the file as key and value. */
  metadata?: Record<string, string>;
  /** Names of the weights. Default: the variables' own. */
  names?: ReadonlyMap<tf.Variable, string>;
  /**
   * The version of ONNX's operators, 13 to 26. Default: 20. What an older version lacks is written by means of what it has; where that
   * is impossible the operator is named.
   */
  opset?: number;
  /** Only operators of the ONNX standard, for other runtimes than ONNX Runtime. Default: false, as its own are faster there. */
  portable?: boolean;
}

// A free axis is recorded under a length that nothing else has: every length it divides follows the axis. The first is the batch's; two of each.
const LENGTHS = [
  [100_003, 100_019],
  [10_007, 10_009],
  [5_003, 5_009],
  [2_003, 2_011],
] as const;
const BATCH = 'batch';

interface Traced {
  readonly graph: Graph;
  /** The inputs by the order of their names. */
  readonly inputs: readonly Value[];
  readonly weights: ReadonlyMap<Value, tf.Variable>;
}

function traceInputs<I extends Record<string, tf.Tensor>>(
  backend: OnnxBackend,
  fn: (inputs: I) => Record<string, tf.Tensor>,
  { inputs, outputs }: ExportOptions<I>,
  lengths: ReadonlyMap<string, number>,
): Traced {
  const recording = new Recording('an exported function');
  const values: Value[] = [];
  const { result, assigned, variableOf } = trace(backend, recording, () => {
    const tensors = Object.entries<InputSpec>(inputs).map(([name, { shape, dtype }]) => {
      const value = inputValue(shape.map((d) => (typeof d === 'number' ? d : (lengths.get(d ?? BATCH) ?? 0))), dtype); // biome-ignore format: one value
      values.push(value);
      return [name, tf.engine().makeTensorFromTensorInfo(backend.output(value))] as const;
    });
    // The record has exactly the names of I: it was built from the object that declares them.
    const returned = fn(Object.fromEntries(tensors) as I);
    return outputs.map((name) => {
      const tensor = returned[name];
      if (tensor === undefined)
        throw new Error(`an exported function returns no "${name}", only ${Object.keys(returned).join(', ')}`);
      return backend.value(tensor);
    });
  });
  if (recording.live.length > 0)
    throw new Error('an exported function may not use random numbers or live values: call model.eval() first');
  if (assigned.length > 0)
    throw new Error(
      `an exported function may not assign variables ("${assigned[0]?.variable.name}"): call model.eval() first`,
    );
  const graph = Graph.of(result);
  const weights = new Map<Value, tf.Variable>();
  for (const value of graph.inputs) {
    const storage = backend.storageOf(value);
    const variable = storage === undefined ? undefined : variableOf.get(storage);
    if (variable !== undefined) weights.set(value, variable);
  }
  return { graph: new Graph([...new Set([...values, ...graph.inputs])], graph.outputs), inputs: values, weights };
}

/** What protobuf can hold in one message. */
export const LARGEST = 2 ** 31 - 1;

/** A function of tensors as an ONNX model that is not bytes yet: its weights are views of the variables' own memory. */
export function modelOf<I extends Record<string, tf.Tensor>>(
  fn: (inputs: I) => Record<string, tf.Tensor>,
  options: ExportOptions<I>,
): Model {
  if (tf.getBackend() !== BACKEND_NAME)
    throw new Error(`export needs the ${BACKEND_NAME} backend, which importing common/backend selects`);
  const { opset, portable } = options;
  if (opset !== undefined && !(Number.isInteger(opset) && opset >= oldestOpset && opset <= newestOpset))
    throw new UserError(`opset ${opset}: models are written with opset ${oldestOpset} to ${newestOpset}.`);
  const backend = tf.backend() as OnnxBackend;
  const specs = Object.entries<InputSpec>(options.inputs);
  for (const [name, { shape }] of specs)
    if (shape.includes(null, 1))
      throw new Error(`input "${name}" of shape [${shape}]: only the first axis can be free without a name`);
  const both = options.outputs.find((name) => specs.some(([input]) => input === name));
  if (both !== undefined) throw new Error(`"${both}" is the name of an input and of an output: ONNX needs two names`);
  const free = freeAxes(specs);
  const target = { provider: 'cpu', ...(opset !== undefined && { opset }), portable: portable ?? false } as const;

  const write = (attempt: 0 | 1, withData: boolean): Model => {
    const axes = free.map((axis, i) => ({ ...axis, size: LENGTHS[i]?.[attempt] ?? 0 }));
    const lengths = new Map(axes.map(({ name, size }) => [name, size]));
    const { graph, inputs, weights } = traceInputs(backend, fn, options, lengths);
    const optimized = optimize(graph, target);
    const initializers = new Map<Value, { name: string; data: Data }>();
    const taken = new Set<string>(options.outputs.concat(specs.map(([name]) => name)));
    for (const value of optimized.inputs) {
      const storage = backend.storageOf(value);
      if (storage === undefined) continue;
      const variable = weights.get(value);
      const wanted = variable === undefined ? 'constant' : (options.names?.get(variable) ?? variable.name);
      let name = wanted;
      for (let i = 1; taken.has(name); i++) name = `${wanted}.${i}`;
      taken.add(name);
      initializers.set(value, { name, data: withData ? storage.data : new Uint8Array() });
    }
    return lowerModel(new Graph(inputs, optimized.outputs), {
      inputNames: specs.map(([name]) => name),
      outputNames: options.outputs,
      initializers,
      target,
      modules: true,
      free: axes,
      ...(options.metadata === undefined ? {} : { metadata: options.metadata }),
    });
  };

  // Two lengths must give the same file, byte for byte: no length, factor or divisor in it comes from those it was recorded under.
  if (free.length > 0) {
    const bytes = ([0, 1] as const).map((attempt) => encodeModel(write(attempt, false)));
    if (Buffer.compare(bytes[0] ?? Buffer.of(), bytes[1] ?? Buffer.of()) !== 0)
      throw new Error(
        free.length === 1 && free[0]?.name === BATCH
          ? 'the graph depends on the batch size in a way that cannot be exported with a free batch axis'
          : `the graph depends on a length in a way that cannot be exported with the free axes ${free.map(({ name }) => name).join(', ')}`,
      );
  }
  return write(0, true);
}

/** The free axes and where each is read, the batch first. */
function freeAxes(specs: readonly (readonly [string, InputSpec])[]): { name: string; input: string; axis: number }[] {
  const found = new Map<string, { name: string; input: string; axis: number }>();
  for (const [input, { shape }] of specs)
    shape.forEach((d, axis) => {
      const name = d ?? BATCH;
      if (typeof name === 'string' && !found.has(name)) found.set(name, { name, input, axis });
    });
  const axes = [...found.values()].sort((a, b) => Number(b.name === BATCH) - Number(a.name === BATCH));
  if (axes.length > LENGTHS.length)
    throw new Error(`${axes.length} free axes (${[...found.keys()].join(', ')}): there can be ${LENGTHS.length}`);
  return axes;
}

/** Bytes of a model's weights and constants. */
export const dataBytes = (model: Model): number =>
  model.initializers.reduce((sum, { rawData }) => sum + rawData.byteLength, 0);

/**
 * A function of tensors as an ONNX file: the graph that `compile` would record, with the values of variables inside, under the names given
 * and otherwise their own. The batch axis is free where the inputs say null. Nodes are named after the modules that called them, where
 * `inScope` tells those (nn's `exportModule` does).
 *
 * Throws where fn draws random numbers, assigns variables, returns no output of a wanted name, depends on the batch size in a way that ONNX
 * cannot follow (a mean over the batch written as a sum and a fixed divisor), needs a newer opset than asked, or has more weights than the
 * 2 GB that one file can hold (`saveOnnx` then writes two).
 */
export function exportOnnx<I extends Record<string, tf.Tensor>>(
  fn: (inputs: I) => Record<string, tf.Tensor>,
  options: ExportOptions<I>,
): Uint8Array {
  const model = modelOf(fn, options);
  if (dataBytes(model) > LARGEST)
    throw new UserError(
      `The weights have ${dataBytes(model)} bytes, and an ONNX file holds 2 GB: saveOnnx puts them beside it.`,
    );
  return encodeModel(model);
}
