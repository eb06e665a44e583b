import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { compile } from '../index.js';
import { generator, type Program, printProgram, randomProgram, runProgram } from './randomGraphs.js';

type Result = { shape: number[]; values: number[] };

function on(backend: string, program: Program, values: readonly (readonly number[])[], compiled: boolean): Result[] {
  tf.setBackend(backend);
  return tf.tidy(() => {
    const inputs = program.inputs.map(({ shape }, i) => tf.tensor([...(values[i] ?? [])], shape));
    const direct = (...given: tf.Tensor[]) => runProgram(program, given);
    const step = compile(direct);
    const outputs = compiled ? step(...inputs) : direct(...inputs);
    step.dispose();
    return outputs.map((tensor) => ({ shape: tensor.shape, values: Array.from(tensor.dataSync()) }));
  });
}

function difference(wanted: readonly Result[], got: readonly Result[]): string | undefined {
  for (const [i, { shape, values }] of wanted.entries()) {
    const other = got[i];
    if (other === undefined || `${other.shape}` !== `${shape}`)
      return `output ${i} has shape [${other?.shape}], not [${shape}]`;
    const scale = 1 + Math.max(0, ...values.map(Math.abs));
    const worst = Math.max(0, ...values.map((v, j) => Math.abs(v - (other.values[j] ?? Number.NaN)) / scale));
    if (!(worst < 1e-3)) return `output ${i} differs by ${worst} of its largest value`;
  }
  return undefined;
}

/**
 * Compares a random program of 20 operators on the onnx backend with tfjs's CPU backend: nothing where they agree, else the program and what
 * differs; even seeds compiled, odd ones lazily. Where one drawing of inputs differs another is tried: a comparison of almost equal numbers may go either way.
 */
export function fuzz(seed: number): string | undefined {
  tf.setBackend('cpu');
  const program = randomProgram(seed, 20);
  let found: string | undefined;
  const draw = generator(seed + 1_000_000);
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      const values = program.inputs.map((input) =>
        attempt === 0 ? input.values : input.values.map(() => draw() * 2 - 1),
      );
      const wanted = on('cpu', program, values, false);
      found = difference(wanted, on('onnx', program, values, seed % 2 === 0));
      if (found === undefined) return undefined;
    }
  } catch (error) {
    found = error instanceof Error ? (error.stack ?? error.message) : String(error);
  } finally {
    tf.setBackend('onnx');
  }
  return `graph ${seed}: ${found}\n${printProgram(program)}`;
}
