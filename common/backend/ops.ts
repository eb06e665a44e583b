/**
 * The vocabulary of the graph: every operator with its attributes. Names and meaning are ONNX's where ONNX has the operator; layouts
 * are ONNX's too (images NCHW, convolution weights OIHW). A new operator is one line here, one in `infer`, one in `lower`.
 */

export type DType = 'float32' | 'int32' | 'bool' | 'int64' | 'uint32';

export interface TensorType {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

type None = Record<never, never>;

// biome-ignore format: a word list
export const unaryOps = [
  'Abs', 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Ceil', 'Cos', 'Cosh', 'Erf', 'Exp', 'Expm1', 'Floor', 'Gelu', 'Identity',
  'Log', 'Log1p', 'Neg', 'Reciprocal', 'Relu', 'Round', 'Rsqrt', 'Sigmoid', 'Sign', 'Sin', 'Sinh', 'Softplus', 'Sqrt', 'Square', 'Tan',
  'Tanh',
] as const;
export const arithmeticOps = ['Add', 'Sub', 'Mul', 'Div', 'FloorDiv', 'Mod', 'Pow', 'Maximum', 'Minimum'] as const;
export const compareOps = ['Equal', 'NotEqual', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'] as const;
export const logicalOps = ['And', 'Or', 'Xor'] as const;
export const reduceOps = ['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceProd'] as const;

export type UnaryOp = (typeof unaryOps)[number];
export type ArithmeticOp = (typeof arithmeticOps)[number];
export type CompareOp = (typeof compareOps)[number];
export type LogicalOp = (typeof logicalOps)[number];
export type ReduceOp = (typeof reduceOps)[number];

/** Spatial geometry of a convolution or pooling: sizes as [height, width], pads as [top, left, bottom, right]. */
export interface Window2D {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
  readonly dilations: readonly [number, number];
}

/** The same with depth in front: [depth, height, width], pads as three starts and three ends. */
export interface Window3D {
  readonly kernel: readonly [number, number, number];
  readonly strides: readonly [number, number, number];
  readonly pads: readonly [number, number, number, number, number, number];
  readonly dilations: readonly [number, number, number];
}

export interface OpAttrs
  extends Record<UnaryOp | ArithmeticOp | CompareOp | LogicalOp, None>,
    Record<ReduceOp, { readonly axes: readonly number[]; readonly keepDims: boolean }> {
  /** A value fed from outside at each run. */
  Input: TensorType;
  /** A value known when the graph was recorded. */
  Constant: TensorType & { readonly data: Float32Array | Int32Array | Uint8Array };
  /** A tensor of one repeated value. */
  Fill: TensorType & { readonly value: number };
  /** 0, 1, 2 … along the only axis. */
  Cast: { readonly to: DType };
  Not: None;
  BitwiseAnd: None;
  /** (y, x) → the angle of the point. */
  Atan2: None;
  IsNaN: None;
  IsInf: None;
  /** 1 where x > 0, else `alpha`; NaN where x is NaN if `nan`, which costs several times as much. */
  Step: { readonly alpha: number; readonly nan?: boolean };
  Clip: { readonly min: number; readonly max: number };
  LeakyRelu: { readonly alpha: number };
  Elu: { readonly alpha: number };
  Where: None;
  /** a·b over the last two axes, leading axes broadcast; `alpha` scales the product. */
  MatMul: { readonly transA: boolean; readonly transB: boolean; readonly alpha: number };
  /** Two-dimensional a·b + c, c a vector over the columns. */
  Gemm: { readonly transA: boolean; readonly transB: boolean; readonly alpha: number };
  /** (x NCHW, w OIHW, bias?) */
  Conv: Window2D & { readonly groups: number };
  /** (dy, w) → dx */
  ConvInputGrad: Window2D & { readonly inputShape: readonly number[] };
  /** (x, dy) → dw */
  ConvFilterGrad: Window2D;
  /** (x) → the largest value of each window, and where it lies in the flattened x (the first of equals). */
  MaxPool: Window2D;
  /** (dy, x, places) → dx: the whole gradient goes to the first maximum of each window. */
  MaxPoolGrad: Window2D;
  /** (dy, x, y) → dx, the same where the windows tile the image. */
  TiledMaxPoolGrad: Window2D;
  /** The mean over the cells of the window that lie inside the image. */
  AveragePool: Window2D;
  /** (dy) → dx */
  AveragePoolGrad: Window2D & { readonly inputShape: readonly number[] };
  /** (dy, w [in·multiplier, 1, h, w]) → dx: each input channel has filters of its own. */
  DepthwiseInputGrad: Window2D & { readonly inputShape: readonly number[] };
  /** (x, dy) → dw [in·multiplier, 1, h, w] */
  DepthwiseFilterGrad: Window2D;
  /** (x, image) → y, and for each y the place of the maximum in a row-major [height, width, channels] image. */
  MaxPoolWithArgmax: Window2D & { readonly batchInIndex: boolean };
  /** (x NCDHW, w OIDHW) */
  Conv3D: Window3D;
  Conv3DInputGrad: Window3D & { readonly inputShape: readonly number[] };
  Conv3DFilterGrad: Window3D;
  MaxPool3D: Window3D;
  /** (dy, x) → dx */
  MaxPool3DGrad: Window3D;
  AveragePool3D: Window3D;
  AveragePool3DGrad: Window3D & { readonly inputShape: readonly number[] };
  /** (x, weight, bias, mean, variance) → y; a number a channel (axis 1) for all but x. */
  BatchNorm: { readonly eps: number };
  /** (x, weight, bias) → y, batch mean, biased batch variance; statistics over all axes but 1. */
  BatchNormTraining: { readonly eps: number };
  /** (dy, x, weight, mean, variance) → dx, dweight, dbias */
  BatchNormGrad: { readonly eps: number };
  /** (x, weight, bias) → y, mean, inverse standard deviation over the last axis (both keep it as 1). */
  LayerNorm: { readonly eps: number };
  /** (dy, x, weight, mean, inverse standard deviation) → dx, dweight, dbias */
  LayerNormGrad: None;
  /** (dy, x) → dx */
  GeluGrad: None;
  /** (logits, targets) → loss per row, softmax; the last axis holds the classes. */
  SoftmaxCrossEntropy: None;
  Softmax: { readonly axis: number };
  LogSoftmax: { readonly axis: number };
  ArgMax: { readonly axis: number };
  ArgMin: { readonly axis: number };
  CumSum: { readonly axis: number; readonly exclusive: boolean; readonly reverse: boolean };
  Transpose: { readonly perm: readonly number[] };
  Reshape: { readonly shape: readonly number[] };
  Expand: { readonly shape: readonly number[] };
  Tile: { readonly repeats: readonly number[] };
  Concat: { readonly axis: number };
  Split: { readonly axis: number; readonly sizes: readonly number[] };
  /** From `starts` (inclusive) to `ends` (exclusive) in steps, one entry an axis. */
  Slice: { readonly starts: readonly number[]; readonly ends: readonly number[]; readonly steps: readonly number[] };
  Pad: { readonly before: readonly number[]; readonly after: readonly number[]; readonly value: number };
  Reverse: { readonly axes: readonly number[] };
  /** (x, indices): rows of x along an axis. */
  Gather: { readonly axis: number };
  /** (values [N, …], segment ids [N]) → [count, …]; unless `valid`, ids outside of 0 … count − 1 are left out. */
  SegmentSum: { readonly count: number; readonly valid?: boolean };
  /** (indices) → […, depth] */
  OneHot: { readonly depth: number; readonly on: number; readonly off: number; readonly dtype: DType };
  /** (x, indices [..., k]) → what lies at each index of the first k axes. */
  GatherND: None;
  /** (indices [..., k], updates) → zeros with the updates added. */
  ScatterAdd: { readonly shape: readonly number[] };
  /** (x, indices [..., k], updates) → x with the updates written. */
  ScatterUpdate: None;
  /** Sums of products named by letters, as in numpy. */
  Einsum: { readonly equation: string };
  /** Discrete Fourier transform of the last axis but one; the last holds real and imaginary part. The inverse divides by the length. */
  Fourier: { readonly inverse: boolean };
  /** (x) → the k largest of the last axis, and their places. */
  TopK: { readonly k: number };
  /** (key int32 scalar) → uniform in [0, 1), a pure function of (key, salt, position). */
  RandomUniform: { readonly shape: readonly number[]; readonly salt: number };
}

export type OpName = keyof OpAttrs;
