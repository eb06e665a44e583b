import { UserError } from '../../utils/index.js';
import type { AttrValue, Emitter } from './emitter.js';
import { arg } from './rule.js';

type Attrs = Readonly<Record<string, AttrValue>>;
/** Writes an operator by means of others; returns the names of its outputs. */
type Write = (emit: Emitter, inputs: readonly string[], attrs: Attrs) => string[];

/** Since which opset ONNX has an operator in the form in which the rules write it, and how else it is written before. */
interface Form {
  readonly since: number;
  /** What is missing before, where that is not the whole operator. */
  readonly form?: string;
  /** Whether this form is meant, where an operator has an older one too. */
  readonly when?: (attrs: Attrs) => boolean;
  readonly otherwise?: Write;
}

const number = (value: AttrValue | undefined, fallback: number): number =>
  typeof value === 'number' ? value : typeof value === 'object' && 'float' in value ? value.float : fallback;

const without = (attrs: Attrs, ...names: string[]): Record<string, AttrValue> =>
  Object.fromEntries(Object.entries(attrs).filter(([name]) => !names.includes(name)));

/** x·Φ(x) by the error function; ONNX Runtime has it whole, under its own name. */
const gelu: Write = (emit, inputs) => {
  const x = arg(inputs, 0);
  if (!emit.portable) return [emit.microsoft('Gelu', [x])];
  const erf = emit.op('Erf', [emit.op('Mul', [x, emit.float(Math.SQRT1_2)])]);
  const half = emit.op('Mul', [x, emit.float(0.5)]);
  return [emit.op('Mul', [half, emit.op('Add', [erf, emit.float(1)])])];
};

const layerNormalization: Write = (emit, inputs, attrs) => {
  const [x, weight, bias] = [arg(inputs, 0), arg(inputs, 1), inputs[2]];
  const last = emit.int64([-1]);
  const mean = emit.op('ReduceMean', [x, last], { keepdims: 1 });
  const centred = emit.op('Sub', [x, mean]);
  const variance = emit.op('ReduceMean', [emit.op('Mul', [centred, centred]), last], { keepdims: 1 });
  const deviation = emit.op('Sqrt', [emit.op('Add', [variance, emit.float(number(attrs.epsilon, 1e-5))])]);
  const inverse = emit.op('Reciprocal', [deviation]);
  const scaled = emit.op('Mul', [emit.op('Mul', [centred, inverse]), weight]);
  return [bias === undefined || bias === '' ? scaled : emit.op('Add', [scaled, bias]), mean, inverse];
};

/** The axes were an attribute before they were an input. */
const axesAsAttribute =
  (opType: string): Write =>
  (emit, inputs, attrs) => [emit.op(opType, [arg(inputs, 0)], { ...attrs, axes: emit.integers(arg(inputs, 1)) })];

/** All or a part of a shape: the part is cut out. */
const shape: Write = (emit, inputs, attrs) => [
  emit.op('Slice', [
    emit.op('Shape', [arg(inputs, 0)]),
    emit.int64([number(attrs.start, 0)]),
    emit.int64([number(attrs.end, 2 ** 31)]),
  ]),
];

const isOne = (value: AttrValue | undefined): boolean => Array.isArray(value) && value.every((d) => d === 1);

/**
 * The operators that not every opset from `oldestOpset` on has, or not in the form in which the rules write them; the source is ONNX's own
 * history of its operators (onnx/docs/Changelog.md). Where there is no other way to write one the opset is refused.
 */
export const forms: Readonly<Record<string, readonly Form[]>> = {
  AveragePool: [
    { since: 19, form: 'with dilations', when: ({ dilations }) => dilations !== undefined && !isOne(dilations) },
    {
      since: 19,
      when: ({ dilations }) => dilations !== undefined,
      otherwise: (emit, inputs, attrs) => [emit.op('AveragePool', inputs, without(attrs, 'dilations'))],
    },
  ],
  BatchNormalization: [{ since: 14, form: 'in training mode', when: ({ training_mode }) => training_mode === 1 }],
  BitwiseAnd: [{ since: 18 }],
  BitwiseXor: [{ since: 18 }],
  DFT: [
    { since: 17 },
    {
      since: 20,
      when: ({ axis }) => axis === undefined,
      otherwise: (emit, [x = '', , axis = ''], attrs) => [
        emit.op('DFT', [x], { ...attrs, axis: emit.integers(axis)[0] ?? -2 }),
      ],
    },
  ],
  Gelu: [{ since: 20, otherwise: gelu }],
  LayerNormalization: [{ since: 17, otherwise: layerNormalization }],
  ReduceMax: [{ since: 18, when: ({ axes }) => axes === undefined, otherwise: axesAsAttribute('ReduceMax') }],
  ReduceMean: [{ since: 18, when: ({ axes }) => axes === undefined, otherwise: axesAsAttribute('ReduceMean') }],
  ReduceMin: [{ since: 18, when: ({ axes }) => axes === undefined, otherwise: axesAsAttribute('ReduceMin') }],
  ReduceProd: [{ since: 18, when: ({ axes }) => axes === undefined, otherwise: axesAsAttribute('ReduceProd') }],
  Reshape: [{ since: 14, form: 'of empty tensors', when: ({ allowzero }) => allowzero === 1 }],
  ScatterElements: [{ since: 16, form: 'that adds', when: ({ reduction }) => reduction !== undefined }],
  ScatterND: [{ since: 16, form: 'that adds', when: ({ reduction }) => reduction !== undefined }],
  Shape: [{ since: 15, when: ({ start, end }) => start !== undefined || end !== undefined, otherwise: shape }],
};

/** How an operator must be written in an opset: as it is (nothing), or by means of others. Throws where that opset cannot say it. */
export function formIn(opset: number, opType: string, attrs: Attrs, from: string): Write | undefined {
  const missing = forms[opType]?.find(({ since, when }) => opset < since && (when === undefined || when(attrs)));
  if (missing === undefined) return undefined;
  if (missing.otherwise !== undefined) return missing.otherwise;
  throw new UserError(
    `Opset ${opset} has no ${missing.form === undefined ? opType : `${opType} ${missing.form}`}, which ${from} needs: export with opset ${missing.since} or later.`,
  );
}
