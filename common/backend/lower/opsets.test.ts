import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apply, Graph, inputValue } from '../graph.js';
import { batchNormTraining, exportOnnx, gelu, layerNorm, loadOnnx, newestOpset, random } from '../index.js';
import { modelType } from '../onnxProto.js';
import { printModel } from '../testing/printModel.js';
import { lowerGraph } from './index.js';
import { forms } from './opsets.js';

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

type One = { x: tf.Tensor };
const [weight, bias] = [[1, 2, 3, 4], [0.5, 0, -1, 2]].map((v) => tf.keep(tf.tensor1d(v))) as [tf.Tensor1D, tf.Tensor1D]; // biome-ignore format: a pair
const image = (x: tf.Tensor) => tf.reshape(x, [-1, 2, 2, 4]) as tf.Tensor4D;
const count = (x: tf.Tensor) => x.shape[0] ?? 0;

/** The operator whose form differs between opsets, what is exported, and the first opset that can say it. The input is [batch, 4, 4]. */
const cases: [string, (x: tf.Tensor) => tf.Tensor, number?][] = [
  ['Gelu', (x) => gelu(x)],
  ['LayerNormalization', (x) => layerNorm(x, weight, bias, 1e-5)],
  ['ReduceMean', (x) => tf.mean(x, [1])],
  ['ReduceMax', (x) => tf.max(x, 2, true)],
  ['ReduceMin', (x) => tf.min(x, [1, 2])],
  ['ReduceProd', (x) => tf.prod(x, 1)],
  ['AveragePool', (x) => tf.avgPool(image(x), 2, 1, 'same')],
  ['Shape', (x) => tf.zeros([count(x), 3])],
  ['DFT', (x) => tf.abs(tf.spectral.rfft(x)), 17],
  ['BatchNormalization', (x) => batchNormTraining(image(x), weight, bias, 1e-5).y, 14],
  ['ScatterND', (x) => tf.unsortedSegmentSum(tf.reshape(x, [-1, 4]), tf.tensor1d([0, 1, 1, 0], 'int32'), 3), 16],
  ['ScatterElements', (x) => tf.grad((v: tf.Tensor) => tf.sum(tf.maxPool(image(v), 2, 1, 'same')))(x), 16],
  ['BitwiseAnd', (x) => tf.bitwiseAnd(tf.cast(tf.mul(x, 9), 'int32'), tf.cast(tf.mul(x, 5), 'int32')), 18],
  ['Reshape', (x) => tf.reshape(tf.slice(x, [0, 0, 0], [1, 4, 0]), [1, 0, 2]), 14],
  ['FusedMatMul', (x) => tf.mul(tf.matMul(x, x, false, true), 0.5)],
];
/** Those of which the recorded batch is a part: without a free axis. */
const fixed = new Set(['BatchNormalization', 'ScatterND', 'ScatterElements', 'Reshape']);

function write(name: string, fn: (x: tf.Tensor) => tf.Tensor, opset: number, portable: boolean): Uint8Array {
  const shape = fixed.has(name) ? [1, 4, 4] : [null, 4, 4];
  return exportOnnx(({ x }: One) => ({ y: fn(x) }), {
    inputs: { x: { shape, dtype: 'float32' } },
    outputs: ['y'],
    opset,
    portable,
  });
}

describe('opsets', () => {
  it.each(cases)(
    '%s is the same in each opset that can say it, and the others are refused by name',
    (name, fn, since = 13) => {
      const x = random.normal([1, 4, 4]);
      const wanted = fn(x);
      for (const portable of [false, true])
        for (let opset = 13; opset <= newestOpset; opset++) {
          if (opset < since) {
            expect(() => write(name, fn, opset, portable)).toThrow(
              new RegExp(`^Opset ${opset} has no ${name}.*, which \\w+ needs: export with opset ${since} or later\\.$`),
            );
            continue;
          }
          const bytes = write(name, fn, opset, portable);
          if (portable) expect(printModel(bytes)).not.toContain('com.microsoft');
          const { opsetImport } = modelType().toObject(modelType().decode(bytes), { longs: Number }) as {
            opsetImport: { domain?: string; version: number }[];
          };
          expect(opsetImport[0]?.version).toBe(opset);
          if (portable) expect(opsetImport.length).toBe(1);
          const loaded = loadOnnx(bytes);
          const y = loaded.run({ x: { data: x.dataSync() as Float32Array, shape: x.shape } }).y;
          expect(y?.shape).toEqual(wanted.shape);
          const values = wanted.dataSync();
          y?.data.forEach((value, i) => {
            expect(Math.abs(value - (values[i] ?? Number.NaN)), `opset ${opset}`).toBeLessThan(1e-5);
          });
          loaded.dispose();
        }
    },
  );

  it('refuses dilated pools before 19', () => {
    const x = inputValue([1, 1, 4, 4], 'float32');
    const window = { kernel: [2, 2], strides: [1, 1], pads: [0, 0, 0, 0], dilations: [2, 2] } as const;
    const graph = Graph.of([apply('AveragePool', [x], window)]);
    const write = (opset: number) =>
      lowerGraph(graph, { inputNames: ['x'], outputNames: ['y'], target: { provider: 'cpu', opset } });
    expect(() => write(18)).toThrow(
      'Opset 18 has no AveragePool with dilations, which AveragePool needs: export with opset 19',
    );
    expect(printModel(write(19))).toContain('dilations=[2,2]');
  });

  it('tests every operator of the table', () => {
    const untested = Object.keys(forms).filter((name) => !cases.some(([tested]) => tested === name));
    // Random numbers, which alone are made by it, are not exported.
    expect(untested).toEqual(['BitwiseXor']);
  });

  it('writes what is missing by means of what is there', () => {
    const text = (name: string, opset: number, portable = false) => {
      const found = cases.find(([one]) => one === name);
      return found === undefined ? '' : printModel(write(name, found[1], opset, portable));
    };
    expect(text('Gelu', 20)).toContain('= Gelu(x)');
    expect(text('Gelu', 19)).toContain('= com.microsoft.Gelu(x)');
    expect(text('Gelu', 19, true)).toMatch(/= Erf\(/);
    expect(text('LayerNormalization', 16)).toMatch(/ReduceMean\(x\) keepdims=1 axes=\[-1\]/);
    expect(text('ReduceMean', 17)).toMatch(/ReduceMean\(x\) keepdims=0 axes=\[1\]/);
    expect(text('ReduceMean', 18)).toMatch(/ReduceMean\(x, int64\[1\]\{1\}\) keepdims=0/);
    expect(text('AveragePool', 18)).not.toContain('dilations');
    expect(text('FusedMatMul', 20)).toMatch(/com\.microsoft\.FusedMatMul\(x, x\) transA=0 transB=1 alpha=0\.5/);
    expect(text('FusedMatMul', 20, true)).toMatchInlineSnapshot(`
      "(x: float[batch,4,4])
        Transpose_0 = Transpose(x) perm=[0,2,1]
        MatMul_1 = MatMul(x, Transpose_0)
        y = Mul(MatMul_1, float[]{0.5})
        return y: float[batch,4,4]"
    `);
  });

  it('are those that ONNX Runtime reads', () => {
    const relu = (opset: number) => () => write('Relu', tf.relu, opset, false);
    for (const opset of [12, newestOpset + 1, 17.5, Number.NaN])
      expect(relu(opset)).toThrow(`opset ${opset}: models are written with opset 13 to ${newestOpset}.`);
    // The limit is where ONNX Runtime's is.
    const newer = write('Relu', tf.relu, newestOpset, false);
    const at = Buffer.from(newer).lastIndexOf(Buffer.of(0x10, newestOpset));
    newer[at + 1] = newestOpset + 1;
    expect(() => loadOnnx(newer)).toThrow(/[Oo]pset/);
  });
});
