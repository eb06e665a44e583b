import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '../index.js';
import { Draw } from './draw.js';
import type { Operator } from './operators.js';

interface Result {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

function on(backend: string, run: ReturnType<Operator>): Result[] | Error {
  tf.setBackend(backend);
  try {
    return tf.tidy(() => {
      const out = run();
      return (out instanceof tf.Tensor ? [out] : out).map((tensor) => ({
        dtype: tensor.dtype,
        shape: tensor.shape,
        values: Array.from(tensor.dataSync() as ArrayLike<number>),
      }));
    });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const close = (found: number, value: number): boolean =>
  Object.is(found, value) || found === value || Math.abs(found - value) <= 2e-4 * Math.max(1, Math.abs(value));

/** Runs an operator with the arguments of this seed on both backends: nothing where they agree, or what differs. What the CPU backend refuses is passed over. */
export function compareOperator(name: string, operator: Operator, seed: number): string | undefined {
  const draw = new Draw(seed);
  tf.setBackend('cpu');
  const run = operator(draw);
  const wanted = on('cpu', run);
  const found = on('onnx', run);
  const report = (what: string) => `${name} (seed ${seed}): ${what}; ${draw.log.join('; ')}`;
  if (wanted instanceof Error) return undefined;
  if (found instanceof Error) return report(`throws ${found.message.slice(0, 300)}`);
  if (found.length !== wanted.length) return report(`${found.length} results, not ${wanted.length}`);
  for (const [i, { dtype, shape, values }] of wanted.entries()) {
    const result = found[i];
    if (result === undefined || result.dtype !== dtype || `${result.shape}` !== `${shape}`)
      return report(`${result?.dtype}[${result?.shape}], not ${dtype}[${shape}]`);
    const place = values.findIndex((value, j) => !close(result.values[j] ?? Number.NaN, value));
    if (place >= 0) return report(`${result.values[place]}, not ${values[place]}, at ${place} of result ${i}`);
  }
  return undefined;
}
