import * as nodeModule from 'node:module';
import { lazy } from '../../utils/index.js';

const load = nodeModule.createRequire(import.meta.url);

const optional = (type: string, id: number) => ({ type, id });
const repeated = (type: string, id: number) => ({ rule: 'repeated', type, id });
const packed = (type: string, id: number) => ({ rule: 'repeated', type, id, options: { packed: true } });

/**
 * The messages of TensorBoard's schema (event.proto, summary.proto, histogram.proto, tensor.proto and its plugins' plugin_data.proto) that
 * are written here, with their field numbers.
 */
const schema = {
  nested: {
    Event: {
      oneofs: { what: { oneof: ['fileVersion', 'summary', 'sessionLog'] } },
      fields: {
        wallTime: optional('double', 1),
        step: optional('int64', 2),
        fileVersion: optional('string', 3),
        summary: optional('Summary', 5),
        sessionLog: optional('SessionLog', 7),
      },
    },
    SessionLog: { fields: { status: optional('int32', 1) } },
    Summary: { fields: { value: repeated('Value', 1) } },
    Value: {
      // A value of 0 is one: only a member of a oneof is written where it is its type's default.
      oneofs: { value: { oneof: ['simpleValue', 'image', 'histo', 'tensor'] } },
      fields: {
        tag: optional('string', 1),
        simpleValue: optional('float', 2),
        image: optional('Image', 4),
        histo: optional('HistogramProto', 5),
        tensor: optional('TensorProto', 8),
        metadata: optional('SummaryMetadata', 9),
      },
    },
    SummaryMetadata: { fields: { pluginData: optional('PluginData', 1) } },
    PluginData: { fields: { pluginName: optional('string', 1), content: optional('bytes', 2) } },
    Image: {
      fields: {
        height: optional('int32', 1),
        width: optional('int32', 2),
        colorspace: optional('int32', 3),
        encodedImageString: optional('bytes', 4),
      },
    },
    HistogramProto: {
      fields: {
        min: optional('double', 1),
        max: optional('double', 2),
        num: optional('double', 3),
        sum: optional('double', 4),
        sumSquares: optional('double', 5),
        bucketLimit: packed('double', 6),
        bucket: packed('double', 7),
      },
    },
    TensorProto: {
      fields: {
        dtype: optional('int32', 1),
        tensorShape: optional('TensorShapeProto', 2),
        floatVal: packed('float', 5),
        stringVal: repeated('bytes', 8),
      },
    },
    TensorShapeProto: { fields: { dim: repeated('Dim', 2) } },
    Dim: { fields: { size: optional('int64', 1) } },
    PrCurvePluginData: { fields: { version: optional('int32', 1), numThresholds: optional('uint32', 2) } },
    HParamsPluginData: {
      oneofs: { data: { oneof: ['sessionStartInfo', 'sessionEndInfo'] } },
      fields: {
        version: optional('int32', 1),
        sessionStartInfo: optional('SessionStartInfo', 3),
        sessionEndInfo: optional('SessionEndInfo', 4),
      },
    },
    SessionStartInfo: {
      fields: {
        hparams: { keyType: 'string', type: 'HParamValue', id: 1 },
        groupName: optional('string', 4),
        startTimeSecs: optional('double', 5),
      },
    },
    SessionEndInfo: { fields: { status: optional('int32', 1), endTimeSecs: optional('double', 2) } },
    // google.protobuf.Value
    HParamValue: {
      oneofs: { kind: { oneof: ['numberValue', 'stringValue', 'boolValue'] } },
      fields: {
        numberValue: optional('double', 2),
        stringValue: optional('string', 3),
        boolValue: optional('bool', 4),
      },
    },
  },
};

const types = lazy(() => {
  const protobuf: typeof import('protobufjs/light.js') = load('protobufjs/light.js');
  const root = protobuf.Root.fromJSON(schema);
  return {
    event: root.lookupType('Event'),
    prCurve: root.lookupType('PrCurvePluginData'),
    hparams: root.lookupType('HParamsPluginData'),
  };
});

export interface SummaryValue {
  tag: string;
  simpleValue?: number;
  image?: { height: number; width: number; colorspace: number; encodedImageString: Uint8Array };
  histo?: Histogram;
  tensor?: { dtype: number; tensorShape: { dim: { size: number }[] }; floatVal?: number[]; stringVal?: Uint8Array[] };
  metadata?: { pluginData: { pluginName: string; content?: Uint8Array } };
}

export interface Histogram {
  min: number;
  max: number;
  num: number;
  sum: number;
  sumSquares: number;
  /** The upper ends of the buckets. */
  bucketLimit: number[];
  bucket: number[];
}

export interface Event {
  /** Seconds since 1970. */
  wallTime: number;
  step?: number;
  fileVersion?: string;
  summary?: { value: readonly SummaryValue[] };
  sessionLog?: { status: number };
}

export interface HParams {
  version: number;
  sessionStartInfo?: { hparams: Record<string, HParamValue>; groupName: string; startTimeSecs: number };
  sessionEndInfo?: { status: number; endTimeSecs: number };
}
export type HParamValue = { numberValue: number } | { stringValue: string } | { boolValue: boolean };

/** tensorflow's numbers of element types. */
export const dtypes = { float32: 1, string: 7 } as const;
/** SessionLog.START: what the files before it say of its step and later ones no longer counts. */
export const sessionStart = 1;
/** hparams.Status. */
export const statusSuccess = 1;

export const encodeEvent = (event: Event): Uint8Array => types().event.encode(event).finish();
export const encodePrCurve = (numThresholds: number): Uint8Array =>
  types().prCurve.encode({ version: 0, numThresholds }).finish();
export const encodeHParams = (data: HParams): Uint8Array => types().hparams.encode(data).finish();
