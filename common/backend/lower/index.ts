import { type Graph, type Node, topological, type Value } from '../graph.js';
import { type Dimension, elemTypes, encodeModel, type Model, type ValueInfo } from '../onnxProto.js';
import type { OpName } from '../ops.js';
import { convolutionRules } from './convolution.js';
import { depthwiseRules } from './depthwise.js';
import { elementwiseRules } from './elementwise.js';
import { Emitter, type EmitterOptions } from './emitter.js';
import { indexingRules } from './indexing.js';
import { matrixRules } from './matrix.js';
import { movementRules } from './movement.js';
import { normalizationRules } from './normalization.js';
import type { LowerRule } from './rule.js';
import { volumeRules } from './volume.js';

/** How each operator is written in ONNX. Exhaustive: a missing operator fails the type check. */
export const lowerRules: { readonly [K in OpName]: LowerRule<K> } = {
  ...elementwiseRules,
  ...matrixRules,
  ...convolutionRules,
  ...normalizationRules,
  ...movementRules,
  ...depthwiseRules,
  ...indexingRules,
  ...volumeRules,
};

// The table pairs each operator with its rule; indexing it by a union loses the pairing, which this one line restores.
const lowerNode = <K extends OpName>(
  emit: Emitter,
  inputs: readonly string[],
  node: Extract<Node, { op: K }>,
): string[] => (lowerRules[node.op] as LowerRule<K>)(emit, inputs, node);

export interface LowerOptions extends EmitterOptions {
  inputNames: readonly string[];
  outputNames: readonly string[];
  /** Inputs that become constants of the model: exported weights. */
  initializers?: ReadonlyMap<Value, { readonly name: string; readonly data: Float32Array | Int32Array | Uint8Array }>;
  metadata?: Record<string, string>;
}

/** Gives the model's outputs their names: by renaming what a node made, by Identity where that is impossible (an input, returned twice). */
function nameOutputs(emit: Emitter, made: readonly string[], wanted: readonly string[]): void {
  const producers = new Set(emit.nodes.flatMap((node) => node.output));
  const renamed = new Map<string, string>();
  made.forEach((from, i) => {
    const to = wanted[i] ?? '';
    if (producers.has(from) && !renamed.has(from)) renamed.set(from, to);
    else emit.nodes.push({ input: [from], output: [to], name: to, opType: 'Identity', attribute: [], domain: '' });
  });
  const rename = (name: string) => renamed.get(name) ?? name;
  for (const node of emit.nodes) {
    node.input = node.input.map(rename);
    node.output = node.output.map(rename);
  }
}

/** An ONNX model of a graph, as bytes. Pure: nothing is run. */
export function lowerGraph(graph: Graph, options: LowerOptions): Uint8Array {
  return encodeModel(lowerModel(graph, options));
}

/** The same before it is bytes: the data of its constants are views of those given. */
export function lowerModel(graph: Graph, options: LowerOptions): Model {
  const order = topological(graph.outputs);
  const emit = new Emitter(new Set([...order.flatMap((node) => node.inputs), ...graph.outputs]), options);
  const names = new Map<Value, string>();
  graph.inputs.forEach((value, i) => {
    names.set(value, options.inputNames[i] ?? `input_${i}`);
  });
  for (const [value, { name, data }] of options.initializers ?? []) {
    names.set(value, name);
    emit.initializers.push({
      dims: [...value.shape],
      dataType: elemTypes[value.dtype],
      name,
      rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    });
  }
  const nameOf = (value: Value): string => {
    const name = names.get(value);
    if (name === undefined) throw new Error(`graph uses an ${value.node.op} that is not among its inputs`);
    return name;
  };
  for (const [place, node] of order.entries()) {
    if (node.op === 'Input') continue;
    emit.from = node.op;
    emit.scope = options.modules === true ? (node.origin?.scope ?? '') : `${node.op}.${place}`;
    const outputs = lowerNode(emit, node.inputs.map(nameOf), node);
    node.outputs.forEach((value, i) => {
      const name = outputs[i];
      if (name !== undefined) names.set(value, name);
    });
  }
  emit.scope = '';
  nameOutputs(
    emit,
    graph.outputs.map(nameOf),
    graph.outputs.map((_, i) => options.outputNames[i] ?? `output_${i}`),
  );
  const dims = (value: Value): Dimension[] =>
    value.shape.map((d) => {
      const free = emit.freeLength(d);
      if (free === undefined) return d;
      const names = free.axes.map(({ name }) => name).join('*');
      return free.times === 1 ? names : `${names}*${free.times}`;
    });
  const info = (value: Value, name: string): ValueInfo => ({
    name,
    elemType: elemTypes[value.dtype],
    shape: dims(value),
  });
  return {
    opsets: { '': emit.opset, ...(emit.domains.has('com.microsoft') && { 'com.microsoft': 1 }) },
    nodes: emit.nodes,
    initializers: emit.initializers,
    inputs: graph.inputs.map((value, i) => info(value, options.inputNames[i] ?? `input_${i}`)),
    outputs: graph.outputs.map((value, i) => info(value, options.outputNames[i] ?? `output_${i}`)),
    ...(options.metadata === undefined ? {} : { metadata: options.metadata }),
  };
}
