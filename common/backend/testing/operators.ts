import * as tf from '@tensorflow/tfjs-core';
import type { Draw, Drawn, DrawnType } from './draw.js';

// Every public operator of tfjs with a way of drawing its arguments. operators.test.ts runs them on this backend and on tfjs's CPU backend.

type Run = () => tf.Tensor | readonly tf.Tensor[];
/** Draws arguments and returns the call. */
export type Operator = (draw: Draw) => Run;
type Fn1 = (x: tf.Tensor) => tf.Tensor;
type Fn2 = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const each = <F>(
  functions: Readonly<Record<string, F>>,
  make: (f: F, name: string) => Operator,
): Record<string, Operator> => Object.fromEntries(Object.entries(functions).map(([name, f]) => [name, make(f, name)]));

const unary = (dtypes: readonly DrawnType[]) => (f: Fn1): Operator => (d) => {
  const x = d.tensor(d.shape(), d.of(dtypes));
  return () => f(x());
}; // biome-ignore format: one operator
const binary = (dtypes: readonly DrawnType[]) => (f: Fn2): Operator => (d) => {
  const shape = d.shape();
  const [a, b] = [d.tensor(shape, d.of(dtypes)), d.tensor(d.partner(shape), d.of(dtypes))];
  return d.bool() ? () => f(a(), b()) : () => f(b(), a());
}; // biome-ignore format: one operator
/** Of a tensor of at least so many axes. */
const shaped = (low: number, f: (x: Drawn, d: Draw) => Run, { high = 6, float = false, plain = false, empty = true } = {}): Operator => (d) => {
  const [shape, dtype] = [d.shape(low, high, empty), float ? 'float32' : d.dtype()] as const;
  return f(plain ? d.plain(shape, dtype) : d.tensor(shape, dtype), d);
}; // biome-ignore format: one operator
const image = (d: Draw, channels = d.int(1, 3)): Drawn => d.plain([d.int(1, 2), d.int(2, 5), d.int(2, 5), channels]);
const padding = (d: Draw) => d.note('pad', d.of(['same', 'valid'] as const));

const all: readonly DrawnType[] = ['float32', 'int32', 'bool'];
const numbers: readonly DrawnType[] = ['float32', 'int32'];
const floats: readonly DrawnType[] = ['float32'];

const elementwise: Record<string, Operator> = {
  // The CPU backend stores what these compute of whole numbers as whole numbers, fractions cut off.
  ...each({ acos: tf.acos, acosh: tf.acosh, asin: tf.asin, asinh: tf.asinh, atan: tf.atan, atanh: tf.atanh, expm1: tf.expm1, log1p: tf.log1p, logSigmoid: tf.logSigmoid, reciprocal: tf.reciprocal, selu: tf.selu, sinh: tf.sinh, softplus: tf.softplus }, unary(floats)),
  ...each({ abs: tf.abs, neg: tf.neg, relu: tf.relu, relu6: tf.relu6, sign: tf.sign, square: tf.square, step: tf.step }, unary(numbers)),
  ...each({ ceil: tf.ceil, clone: tf.clone, cos: tf.cos, cosh: tf.cosh, elu: tf.elu, erf: tf.erf, exp: tf.exp, floor: tf.floor, isFinite: tf.isFinite, isInf: tf.isInf, isNaN: tf.isNaN, leakyRelu: tf.leakyRelu, log: tf.log, logicalNot: tf.logicalNot, onesLike: tf.onesLike, round: tf.round, rsqrt: tf.rsqrt, sigmoid: tf.sigmoid, sin: tf.sin, sqrt: tf.sqrt, tan: tf.tan, tanh: tf.tanh, zerosLike: tf.zerosLike }, unary(all)),
  ...each({ add: tf.add, div: tf.div, divNoNan: tf.divNoNan, mod: tf.mod, mul: tf.mul, squaredDifference: tf.squaredDifference, sub: tf.sub }, binary(numbers)),
  ...each({ equal: tf.equal, greater: tf.greater, greaterEqual: tf.greaterEqual, less: tf.less, lessEqual: tf.lessEqual, maximum: tf.maximum, minimum: tf.minimum, notEqual: tf.notEqual }, binary(all)),
  ...each({ atan2: tf.atan2 }, binary(floats)),
  ...each({ logicalAnd: tf.logicalAnd, logicalOr: tf.logicalOr, logicalXor: tf.logicalXor }, binary(['bool'])),
  // In JavaScript 1 to the power of ∞ or NaN is NaN, in C, Python and here it is 1.
  pow: (d) => { const shape = d.shape(); const [a, b] = [d.tensor(shape, d.of(numbers)), d.plain(d.partner(shape), d.of(numbers))]; return () => tf.pow(a(), b()); },
  // A number that no int32 holds becomes an int32 of the processor's choice.
  floorDiv: (d) => { const shape = d.shape(); const [a, b] = [d.plain(shape, d.dtype()), d.plain(d.partner(shape), d.dtype())]; return () => tf.floorDiv(a(), b()); },
  // The CPU backend multiplies every value by a slope that is not finite, positive ones too.
  prelu: (d) => { const shape = d.shape(); const [x, a] = [d.tensor(shape), d.plain(d.partner(shape))]; return () => tf.prelu(x(), a()); },
  bitwiseAnd: (d) => { const shape = d.shape(); const [a, b] = [d.tensor(shape, 'int32'), d.tensor(shape, 'int32')]; return () => tf.bitwiseAnd(a(), b()); },
  addN: (d) => { const shape = d.shape(); const [a, b, c] = [d.tensor(shape), d.tensor(shape), d.tensor(shape)]; return () => tf.addN([a(), b(), c()]); },
  cast: shaped(0, (x, d) => { const to = d.note('to', d.dtype()); return () => tf.cast(x(), to); }, { plain: true }),
  clipByValue: (d) => { const x = d.tensor(d.shape(), d.of(numbers)); return () => tf.clipByValue(x(), -1, 2); },
  where: (d) => { const shape = d.shape(); const dtype = d.of(numbers); const [c, a, b] = [d.tensor(d.bool() ? shape : d.partner(shape), 'bool'), d.tensor(shape, dtype), d.tensor(d.partner(shape), dtype)]; return () => tf.where(c(), a(), b()); },
}; // biome-ignore format: a table

const reductions: Record<string, Operator> = {
  // What is empty has no largest whole number.
  ...each({ max: tf.max, min: tf.min }, (f) => shaped(0, (x, d) => { const [axes, keep] = [d.axes(x.shape), d.bool()]; return () => f(x(), axes, keep); }, { empty: false })),
  // The CPU backend holds that all of nothing is false.
  ...each({ all: tf.all, any: tf.any }, (f, name) => (d) => { const x = d.tensor(d.shape(0, 6, name === 'any'), 'bool'); const [axes, keep] = [d.axes(x.shape), d.bool()]; return () => f(x(), axes, keep); }),
  ...each({ mean: tf.mean, prod: tf.prod, sum: tf.sum }, (f) => shaped(0, (x, d) => { const [axes, keep] = [d.axes(x.shape), d.bool()]; return () => f(x(), axes, keep); }, { plain: true })),
  // The CPU backend passes over NaN unless it comes first.
  ...each({ argMax: tf.argMax, argMin: tf.argMin }, (f) => shaped(1, (x, d) => { const axis = d.axis(x.shape); return () => f(x(), axis); }, { plain: true, empty: false })),
  logSumExp: shaped(0, (x, d) => { const [axes, keep] = [d.axes(x.shape), d.bool()]; return () => tf.logSumExp(x(), axes, keep); }, { float: true, plain: true, empty: false }),
  moments: shaped(0, (x, d) => { const [axes, keep] = [d.axes(x.shape), d.bool()]; return () => { const { mean, variance } = tf.moments(x(), axes, keep); return [mean, variance]; }; }, { plain: true }),
  norm: shaped(1, (x, d) => { const [axis, ord] = [d.axis(x.shape), d.note('ord', d.of([1, 2, 'euclidean', Infinity, -Infinity] as const))]; return () => tf.norm(x(), ord, axis); }, { float: true, plain: true, empty: false }),
  euclideanNorm: shaped(1, (x, d) => { const axis = d.axis(x.shape); return () => tf.euclideanNorm(x(), axis); }, { float: true }),
  ...each({ softmax: tf.softmax, logSoftmax: tf.logSoftmax }, (f: Fn1) => shaped(1, (x) => () => f(x()), { float: true, plain: true, empty: false })),
  // The CPU backend gives a wrong shape where an axis is counted from the end.
  ...each({ cumsum: tf.cumsum, cumprod: tf.cumprod }, (f) => shaped(1, (x, d) => { const [axis, e, r] = [d.int(0, x.shape.length - 1), d.bool(), d.bool()]; return () => f(x(), axis, e, r); }, { plain: true })),
  bincount: (d) => { const [x, w] = [d.indices([4], 5), d.plain([4])]; return () => tf.bincount(x() as tf.Tensor1D, w() as tf.Tensor1D, 5); },
  denseBincount: (d) => { const [x, w] = [d.indices([2, 4], 5), d.plain([2, 4])]; return () => tf.denseBincount(x() as tf.Tensor2D, w() as tf.Tensor2D, 5); },
  topk: shaped(1, (x, d) => { const k = d.int(1, x.shape.at(-1) ?? 1); return () => { const { values, indices } = tf.topk(x(), k); return [values, indices]; }; }, { plain: true, empty: false }),
  unique: (d) => { const x = d.tensor([d.int(1, 6)], d.of(numbers), { special: false, low: 0, high: 3 }); return () => { const { values, indices } = tf.unique(x()); return [values, indices]; }; },
  ...each({ lowerBound: tf.lowerBound, upperBound: tf.upperBound }, (f) => (d) => { const v = d.plain([4]); return () => f(tf.tensor1d([-2, 0, 1, 3]), v()); }),
  searchSorted: (d) => { const v = d.plain([4]); return () => tf.searchSorted(tf.tensor1d([-2, 0, 1, 3]), v()); },
}; // biome-ignore format: a table

const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const movement: Record<string, Operator> = {
  reshape: shaped(0, (x, d) => { const to = d.of([[product(x.shape)], [1, ...x.shape].slice(0, 6), [...x.shape].reverse()]); return () => tf.reshape(x(), to); }),
  ensureShape: shaped(0, (x) => () => tf.ensureShape(x(), x.shape as [number])),
  expandDims: shaped(0, (x, d) => { const axis = d.int(0, x.shape.length); return () => tf.expandDims(x(), axis); }, { high: 5 }),
  squeeze: shaped(0, (x) => () => tf.squeeze(x())),
  transpose: shaped(0, (x, d) => { const perm = x.shape.map((_, i) => i); for (let i = perm.length - 1; i > 0; i--) { const j = d.int(0, i); [perm[i], perm[j]] = [perm[j] ?? 0, perm[i] ?? 0]; } d.note('perm', perm); return () => tf.transpose(x(), perm); }),
  reverse: shaped(0, (x, d) => { const axes = d.axes(x.shape); return () => tf.reverse(x(), axes); }),
  tile: shaped(1, (x, d) => { const reps = d.note('reps', x.shape.map(() => d.int(d.int(0, 1), 2))); return () => tf.tile(x(), reps); }, { high: 4 }),
  broadcastTo: shaped(0, (x, d) => { const to = d.note('to', [...(x.shape.length < 5 ? [2] : []), ...x.shape.map((s) => (s === 1 ? d.int(0, 3) : s))]); return () => tf.broadcastTo(x(), to); }),
  broadcastArgs: (d) => { const s = d.shape(1, 4, false); const t = d.partner(s); return () => tf.broadcastArgs(tf.tensor1d(s, 'int32'), tf.tensor1d(t, 'int32')); },
  ...Object.fromEntries([1, 2, 3, 4].flatMap((rank) => [
    [`reverse${rank}d`, shaped(rank, (x) => () => [tf.reverse1d, tf.reverse2d, tf.reverse3d, tf.reverse4d][rank - 1]!(x() as never), { high: rank })],
    [`pad${rank}d`, shaped(rank, (x) => () => [tf.pad1d, tf.pad2d, tf.pad3d, tf.pad4d][rank - 1]!(x() as never, (rank === 1 ? [1, 2] : x.shape.map(() => [1, 2])) as never), { high: rank })],
    [`slice${rank}d`, shaped(rank, (x) => () => [tf.slice1d, tf.slice2d, tf.slice3d, tf.slice4d][rank - 1]!(x() as never, (rank === 1 ? 0 : x.shape.map(() => 0)) as never, (rank === 1 ? (x.shape[0] ?? 0) : x.shape) as never), { high: rank })],
    [`concat${rank}d`, shaped(rank, (x) => () => [tf.concat1d, tf.concat2d, tf.concat3d, tf.concat4d][rank - 1]!([x(), x()] as never, 0), { high: rank })],
  ] as [string, Operator][])),
  pad: shaped(1, (x, d) => { const pads = d.note('pads', x.shape.map((): [number, number] => [d.int(0, 2), d.int(0, 2)])); const value = d.bool() ? 0 : 1; return () => tf.pad(x(), pads, value); }),
  mirrorPad: shaped(1, (x, d) => { const mode = d.note('mode', d.of(['reflect', 'symmetric'] as const)); const most = (s: number) => d.int(0, mode === 'reflect' ? s - 1 : s); const pads = d.note('pads', x.shape.map((s): [number, number] => [most(s), most(s)])); return () => tf.mirrorPad(x(), pads, mode); }, { high: 4, empty: false }),
  slice: shaped(1, (x, d) => { const begin = x.shape.map((s) => d.int(0, s)); const size = d.note(`from ${begin}`, x.shape.map((s, i) => d.int(0, s - (begin[i] ?? 0)))); return () => tf.slice(x(), begin, size); }),
  // The CPU backend forgets some strides where the first axis is one place.
  stridedSlice: shaped(1, (x, d) => { const [b, e, s] = [x.shape.map((n) => d.int(-n, n)), x.shape.map((n) => d.int(-n, n)), x.shape.map(() => d.of([1, 2, -1, -2]))]; const masks = d.note(`${b}:${e}:${s}`, [d.int(0, 3), d.int(0, 3), 0, 0, s.every((step) => step === 1) ? d.int(0, 1) : 0]) as [number, number, number, number, number]; return () => tf.stridedSlice(x(), b, e, s, ...masks); }, { high: 4 }),
  concat: shaped(1, (x, d) => { const axis = d.axis(x.shape); const y = d.tensor(x.shape.map((s, i) => (i === (axis + x.shape.length) % x.shape.length ? d.int(0, 2) : s)), x.dtype); return () => tf.concat([x(), y(), x()], axis); }),
  stack: shaped(0, (x, d) => { const axis = d.int(0, x.shape.length); return () => tf.stack([x(), x()], axis); }, { high: 5 }),
  unstack: shaped(1, (x, d) => { const axis = d.axis(x.shape); return () => tf.unstack(x(), axis); }, { empty: false }),
  split: shaped(1, (x, d) => { const axis = d.int(0, x.shape.length - 1); const n = x.shape[axis] ?? 0; const first = d.int(0, n); return () => tf.split(x(), [first, n - first], axis); }),
  gather: shaped(1, (x, d) => { const axis = d.int(0, x.shape.length - 1); const i = d.indices(d.shape(0, 2), x.shape[axis] ?? 1); return () => tf.gather(x(), i(), axis); }, { high: 4, empty: false }),
  gatherND: (d) => { const x = d.tensor([3, 2, 2], d.dtype()); const i = d.indices([...d.shape(1, 2), d.int(1, 3)], 2); return () => tf.gatherND(x(), i()); },
  scatterND: (d) => { const [i, x] = [d.indices([3, 1], 4), d.plain([3, 2], d.of(numbers))]; return () => tf.scatterND(i(), x(), [4, 2]); },
  tensorScatterUpdate: (d) => { const [x, u] = [d.tensor([4, 2], 'float32'), d.tensor([2, 2], 'float32')]; return () => tf.tensorScatterUpdate(x(), tf.tensor2d([[3], [1]], [2, 1], 'int32'), u()); },
  sparseToDense: (d) => { const v = d.tensor([2], 'float32'); return () => tf.sparseToDense(tf.tensor1d([3, 1], 'int32'), v(), [5], 0.5); },
  // Of whole numbers the CPU backend makes floats.
  unsortedSegmentSum: (d) => { const [x, i] = [d.plain([4, ...d.shape(0, 2)]), d.indices([4], 3)]; return () => tf.unsortedSegmentSum(x(), i() as tf.Tensor1D, 3); },
  oneHot: (d) => { const x = d.indices(d.shape(0, 4), 4); const depth = d.int(1, 5); return () => tf.oneHot(x(), depth); },
  diag: shaped(1, (x) => () => tf.diag(x()), { high: 3 }),
  batchToSpaceND: (d) => { const x = d.tensor([4, 2, 3, d.int(1, 2)], d.dtype()); return () => tf.batchToSpaceND(x(), [2, 2], [[0, 1], [1, 0]]); },
  spaceToBatchND: (d) => { const x = d.tensor([2, 3, 4, d.int(1, 2)], d.dtype()); return () => tf.spaceToBatchND(x(), [2, 2], [[0, 1], [0, 0]]); },
  depthToSpace: (d) => { const x = d.tensor([2, 2, 3, 8], d.dtype()); return () => tf.depthToSpace(x() as tf.Tensor4D, 2); },
  meshgrid: (d) => { const [a, b] = [d.tensor([d.int(1, 3)]), d.tensor([d.int(1, 3)])]; return () => tf.meshgrid(a(), b()) as tf.Tensor[]; },
  raggedGather: (d) => { const v = d.plain([6]); return () => { const { outputNestedSplits: s, outputDenseValues: o } = tf.raggedGather([tf.tensor1d([0, 2, 3, 6], 'int32')], v(), tf.tensor1d([2, 0], 'int32'), 0); return [...s, o]; }; },
  raggedRange: () => () => { const { rtNestedSplits: s, rtDenseValues: v } = tf.raggedRange(tf.tensor1d([0, 5], 'int32'), tf.tensor1d([3, 9], 'int32'), tf.tensor1d([1, 2], 'int32')); return [s, v] as tf.Tensor[]; },
  raggedTensorToTensor: (d) => { const v = d.plain([5]); return () => tf.raggedTensorToTensor(tf.tensor1d([3, 3], 'int32'), v(), tf.scalar(0), [tf.tensor1d([3], 'int32'), tf.tensor1d([0, 0, 1, 2, 2], 'int32')], ['FIRST_DIM_SIZE', 'VALUE_ROWIDS']); },
}; // biome-ignore format: a table

export { image, padding };
export const firstOperators: Readonly<Record<string, Operator>> = { ...elementwise, ...reductions, ...movement };
