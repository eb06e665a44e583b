import { engine } from '@tensorflow/tfjs-core';
import type { DType } from './ops.js';
import type { Data } from './session.js';

/** The type of a tensor that has memory here. */
export const storedDType = (dtype: string): 'float32' | 'int32' | 'bool' => {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new Error(`the onnx backend holds no tensors of ${dtype}`);
};

/** Operators of tfjs that draw their numbers in JavaScript. */
const HOST_RANDOM = new Set(
  ['rand', 'randomGamma', 'randomNormal', 'randomUniform', 'randomUniformInt', 'truncatedNormal'].map(
    (op) => `${op}__op`,
  ),
);

/** In a recording such numbers would be drawn once and repeated at every replay, tf.dropout's mask among them. */
export function refuseHostRandom(recording: string): void {
  // tfjs names the scope of each operator after it; there is none outside of operators and tidy.
  const scope: { readonly name: string } | null = engine().state.activeScope;
  if (scope === null || !HOST_RANDOM.has(scope.name)) return;
  const op = scope.name.replace('__op', '');
  throw new Error(
    `tf.${op} inside ${recording}: its numbers are drawn once, when the function is recorded, and would be the same at every call. ` +
      "Use random.uniform, random.normal or random.bernoulli from common/backend (nn's Dropout does).",
  );
}

/** The one number an array repeats, or undefined. */
export function repeated(data: Data): number | undefined {
  const head = data[0];
  if (head === undefined || data[data.length - 1] !== head || data[data.length >> 1] !== head) return undefined;
  for (let i = 0; i < data.length; i++) if (data[i] !== head) return undefined;
  return head;
}

/** Values as the typed array of their type, in memory that ONNX Runtime can read (shared memory it cannot: that is copied). */
export function ownable(values: unknown, dtype: DType): Data {
  if (values instanceof Float32Array || values instanceof Int32Array || values instanceof Uint8Array) {
    const fits =
      dtype === 'float32'
        ? values instanceof Float32Array
        : dtype === 'int32'
          ? values instanceof Int32Array
          : values instanceof Uint8Array;
    if (fits) return values.buffer instanceof ArrayBuffer ? values : values.slice();
  }
  const list =
    Array.isArray(values) || ArrayBuffer.isView(values) ? Array.from(values as ArrayLike<unknown>, Number) : [];
  return dtype === 'float32'
    ? Float32Array.from(list)
    : dtype === 'int32'
      ? Int32Array.from(list)
      : Uint8Array.from(list);
}
