import type { Value } from './graph.js';
import type { DType, OpAttrs, OpName, TensorType, Window2D, Window3D } from './ops.js';

type Infer<K extends OpName> = (inputs: readonly Value[], attrs: OpAttrs[K]) => TensorType[];

function at(inputs: readonly Value[], i: number): Value {
  const value = inputs[i];
  if (value === undefined) throw new Error(`operator is missing its input ${i}`);
  return value;
}

const dim = (shape: readonly number[], i: number): number => {
  const d = shape[i];
  if (d === undefined) throw new Error(`shape [${shape}] has no axis ${i}`);
  return d;
};

/** numpy's broadcasting rule. */
export function broadcastShapes(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const p = a[i - rank + a.length] ?? 1;
    const q = b[i - rank + b.length] ?? 1;
    if (p !== q && p !== 1 && q !== 1) throw new Error(`shapes [${a}] and [${b}] cannot be broadcast together`);
    return p === 1 ? q : p;
  });
}

const same = (inputs: readonly Value[]): TensorType[] => [{ shape: at(inputs, 0).shape, dtype: at(inputs, 0).dtype }];
const broadcast = (inputs: readonly Value[], dtype: DType): TensorType[] => [
  { shape: inputs.map((v) => v.shape).reduce<readonly number[]>(broadcastShapes, []), dtype },
];
const arithmetic = (inputs: readonly Value[]): TensorType[] => broadcast(inputs, at(inputs, 0).dtype);
const logical = (inputs: readonly Value[]): TensorType[] => broadcast(inputs, 'bool');
const toBool = (inputs: readonly Value[]): TensorType[] => [{ shape: at(inputs, 0).shape, dtype: 'bool' }];
const reduce = (inputs: readonly Value[], { axes, keepDims }: OpAttrs['ReduceSum']): TensorType[] => [
  { shape: reducedShape(at(inputs, 0).shape, axes, keepDims), dtype: at(inputs, 0).dtype },
];
const argument = (inputs: readonly Value[], { axis }: OpAttrs['ArgMax']): TensorType[] => [
  { shape: at(inputs, 0).shape.filter((_, i) => i !== axis), dtype: 'int32' },
];

export function reducedShape(shape: readonly number[], axes: readonly number[], keepDims: boolean): number[] {
  return keepDims ? shape.map((d, i) => (axes.includes(i) ? 1 : d)) : shape.filter((_, i) => !axes.includes(i));
}

/** Height and width that a window leaves of an image of height h and width w. */
export function windowOutput(window: Window2D, h: number, w: number): [number, number] {
  const out = (size: number, k: number, s: number, d: number, before: number, after: number) =>
    Math.floor((size + before + after - d * (k - 1) - 1) / s) + 1;
  const { kernel, strides, dilations, pads } = window;
  return [
    out(h, kernel[0], strides[0], dilations[0], pads[0], pads[2]),
    out(w, kernel[1], strides[1], dilations[1], pads[1], pads[3]),
  ];
}

const pool = (inputs: readonly Value[], window: Window2D): TensorType[] => {
  const { shape, dtype } = at(inputs, 0);
  return [{ shape: [dim(shape, 0), dim(shape, 1), ...windowOutput(window, dim(shape, 2), dim(shape, 3))], dtype }];
};

/** Depth, height and width that a window leaves. */
function windowOutput3D({ kernel, strides, dilations, pads }: Window3D, sizes: readonly number[]): number[] {
  return kernel.map((k, i) => {
    const size = dim(sizes, i) + dim(pads, i) + dim(pads, i + 3);
    return Math.floor((size - dim(dilations, i) * (k - 1) - 1) / dim(strides, i)) + 1;
  });
}

const pool3D = (inputs: readonly Value[], window: Window3D): TensorType[] => {
  const { shape, dtype } = at(inputs, 0);
  return [{ shape: [dim(shape, 0), dim(shape, 1), ...windowOutput3D(window, shape.slice(2))], dtype }];
};

function einsumShape(equation: string, inputs: readonly Value[]): number[] {
  const [left = '', right = ''] = equation.split('->');
  const length = new Map<string, number>();
  left.split(',').forEach((letters, i) => {
    for (const [axis, letter] of [...letters].entries()) length.set(letter, dim(at(inputs, i).shape, axis));
  });
  return [...right].map((letter) => length.get(letter) ?? 1);
}

function matMulShape(a: readonly number[], b: readonly number[], transA: boolean, transB: boolean): number[] {
  const [m, k] = transA ? [dim(a, a.length - 1), dim(a, a.length - 2)] : [dim(a, a.length - 2), dim(a, a.length - 1)];
  const [k2, n] = transB ? [dim(b, b.length - 1), dim(b, b.length - 2)] : [dim(b, b.length - 2), dim(b, b.length - 1)];
  if (k !== k2) throw new Error(`inner sizes differ in the product of [${a}] and [${b}]: ${k} and ${k2}`);
  return [...broadcastShapes(a.slice(0, -2), b.slice(0, -2)), m, n];
}

// biome-ignore format: a table
const elementwise = {
  Abs: same, Acos: same, Acosh: same, Asin: same, Asinh: same, Atan: same, Atanh: same, Ceil: same, Cos: same, Cosh: same, Erf: same,
  Exp: same, Expm1: same, Floor: same, Gelu: same, Identity: same, Log: same, Log1p: same, Neg: same, Reciprocal: same, Relu: same,
  Round: same, Rsqrt: same, Sigmoid: same, Sign: same, Sin: same, Sinh: same, Softplus: same, Sqrt: same, Square: same, Tan: same, Tanh: same,
  Add: arithmetic, Sub: arithmetic, Mul: arithmetic, Div: arithmetic, FloorDiv: arithmetic, Mod: arithmetic, Pow: arithmetic,
  Maximum: arithmetic, Minimum: arithmetic, Equal: logical, NotEqual: logical, Greater: logical, GreaterOrEqual: logical, Less: logical,
  LessOrEqual: logical, And: logical, Or: logical, Xor: logical, ReduceSum: reduce, ReduceMean: reduce, ReduceMax: reduce,
  ReduceMin: reduce, ReduceProd: reduce,
};

/** The types of an operator's outputs from its inputs and attributes. Exhaustive: a missing operator fails the type check. */
export const infer: { readonly [K in OpName]: Infer<K> } = {
  ...elementwise,
  Input: (_, { shape, dtype }) => [{ shape, dtype }],
  Constant: (_, { shape, dtype }) => [{ shape, dtype }],
  Fill: (_, { shape, dtype }) => [{ shape, dtype }],
  Cast: (inputs, { to }) => [{ shape: at(inputs, 0).shape, dtype: to }],
  Not: toBool,
  BitwiseAnd: arithmetic,
  Atan2: arithmetic,
  IsNaN: toBool,
  IsInf: toBool,
  Step: same,
  Clip: same,
  LeakyRelu: same,
  Elu: same,
  Where: (inputs) => broadcast(inputs, at(inputs, 1).dtype),
  MatMul: (inputs, { transA, transB }) => [
    { shape: matMulShape(at(inputs, 0).shape, at(inputs, 1).shape, transA, transB), dtype: at(inputs, 0).dtype },
  ],
  Gemm: (inputs, { transA, transB }) => [
    { shape: matMulShape(at(inputs, 0).shape, at(inputs, 1).shape, transA, transB), dtype: at(inputs, 0).dtype },
  ],
  Conv: (inputs, window) => {
    const x = at(inputs, 0).shape;
    const w = at(inputs, 1).shape;
    if (dim(x, 1) !== dim(w, 1) * window.groups)
      throw new Error(`image of ${dim(x, 1)} channels under weights [${w}] in ${window.groups} group(s)`);
    return [{ shape: [dim(x, 0), dim(w, 0), ...windowOutput(window, dim(x, 2), dim(x, 3))], dtype: 'float32' }];
  },
  ConvInputGrad: (_, { inputShape }) => [{ shape: inputShape, dtype: 'float32' }],
  ConvFilterGrad: (inputs, { kernel }) => [
    { shape: [dim(at(inputs, 1).shape, 1), dim(at(inputs, 0).shape, 1), ...kernel], dtype: 'float32' },
  ],
  MaxPool: (inputs, window) => {
    const [y] = pool(inputs, window);
    return y === undefined ? [] : [y, { shape: y.shape, dtype: 'int64' }];
  },
  MaxPoolGrad: (inputs) => [{ shape: at(inputs, 1).shape, dtype: 'float32' }],
  TiledMaxPoolGrad: (inputs) => [{ shape: at(inputs, 1).shape, dtype: 'float32' }],
  AveragePool: pool,
  AveragePoolGrad: (_, { inputShape }) => [{ shape: inputShape, dtype: 'float32' }],
  DepthwiseInputGrad: (_, { inputShape }) => [{ shape: inputShape, dtype: 'float32' }],
  DepthwiseFilterGrad: (inputs, { kernel }) => [
    { shape: [dim(at(inputs, 1).shape, 1), 1, ...kernel], dtype: 'float32' },
  ],
  MaxPoolWithArgmax: (inputs, window) =>
    pool(inputs, window).flatMap(({ shape, dtype }) => [
      { shape, dtype },
      { shape, dtype: 'int32' },
    ]),
  Conv3D: (inputs, window) => {
    const x = at(inputs, 0).shape;
    return [
      { shape: [dim(x, 0), dim(at(inputs, 1).shape, 0), ...windowOutput3D(window, x.slice(2))], dtype: 'float32' },
    ];
  },
  Conv3DInputGrad: (_, { inputShape }) => [{ shape: inputShape, dtype: 'float32' }],
  Conv3DFilterGrad: (inputs, { kernel }) => [
    { shape: [dim(at(inputs, 1).shape, 1), dim(at(inputs, 0).shape, 1), ...kernel], dtype: 'float32' },
  ],
  MaxPool3D: pool3D,
  MaxPool3DGrad: (inputs) => [{ shape: at(inputs, 1).shape, dtype: 'float32' }],
  AveragePool3D: pool3D,
  AveragePool3DGrad: (_, { inputShape }) => [{ shape: inputShape, dtype: 'float32' }],
  BatchNorm: (inputs) => [at(inputs, 0)],
  BatchNormTraining: (inputs) => {
    const { shape, dtype } = at(inputs, 0);
    const statistic: TensorType = { shape: [dim(shape, 1)], dtype };
    return [{ shape, dtype }, statistic, statistic];
  },
  BatchNormGrad: (inputs) => {
    const { shape, dtype } = at(inputs, 1);
    const statistic: TensorType = { shape: [dim(shape, 1)], dtype };
    return [{ shape, dtype }, statistic, statistic];
  },
  LayerNorm: (inputs) => {
    const { shape, dtype } = at(inputs, 0);
    const statistic: TensorType = { shape: [...shape.slice(0, -1), 1], dtype };
    return [{ shape, dtype }, statistic, statistic];
  },
  LayerNormGrad: (inputs) => {
    const { shape, dtype } = at(inputs, 1);
    const parameter: TensorType = { shape: shape.slice(-1), dtype };
    return [{ shape, dtype }, parameter, parameter];
  },
  GeluGrad: same,
  SoftmaxCrossEntropy: (inputs) => {
    const { shape, dtype } = at(inputs, 0);
    return [
      { shape: shape.slice(0, -1), dtype },
      { shape, dtype },
    ];
  },
  Softmax: same,
  LogSoftmax: same,
  ArgMax: argument,
  ArgMin: argument,
  CumSum: same,
  Transpose: (inputs, { perm }) => [
    { shape: perm.map((p) => dim(at(inputs, 0).shape, p)), dtype: at(inputs, 0).dtype },
  ],
  Reshape: (inputs, { shape }) => [{ shape, dtype: at(inputs, 0).dtype }],
  Expand: (inputs, { shape }) => [{ shape, dtype: at(inputs, 0).dtype }],
  Tile: (inputs, { repeats }) => [
    { shape: at(inputs, 0).shape.map((d, i) => d * (repeats[i] ?? 1)), dtype: at(inputs, 0).dtype },
  ],
  Concat: (inputs, { axis }) => {
    const { shape, dtype } = at(inputs, 0);
    const total = inputs.reduce((sum, v) => sum + dim(v.shape, axis), 0);
    return [{ shape: shape.map((d, i) => (i === axis ? total : d)), dtype }];
  },
  Split: (inputs, { axis, sizes }) => {
    const { shape, dtype } = at(inputs, 0);
    return sizes.map((size) => ({ shape: shape.map((d, i) => (i === axis ? size : d)), dtype }));
  },
  Slice: (inputs, { starts, ends, steps }) => [
    {
      shape: at(inputs, 0).shape.map((_, i) => Math.max(0, Math.ceil((dim(ends, i) - dim(starts, i)) / dim(steps, i)))),
      dtype: at(inputs, 0).dtype,
    },
  ],
  Pad: (inputs, { before, after }) => [
    { shape: at(inputs, 0).shape.map((d, i) => d + dim(before, i) + dim(after, i)), dtype: at(inputs, 0).dtype },
  ],
  Reverse: same,
  Gather: (inputs, { axis }) => {
    const { shape, dtype } = at(inputs, 0);
    return [{ shape: [...shape.slice(0, axis), ...at(inputs, 1).shape, ...shape.slice(axis + 1)], dtype }];
  },
  SegmentSum: (inputs, { count }) => [{ shape: [count, ...at(inputs, 0).shape.slice(1)], dtype: at(inputs, 0).dtype }],
  OneHot: (inputs, { depth, dtype }) => [{ shape: [...at(inputs, 0).shape, depth], dtype }],
  GatherND: (inputs) => {
    const { shape, dtype } = at(inputs, 0);
    const indices = at(inputs, 1).shape;
    return [{ shape: [...indices.slice(0, -1), ...shape.slice(dim(indices, indices.length - 1))], dtype }];
  },
  ScatterAdd: (inputs, { shape }) => [{ shape, dtype: at(inputs, 1).dtype }],
  ScatterUpdate: same,
  Einsum: (inputs, { equation }) => [{ shape: einsumShape(equation, inputs), dtype: at(inputs, 0).dtype }],
  Fourier: same,
  TopK: (inputs, { k }) => {
    const { shape, dtype } = at(inputs, 0);
    const out = [...shape.slice(0, -1), k];
    return [
      { shape: out, dtype },
      { shape: out, dtype: 'int32' },
    ];
  },
  RandomUniform: (_, { shape }) => [{ shape, dtype: 'float32' }],
};
