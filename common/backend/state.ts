import * as tf from '@tensorflow/tfjs-core';

/** One tensor of a state dict on the host, as safetensors holds it: row-major data in torch's layout. */
export interface StateTensor {
  dtype: 'float32' | 'int32' | 'int64';
  shape: number[];
  data: Float32Array | Int32Array | BigInt64Array;
}

/** Named host tensors in a fixed order: what `stateDict()` gives and `loadStateDict()` takes. */
export type StateDict = Map<string, StateTensor>;

/** A copy of a variable's value on the host. Integers become int64, which is what torch writes for every integer buffer. */
export function readVariable(variable: tf.Variable): StateTensor {
  const data = variable.dataSync();
  if (variable.dtype === 'int32')
    return { dtype: 'int64', shape: [...variable.shape], data: BigInt64Array.from(data, (v) => BigInt(v)) };
  return { dtype: 'float32', shape: [...variable.shape], data: new Float32Array(data) };
}

/** Gives a variable the value of a host tensor of the same shape; numbers are converted to the variable's own type. */
export function writeVariable(variable: tf.Variable, value: StateTensor): void {
  const numbers = value.data instanceof BigInt64Array ? Array.from(value.data, Number) : value.data;
  const data = variable.dtype === 'int32' ? new Int32Array(numbers) : new Float32Array(numbers);
  tf.tidy(() => variable.assign(tf.tensor(data, variable.shape, variable.dtype)));
}
