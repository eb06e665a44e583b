import { hasMethods, isShape } from './kind.js';

/** What is used here of a tfjs tensor, whichever copy of tfjs it comes from. */
export interface TensorLike {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly size: number;
  readonly isDisposed: boolean;
  /** Of a variable. */
  readonly trainable?: boolean;
  readonly name?: string;
  data(): Promise<ArrayLike<number> | readonly string[]>;
  dispose(): void;
  // Methods that @tensorflow/tfjs adds to every tensor and tfjs-core alone does not.
  min?(): TensorLike;
  max?(): TensorLike;
  mean?(): TensorLike;
  stridedSlice?(begin: number[], end: number[], strides: number[]): TensorLike;
  cast?(dtype: string): TensorLike;
}

/** Told as tfjs does it for `instanceof tf.Tensor`, by its methods; a disposed tensor is one as well. */
export function isTensor(value: object): value is TensorLike {
  return (
    hasMethods(value, 'data', 'dataSync', 'throwIfDisposed', 'dispose') &&
    'shape' in value &&
    isShape(value.shape) &&
    'dtype' in value &&
    typeof value.dtype === 'string'
  );
}

/** Up to so many numbers a tensor is read whole; of larger ones the engine computes the range, and only what is shown is read. */
export const READ_WHOLE = 1 << 21;

/** Range and mean; of the finite numbers, where the tensor was read whole. */
export interface Statistics {
  min: number;
  max: number;
  mean: number;
  /** How many are NaN or infinite; undefined where they were not counted. */
  notFinite?: number;
}

/** Statistics of numbers that are in memory; undefined where none is finite. */
export function statisticsOf(values: ArrayLike<number>): Statistics | undefined {
  let [min, max, sum, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    count++;
  }
  return count === 0 ? undefined : { min, max, mean: sum / count, notFinite: values.length - count };
}

/** Statistics by the engine: three numbers are read. */
export async function engineStatistics(tensor: TensorLike): Promise<Statistics | undefined> {
  const floats = tensor.dtype === 'float32' ? tensor : tensor.cast?.('float32');
  try {
    const [min, max, mean] = [await read(floats?.min?.()), await read(floats?.max?.()), await read(floats?.mean?.())];
    return min === undefined || max === undefined || mean === undefined ? undefined : { min, max, mean };
  } finally {
    if (floats !== tensor) floats?.dispose();
  }
}

async function read(tensor: TensorLike | undefined): Promise<number | undefined> {
  if (tensor === undefined) return undefined;
  const value = (await tensor.data())[0];
  tensor.dispose();
  return Number(value);
}

/**
 * Every `strides[i]`-th item from the first along each axis, up to `ends[i]`: what is to be seen of a tensor. From the values, where they are in memory,
 * else by the engine.
 */
export async function sampleTensor(
  tensor: TensorLike,
  values: ArrayLike<number> | undefined,
  ends: readonly number[],
  strides: readonly number[] = ends.map(() => 1),
): Promise<{ values: ArrayLike<number>; shape: number[] }> {
  const shape = ends.map((end, i) => Math.ceil(Math.min(end, tensor.shape[i] ?? 0) / (strides[i] ?? 1)));
  if (values !== undefined) return { values: sampleValues(values, tensor.shape, shape, strides), shape };
  const part = tensor.stridedSlice?.(
    ends.map(() => 0),
    [...ends],
    [...strides],
  );
  if (part === undefined) throw new Error('the tensor has no method stridedSlice: import @tensorflow/tfjs');
  const data = await part.data();
  part.dispose();
  return { values: Float32Array.from(data, Number), shape };
}

function sampleValues(
  values: ArrayLike<number>,
  shape: readonly number[],
  into: readonly number[],
  strides: readonly number[],
): Float64Array {
  const steps = shape.map((_, i) => shape.slice(i + 1).reduce((all, side) => all * side, 1) * (strides[i] ?? 1));
  const result = new Float64Array(into.reduce((all, side) => all * side, 1));
  const index = into.map(() => 0);
  for (let i = 0; i < result.length; i++) {
    result[i] = values[index.reduce((at, k, axis) => at + k * steps[axis]!, 0)]!;
    for (let axis = into.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < into[axis]!) break;
      index[axis] = 0;
    }
  }
  return result;
}
