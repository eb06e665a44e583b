import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import type { OnnxBackend } from './backend.js';
import { type Graph, inputValue, isOp, topological, type Value } from './graph.js';
import { BACKEND_NAME } from './kernels/register.js';
import { lowerGraph } from './lower/index.js';
import { readModelInfo } from './onnxProto.js';
import { optimize } from './passes/index.js';
import { printGraph } from './print.js';
import { Recording, whileRecording } from './recording.js';
import { type Data, Session } from './session.js';

export interface ExportOptions<I extends Record<string, tf.Tensor>> {
  /** The inputs by name. A length of null at the front is the free batch axis. */
  inputs: {
    readonly [K in keyof I]: { readonly shape: readonly (number | null)[]; readonly dtype: 'float32' | 'int32' };
  };
  /** The order of the outputs; each is a name in what the function returns. */
  outputs: readonly string[];
  /** Written into the file as key and value. */
  metadata?: Record<string, string>;
  /** Names of the weights. */
  names?: ReadonlyMap<tf.Variable, string>;
}

// The free axis is recorded under a batch size that nothing else has: every length it divides follows the batch. Recording twice under two
// such primes and comparing the graphs proves that no other length was meant.
const BATCHES = [100_003, 100_019] as const;

interface Traced {
  graph: Graph;
  inputs: readonly Value[];
}

function trace<I extends Record<string, tf.Tensor>>(
  backend: OnnxBackend,
  fn: (inputs: I) => Record<string, tf.Tensor>,
  { inputs, outputs }: ExportOptions<I>,
  batch: number,
): Traced {
  backend.flush();
  const recording = new Recording('exportOnnx');
  const engine = tf.engine();
  engine.startScope();
  try {
    return whileRecording(recording, backend, () => {
      const values: Value[] = [];
      const tensors = Object.entries<{ shape: readonly (number | null)[]; dtype: 'float32' | 'int32' }>(inputs).map(
        ([name, { shape, dtype }]) => {
          const value = inputValue(
            shape.map((d) => d ?? batch),
            dtype,
          );
          values.push(value);
          return [name, engine.makeTensorFromTensorInfo(backend.output(value))] as const;
        },
      );
      // The record has exactly the names of I: it was built from the object that declares them.
      const result = fn(Object.fromEntries(tensors) as I);
      if (recording.live.length > 0)
        throw new Error('an exported function may not use random numbers or live values: call model.eval() first');
      const wanted = outputs.map((name) => {
        const tensor = result[name];
        if (tensor === undefined)
          throw new Error(`the exported function returns no "${name}", only ${Object.keys(result).join(', ')}`);
        return backend.value(tensor);
      });
      const leaves = topological(wanted).flatMap((node) => (isOp(node, 'Input') ? node.outputs : []));
      return { graph: { inputs: [...new Set([...values, ...leaves])], outputs: wanted }, inputs: values };
    });
  } finally {
    for (const scalar of recording.once.values()) scalar.dispose();
    engine.endScope();
  }
}

const withoutBatch = (graph: Graph, batch: number): string =>
  printGraph(graph).replace(/\d+/g, (digits) => {
    const number = Number(digits);
    return number > 0 && number % batch === 0 ? `B*${number / batch}` : digits;
  });

/**
 * A function of tensors as an ONNX file: the graph that `compile` would record, with the values of variables inside. The batch axis is free
 * where the inputs say null.
 */
export function exportOnnx<I extends Record<string, tf.Tensor>>(
  fn: (inputs: I) => Record<string, tf.Tensor>,
  options: ExportOptions<I>,
): Uint8Array {
  if (tf.getBackend() !== BACKEND_NAME)
    throw new Error(`export needs the ${BACKEND_NAME} backend, which importing common/backend selects`);
  const backend = tf.backend() as OnnxBackend;
  const [size, other] = BATCHES;
  const { graph, inputs } = trace(backend, fn, options, size);
  const free = Object.values<{ shape: readonly (number | null)[] }>(options.inputs).some(({ shape }) =>
    shape.includes(null),
  );
  if (free && withoutBatch(graph, size) !== withoutBatch(trace(backend, fn, options, other).graph, other))
    throw new Error('the graph depends on the batch size in a way that cannot be exported with a free batch axis');

  const names = new Map(
    [...(options.names ?? [])].map(([variable, name]) => [backend.entry(variable.dataId).storage, name]),
  );
  const optimized = optimize(graph);
  const initializers = new Map<Value, { name: string; data: Data }>();
  for (const value of optimized.inputs) {
    const storage = backend.storageOf(value);
    if (storage === undefined) continue;
    initializers.set(value, { name: names.get(storage) ?? `constant.${initializers.size}`, data: storage.data });
  }
  const inputNames = Object.keys(options.inputs);
  const main = inputNames.find(
    (_, i) => Object.values<{ shape: readonly (number | null)[] }>(options.inputs)[i]?.shape[0] === null,
  );
  return lowerGraph(
    { inputs, outputs: optimized.outputs },
    {
      inputNames,
      outputNames: options.outputs,
      initializers,
      ...(main === undefined ? {} : { free: { size, input: main } }),
      ...(options.metadata === undefined ? {} : { metadata: options.metadata }),
    },
  );
}

export interface LoadedModel {
  inputs: readonly string[];
  outputs: readonly string[];
  metadata: Record<string, string>;
  run(
    feeds: Record<string, { data: Data; shape: readonly number[] }>,
  ): Record<string, { data: Data; shape: readonly number[] }>;
  dispose(): void;
}

/** An ONNX file ready to run, from its bytes or its path. */
export function loadOnnx(source: Uint8Array | string): LoadedModel {
  const bytes = typeof source === 'string' ? new Uint8Array(readFileSync(source)) : source;
  const { metadata } = readModelInfo(bytes);
  const session = new Session(bytes);
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    metadata,
    run: (feeds) => session.evaluate(feeds),
    dispose: () => session.dispose(),
  };
}
