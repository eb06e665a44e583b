import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs-core';
import { newestOpset, oldestOpset } from 'common/backend';
import { messageOf, UserError } from 'common/utils';

type Tensors = Record<string, tf.Tensor>;

/** How a file is to be written; each combination is a file. */
export interface Variant {
  readonly opset: number;
  readonly portable: boolean;
}

/** One thing to export: its file for a variant, and what it gives for some inputs. */
export interface Case {
  readonly name: string;
  write(variant: Variant): Uint8Array;
  readonly runs: readonly { readonly inputs: Tensors; readonly outputs: Tensors }[];
  /** Initializers that must be there by name. */
  readonly weights?: readonly string[];
}

const held = (tensors: Tensors) =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name,
      // JSON knows no NaN and no infinity.
      { dtype: tensor.dtype, shape: tensor.shape, data: Array.from(tensor.dataSync(), String) },
    ]),
  );

/** `<name>.<opset>[.portable].onnx` for every opset, and `<name>.json` with the runs and with the variants that were refused, with the reason. */
export function writeVariants(folder: string, { name, write, runs, weights = [] }: Case): void {
  mkdirSync(folder, { recursive: true });
  const refused: Record<string, string> = {};
  let bytes = 0;
  for (let opset = oldestOpset; opset <= newestOpset; opset++)
    for (const portable of [false, true]) {
      const file = `${name}.${opset}${portable ? '.portable' : ''}.onnx`;
      try {
        const model = write({ opset, portable });
        bytes = model.length;
        writeFileSync(join(folder, file), model);
      } catch (error) {
        if (!(error instanceof UserError)) throw new Error(`${file}: ${messageOf(error)}`, { cause: error });
        refused[file] = error.message;
      }
    }
  const expected = runs.map(({ inputs, outputs }) => ({ inputs: held(inputs), outputs: held(outputs) }));
  writeFileSync(join(folder, `${name}.json`), JSON.stringify({ weights, refused, runs: expected }));
  console.log(
    `${name}: ${(bytes / 1e6).toFixed(2)} MB${Object.keys(refused).length > 0 ? `, ${Object.keys(refused).length} variants refused` : ''}`,
  );
}
