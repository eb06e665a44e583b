import { sizeOf } from '../graph.js';
import type { Emitter } from './emitter.js';
import { arg, item, type LowerRule } from './rule.js';

const transpose: LowerRule<'Transpose'> = (emit, inputs, { attrs }) => [
  emit.op('Transpose', inputs, { perm: attrs.perm }),
];

const reshape: LowerRule<'Reshape'> = (emit, inputs, { attrs }) => {
  // One length that follows free axes can be left to ONNX; a 0 would mean «as before» there.
  const free = attrs.shape.filter((d) => emit.freeLength(d) !== undefined).length;
  const shape =
    free === 1
      ? emit.int64(attrs.shape.map((d) => (emit.freeLength(d) === undefined ? d : -1)))
      : emit.shape(attrs.shape);
  return [emit.op('Reshape', [arg(inputs, 0), shape], attrs.shape.includes(0) ? { allowzero: 1 } : {})];
};

const expand: LowerRule<'Expand'> = (emit, inputs, { attrs }) => [
  emit.op('Expand', [arg(inputs, 0), emit.shape(attrs.shape)]),
];

const tile: LowerRule<'Tile'> = (emit, inputs, { attrs }) => [
  emit.op('Tile', [arg(inputs, 0), emit.shape(attrs.repeats)]),
];

const concat: LowerRule<'Concat'> = (emit, inputs, { attrs }) => [emit.op('Concat', inputs, { axis: attrs.axis })];

const split: LowerRule<'Split'> = (emit, inputs, { attrs }) =>
  emit.ops('Split', [arg(inputs, 0), emit.shape(attrs.sizes)], attrs.sizes.length, { axis: attrs.axis });

const slice: LowerRule<'Slice'> = (emit, inputs, { attrs, inputs: values }) => {
  const { starts, ends, steps } = attrs;
  const whole = (d: number, i: number) => starts[i] === 0 && ends[i] === d && steps[i] === 1;
  const axes = item(values, 0).shape.flatMap((d, i) => (whole(d, i) ? [] : [i]));
  if (axes.length === 0) return [emit.op('Identity', [arg(inputs, 0)])];
  const pick = (list: readonly number[]) => axes.map((i) => item(list, i));
  // A backward slice that ends before the first element: ONNX would count −1 from the end, and clamps what lies further out.
  const stops = axes.map((i) => (item(steps, i) < 0 && item(ends, i) < 0 ? -(2 ** 40) : item(ends, i)));
  return [
    emit.op('Slice', [
      arg(inputs, 0),
      emit.shape(pick(starts)),
      emit.shape(stops),
      emit.int64(axes),
      emit.int64(pick(steps)),
    ]),
  ];
};

const pad: LowerRule<'Pad'> = (emit, inputs, { attrs, outputs }) => {
  const value = emit.scalar(item(outputs, 0).dtype, attrs.value);
  return [emit.op('Pad', [arg(inputs, 0), emit.int64([...attrs.before, ...attrs.after]), value])];
};

const reverse: LowerRule<'Reverse'> = (emit, inputs, { attrs: { axes } }) => {
  if (axes.length === 0) return [emit.op('Identity', [arg(inputs, 0)])];
  const all = (value: number) => emit.int64(axes.map(() => value));
  // The end lies before the first element: ONNX clamps it.
  return [emit.op('Slice', [arg(inputs, 0), all(-1), all(-(2 ** 40)), emit.int64(axes), all(-1)])];
};

const gather: LowerRule<'Gather'> = (emit, inputs, { attrs }) => [emit.op('Gather', inputs, { axis: attrs.axis })];

const segmentSum: LowerRule<'SegmentSum'> = (emit, inputs, { outputs, attrs }) => {
  const { shape, dtype } = item(outputs, 0);
  const zeros = (rows: number) => emit.op('Expand', [emit.scalar(dtype, 0), emit.shape([rows, ...shape.slice(1)])]);
  const ids = emit.cast(arg(inputs, 1), 'int64');
  if (attrs.count === 0) return [zeros(0)];
  const sum = (rows: number, places: string) =>
    emit.op('ScatterND', [zeros(rows), emit.op('Unsqueeze', [places, emit.int64([-1])]), arg(inputs, 0)], {
      reduction: 'add',
    });
  if (attrs.valid === true) return [sum(attrs.count, ids)];
  // Values that belong to no segment are summed in one more row, which is cut off.
  const count = emit.scalar('int64', attrs.count);
  const none = emit.op('Or', [
    emit.op('Less', [ids, emit.scalar('int64', 0)]),
    emit.op('GreaterOrEqual', [ids, count]),
  ]);
  const rows = sum(attrs.count + 1, emit.op('Where', [none, count, ids]));
  return [emit.op('Slice', [rows, emit.int64([0]), emit.int64([attrs.count]), emit.int64([0])])];
};

// A comparison with 0 … depth−1 rather than ONNX's OneHot, which counts a negative index from the end.
const oneHot: LowerRule<'OneHot'> = (emit, inputs, { attrs }) => {
  const { depth, on, off, dtype } = attrs;
  const classes = emit.data(
    'int32',
    [depth],
    Int32Array.from({ length: depth }, (_, i) => i),
  );
  const hit = emit.cast(emit.op('Equal', [emit.op('Unsqueeze', [arg(inputs, 0), emit.int64([-1])]), classes]), dtype);
  if (dtype === 'bool' || (on === 1 && off === 0)) return [hit];
  return [emit.op('Add', [emit.op('Mul', [hit, emit.scalar(dtype, on - off)]), emit.scalar(dtype, off)])];
};

const topK: LowerRule<'TopK'> = (emit, inputs, { attrs }) => {
  const [values, places] = emit.ops('TopK', [arg(inputs, 0), emit.int64([attrs.k])], 2, { axis: -1 });
  return [item([values], 0) ?? '', emit.cast(places ?? '', 'int32')];
};

const fill: LowerRule<'Fill'> = (emit, _, { attrs }) => {
  const scalar = emit.scalar(attrs.dtype, attrs.value);
  return [
    attrs.shape.length === 0 ? emit.op('Identity', [scalar]) : emit.op('Expand', [scalar, emit.shape(attrs.shape)]),
  ];
};

const constant: LowerRule<'Constant'> = (emit, _, { attrs }) => [emit.data(attrs.dtype, attrs.shape, attrs.data)];

const input: LowerRule<'Input'> = () => {
  throw new Error('an Input is named by the model, not lowered');
};

/** One round of a 32-bit integer hash (C. Wellons' search, «lowbias32»): each input bit flips each output bit half of the time. */
function hash32(emit: Emitter, x: string): string {
  const u32 = (value: number) => emit.scalar('uint32', value);
  const mix = (v: string, shift: number) =>
    emit.op('BitwiseXor', [v, emit.op('BitShift', [v, u32(shift)], { direction: 'RIGHT' })]);
  const first = emit.op('Mul', [mix(x, 16), u32(0x7feb352d)]);
  return mix(emit.op('Mul', [mix(first, 15), u32(0x846ca68b)]), 16);
}

/**
 * Counter-based (see `uniformAt` in random.ts): key and salt make the 64 bits of a stream, the bits of position i are
 * hash(hash(i + one half) ^ the other), of which 24 give the float.
 */
const randomUniform: LowerRule<'RandomUniform'> = (emit, inputs, { attrs }) => {
  const key = hash32(emit, emit.cast(arg(inputs, 0), 'uint32'));
  const salted = hash32(emit, emit.op('Add', [key, emit.scalar('uint32', attrs.salt >>> 0)]));
  const other = emit.op('Add', [salted, key]);
  const size = sizeOf(attrs.shape);
  const position = emit.cast(
    emit.op('Range', [emit.scalar('int32', 0), emit.scalar('int32', size), emit.scalar('int32', 1)]),
    'uint32',
  );
  const bits = hash32(emit, emit.op('BitwiseXor', [hash32(emit, emit.op('Add', [position, salted])), other]));
  const top = emit.cast(emit.op('BitShift', [bits, emit.scalar('uint32', 8)], { direction: 'RIGHT' }), 'float32');
  return [emit.op('Reshape', [emit.op('Mul', [top, emit.float(2 ** -24)]), emit.int64(attrs.shape)])];
};

export const movementRules = {
  Transpose: transpose,
  Reshape: reshape,
  Expand: expand,
  Tile: tile,
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  Reverse: reverse,
  Gather: gather,
  SegmentSum: segmentSum,
  OneHot: oneHot,
  TopK: topK,
  Fill: fill,
  Constant: constant,
  Input: input,
  RandomUniform: randomUniform,
};
