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
  IsNaN: None;
  IsInf: None;
  /** 1 where x > 0, NaN where x is NaN, else `alpha`·0 (tfjs's Step has alpha for x < 0). */
  Step: { readonly alpha: number };
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
  MaxPool: Window2D;
  /** (dy, x, y) → dx: the whole gradient goes to the first maximum of each window. */
  MaxPoolGrad: Window2D;
  /** The mean over the cells of the window that lie inside the image. */
  AveragePool: Window2D;
  /** (dy) → dx */
  AveragePoolGrad: Window2D & { readonly inputShape: readonly number[] };
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
  /** (values [N, …], segment ids [N]) → [count, …] */
  SegmentSum: { readonly count: number };
  /** (indices) → […, depth] */
  OneHot: { readonly depth: number; readonly on: number; readonly off: number; readonly dtype: DType };
  /** (x) → the k largest of the last axis, and their places. */
  TopK: { readonly k: number };
  /** (key int32 scalar) → uniform in [0, 1), a pure function of (key, salt, position). */
  RandomUniform: { readonly shape: readonly number[]; readonly salt: number };
}

export type OpName = keyof OpAttrs;
