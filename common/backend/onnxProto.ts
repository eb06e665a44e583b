import * as nodeModule from 'node:module';
import { lazy } from '../utils/index.js';

const load = nodeModule.createRequire(import.meta.url);

/** The messages of ONNX's schema (onnx.proto, IR version 8) that this project writes and reads, with their field numbers. */
const schema = {
  nested: {
    StringStringEntryProto: { fields: { key: { type: 'string', id: 1 }, value: { type: 'string', id: 2 } } },
    OperatorSetIdProto: { fields: { domain: { type: 'string', id: 1 }, version: { type: 'int64', id: 2 } } },
    TensorProto: {
      fields: {
        dims: { rule: 'repeated', type: 'int64', id: 1 },
        dataType: { type: 'int32', id: 2 },
        name: { type: 'string', id: 8 },
        rawData: { type: 'bytes', id: 9 },
        externalData: { rule: 'repeated', type: 'StringStringEntryProto', id: 13 },
        dataLocation: { type: 'int32', id: 14 },
      },
    },
    AttributeProto: {
      fields: {
        name: { type: 'string', id: 1 },
        f: { type: 'float', id: 2 },
        i: { type: 'int64', id: 3 },
        s: { type: 'bytes', id: 4 },
        t: { type: 'TensorProto', id: 5 },
        floats: { rule: 'repeated', type: 'float', id: 7 },
        ints: { rule: 'repeated', type: 'int64', id: 8 },
        type: { type: 'int32', id: 20 },
      },
    },
    NodeProto: {
      fields: {
        input: { rule: 'repeated', type: 'string', id: 1 },
        output: { rule: 'repeated', type: 'string', id: 2 },
        name: { type: 'string', id: 3 },
        opType: { type: 'string', id: 4 },
        attribute: { rule: 'repeated', type: 'AttributeProto', id: 5 },
        domain: { type: 'string', id: 7 },
      },
    },
    Dimension: { fields: { dimValue: { type: 'int64', id: 1 }, dimParam: { type: 'string', id: 2 } } },
    TensorShapeProto: { fields: { dim: { rule: 'repeated', type: 'Dimension', id: 1 } } },
    TensorTypeProto: { fields: { elemType: { type: 'int32', id: 1 }, shape: { type: 'TensorShapeProto', id: 2 } } },
    TypeProto: { fields: { tensorType: { type: 'TensorTypeProto', id: 1 } } },
    ValueInfoProto: { fields: { name: { type: 'string', id: 1 }, type: { type: 'TypeProto', id: 2 } } },
    GraphProto: {
      fields: {
        node: { rule: 'repeated', type: 'NodeProto', id: 1 },
        name: { type: 'string', id: 2 },
        initializer: { rule: 'repeated', type: 'TensorProto', id: 5 },
        input: { rule: 'repeated', type: 'ValueInfoProto', id: 11 },
        output: { rule: 'repeated', type: 'ValueInfoProto', id: 12 },
      },
    },
    ModelProto: {
      fields: {
        irVersion: { type: 'int64', id: 1 },
        producerName: { type: 'string', id: 2 },
        producerVersion: { type: 'string', id: 3 },
        graph: { type: 'GraphProto', id: 7 },
        opsetImport: { rule: 'repeated', type: 'OperatorSetIdProto', id: 8 },
        metadataProps: { rule: 'repeated', type: 'StringStringEntryProto', id: 14 },
      },
    },
  },
};

export interface TensorProto {
  dims: number[];
  dataType: number;
  name: string;
  rawData: Uint8Array;
  /** Where the data lie in a file beside the model; then they are not written into the model. */
  external?: External;
}

/** A piece of a file in the model's folder, in bytes. */
export interface External {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

export interface AttributeProto {
  name: string;
  type: number;
  f?: number;
  i?: number;
  s?: Uint8Array;
  floats?: readonly number[];
  ints?: readonly number[];
}

export interface NodeProto {
  input: string[];
  output: string[];
  name: string;
  opType: string;
  attribute: AttributeProto[];
  domain: string;
}

/** A dimension is a number, or a name where it is free. */
export type Dimension = number | string;

export interface ValueInfo {
  name: string;
  elemType: number;
  shape: readonly Dimension[];
}

export interface Model {
  opsets: Record<string, number>;
  nodes: readonly NodeProto[];
  initializers: readonly TensorProto[];
  inputs: readonly ValueInfo[];
  outputs: readonly ValueInfo[];
  metadata?: Record<string, string>;
}

/** ONNX's codes of the element types. */
export const elemTypes = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, uint32: 12 } as const;

/** The schema of a whole file. */
export const modelType = lazy(() => {
  const protobuf: typeof import('protobufjs/light.js') = load('protobufjs/light.js');
  return protobuf.Root.fromJSON(schema).lookupType('ModelProto');
});

const valueInfo = ({ name, elemType, shape }: ValueInfo) => ({
  name,
  type: {
    tensorType: {
      elemType,
      shape: { dim: shape.map((d) => (typeof d === 'number' ? { dimValue: d } : { dimParam: d })) },
    },
  },
});

const EXTERNAL = 1;

const entries = (values: object) => Object.entries(values).map(([key, value]) => ({ key, value: String(value) }));

const tensor = ({ external, rawData, ...rest }: TensorProto) =>
  external === undefined ? { ...rest, rawData } : { ...rest, dataLocation: EXTERNAL, externalData: entries(external) };

/** The bytes of an ONNX file. */
export function encodeModel(model: Model): Uint8Array {
  return modelType()
    .encode({
      // The file format that the readers of these operators know.
      irVersion: (model.opsets[''] ?? 0) < 15 ? 7 : 8,
      producerName: 'atelier',
      producerVersion: '0.1.0',
      graph: {
        name: 'graph',
        node: model.nodes,
        initializer: model.initializers.map(tensor),
        input: model.inputs.map(valueInfo),
        output: model.outputs.map(valueInfo),
      },
      opsetImport: Object.entries(model.opsets).map(([domain, version]) => ({ domain, version })),
      metadataProps: entries(model.metadata ?? {}),
    })
    .finish();
}

/** What a reader of an ONNX file must know before it runs it. */
export interface ModelInfo {
  readonly metadata: Record<string, string>;
  readonly inputs: string[];
  readonly outputs: string[];
  /** The pieces of other files that hold its weights. */
  readonly external: External[];
}

/** The metadata, the named inputs and outputs, and the external data of an ONNX file. Throws where the bytes are no ONNX model. */
export function readModelInfo(bytes: Uint8Array): ModelInfo {
  const model: unknown = modelType().toObject(modelType().decode(bytes), {
    defaults: true,
    arrays: true,
    objects: true,
  });
  const list = (parent: unknown, key: string): unknown[] => {
    const value = typeof parent === 'object' && parent !== null ? Reflect.get(parent, key) : undefined;
    return Array.isArray(value) ? value : [];
  };
  const text = (parent: unknown, key: string): string => String(Reflect.get(Object(parent), key) ?? '');
  const strings = (parent: unknown, key: string): Record<string, string> =>
    Object.fromEntries(list(parent, key).map((p) => [text(p, 'key'), text(p, 'value')]));
  const graph: unknown = Reflect.get(Object(model), 'graph');
  const external = list(graph, 'initializer').filter((one) => text(one, 'dataLocation') === String(EXTERNAL));
  return {
    metadata: strings(model, 'metadataProps'),
    inputs: list(graph, 'input').map((v) => text(v, 'name')),
    outputs: list(graph, 'output').map((v) => text(v, 'name')),
    external: external.map((one) => {
      const { location = '', offset = '0', length = '0' } = strings(one, 'externalData');
      return { location, offset: Number(offset), length: Number(length) };
    }),
  };
}
