// The Transformer against PyTorch's printed numbers: names, memory, scores, loss, every gradient, ten Adam steps; and what masks hide.
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { compile, exportOnnx, loadOnnx } from '../backend/index.js';
import { crossEntropy } from '../losses/index.js';
import { causalMask, initialise } from '../nn/index.js';
import { adam, valueAndGrads } from '../optim/index.js';
import { hashed, hashedState } from './fixtures/hashed.js';
import { Seq2Seq, Transformer } from './index.js';

interface Case {
  options: {
    vocabulary: number;
    dim: number;
    heads: number;
    layers: number;
    feed_forward: number;
    activation?: 'relu' | 'gelu';
    norm_first?: boolean;
    positions?: boolean;
  };
  shape: [number, number, number];
  padding: [number[], number[]] | null;
  smoothing: number;
  losses: number[];
  names: string[];
  memory: number[];
  scores: number[];
  gradients: Record<string, { shape: number[]; norm: number; samples: number[] }>;
}

const { cases }: { cases: Record<string, Case> } = JSON.parse(
  readFileSync(new URL('./fixtures/transformer.json', import.meta.url), 'utf8'),
);

/** The elements that make_torch.py prints: all of a small tensor, else those at hashed places. */
function sampled(name: string, tensor: tf.Tensor, count: number): number[] {
  const all = Array.from(tensor.dataSync());
  if (all.length <= count) return all;
  return Array.from(hashed(`sample ${name}`, count), (u) => all[Math.floor(u * all.length)]!);
}
const norm = (values: readonly number[]) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
const differ = (found: readonly number[], expected: readonly number[]) =>
  norm(found.map((value, i) => value - expected[i]!)) / norm(expected);
const ids = (name: string, count: number, rows: number, columns: number) =>
  tf.tensor2d(
    Int32Array.from(hashed(name, rows * columns), (u) => Math.floor(u * count)),
    [rows, columns],
    'int32',
  );
/** true at the last places of each row. */
const ending = (lengths: readonly number[], columns: number) =>
  tf.tensor2d(
    lengths.map((length) => Array.from({ length: columns }, (_, t) => t >= columns - length)),
    [lengths.length, columns],
    'bool',
  );

describe.each(Object.entries(cases))('%s is PyTorch’s', (_, fixture) => {
  const { vocabulary, dim, heads, layers, feed_forward, activation, norm_first, positions } = fixture.options;
  const [B, S, T] = fixture.shape;
  const make = () =>
    new Seq2Seq({
      ...{
        vocabulary,
        dim,
        heads,
        encoderLayers: layers,
        decoderLayers: layers,
        feedForward: feed_forward,
        dropout: 0,
      },
      ...(activation && { activation }),
      ...(norm_first && { normFirst: norm_first }),
      ...(positions && { positions: 'sinusoidal' as const }),
    });
  function start() {
    const model = make();
    model.loadStateDict(
      hashedState(Object.entries(fixture.gradients).map(([name, { shape }]) => [name, shape] as const)),
    );
    const parameters = model.namedParameters();
    const padding = fixture.padding && { source: ending(fixture.padding[0], S), target: ending(fixture.padding[1], T) };
    const loss = (source: tf.Tensor2D, target: tf.Tensor2D, labels: tf.Tensor2D) => {
      const memory = model.encode(source, padding ?? {});
      const scores = model.decode(target, memory, padding ?? {});
      const flat: tf.Tensor2D = tf.reshape(scores, [B * T, vocabulary]);
      const loss = crossEntropy(flat, tf.reshape<tf.Rank.R1>(labels, [B * T]), { labelSmoothing: fixture.smoothing });
      return { loss, memory, scores };
    };
    const data = [
      ids('source', vocabulary, B, S),
      ids('target', vocabulary, B, T),
      ids('labels', vocabulary, B, T),
    ] as const;
    return { model, parameters, loss, data };
  }

  test('names and shapes', () => {
    const model = make();
    expect([...model.namedVariables().keys()]).toEqual(fixture.names);
    model.dispose();
  });

  test('memory, scores, loss and gradients', () => {
    const { model, parameters, loss, data } = start();
    const step = compile((...data: [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D]) => {
      const { grads, loss: value, aux } = valueAndGrads(() => loss(...data), parameters);
      return { loss: value, aux, grads: Object.fromEntries(grads) };
    });
    const found = step(...data);
    expect(Math.abs(found.loss.dataSync()[0]! / fixture.losses[0]! - 1)).toBeLessThan(1e-4);
    for (const name of ['memory', 'scores'] as const)
      expect(differ(sampled(name, found.aux[name], fixture[name].length), fixture[name]), name).toBeLessThan(1e-4);
    for (const [name, expected] of Object.entries(fixture.gradients)) {
      const gradient = found.grads[name]!;
      expect(gradient.shape, name).toEqual(expected.shape);
      const error = differ(sampled(name, gradient, expected.samples.length), expected.samples);
      expect(error, `gradient of ${name}`).toBeLessThan(1e-4);
      expect(Math.abs(norm(Array.from(gradient.dataSync())) / expected.norm - 1), `norm of ${name}`).toBeLessThan(1e-4);
    }
    model.dispose();
  });

  test('ten Adam steps', () => {
    const { model, parameters, loss, data } = start();
    const optimizer = adam(parameters, { lr: 1e-4 });
    const step = compile((...data: [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D]) => {
      const { grads, loss: value } = valueAndGrads(() => loss(...data), parameters);
      optimizer.step(grads);
      return value;
    });
    fixture.losses.forEach((expected, i) => {
      const value = tf.tidy(() => step(...data).dataSync()[0]!);
      expect(Math.abs(value - expected), `step ${i}: ${value} against ${expected}`).toBeLessThan(3e-4 * expected);
    });
    optimizer.dispose();
    model.dispose();
  });
});

describe('masks', () => {
  const options = { dim: 32, heads: 4, encoderLayers: 2, decoderLayers: 2, feedForward: 48, dropout: 0 };
  const vocabulary = 11;

  test('what is hidden can be anything', () => {
    const model = initialise(new Seq2Seq({ ...options, vocabulary, positions: 'sinusoidal' }), 1).eval();
    const run = compile((source: tf.Tensor2D, target: tf.Tensor2D, padding: tf.Tensor2D) =>
      model.forward(source, target, { source: padding }),
    );
    const padding = ending([0, 3], 6);
    const [source, target] = [
      [1, 2, 3, 4, 5, 6],
      [7, 8, 9, 1, 2, 3],
    ];
    const targets = [
      [1, 5, 2, 8],
      [3, 3, 7, 9],
    ];
    const scores = (source: number[][], target: number[][]) =>
      Array.from(
        run(
          tf.tensor2d(source, [source.length, 6], 'int32'),
          tf.tensor2d(target, [target.length, 4], 'int32'),
          padding,
        ).dataSync(),
      );
    const before = scores([source!, target!], targets);
    // The second source's padding is permuted and replaced: bit for bit the same scores.
    expect(scores([source!, [7, 8, 9, 3, 1, 2]], targets)).toEqual(before);
    expect(scores([source!, [7, 8, 9, 10, 10, 0]], targets)).toEqual(before);
    // What is not padding does matter, to its own sequence alone.
    const other = scores([source!, [7, 9, 8, 1, 2, 3]], targets);
    expect(other.slice(0, 4 * vocabulary)).toEqual(before.slice(0, 4 * vocabulary));
    expect(other.slice(4 * vocabulary)).not.toEqual(before.slice(4 * vocabulary));
    // A target token is seen from its own place on.
    const later = scores([source!, target!], [[1, 5, 8, 2], targets[1]!]);
    expect(later.slice(0, 2 * vocabulary)).toEqual(before.slice(0, 2 * vocabulary));
    expect(later.slice(2 * vocabulary, 3 * vocabulary)).not.toEqual(before.slice(2 * vocabulary, 3 * vocabulary));
    model.dispose();
  });

  test('a source of padding alone disturbs nobody', () => {
    const model = initialise(new Seq2Seq({ ...options, vocabulary, positions: 'sinusoidal' }), 1);
    const parameters = model.namedParameters();
    const gradients = (rows: number) => {
      const ids = (values: number[][]) => tf.tensor2d(values.slice(0, rows), undefined, 'int32');
      const padding = tf.slice(ending([2, 6], 6), [0, 0], [rows, 6]) as tf.Tensor2D;
      const { loss, grads } = valueAndGrads(() => {
        const scores = model.forward(ids([[1, 2, 3, 4, 0, 0], [0, 0, 0, 0, 0, 0]]), ids([[7, 8], [0, 0]]), { source: padding }); // biome-ignore format: two rows
        return tf.sum<tf.Scalar>(tf.square(tf.slice(scores, [0, 0, 0], [1, 2, vocabulary])));
      }, parameters);
      return [loss, ...grads.values()].flatMap((x) => Array.from(x.dataSync()));
    };
    const [alone, both] = [gradients(1), gradients(2)];
    both.forEach((value, i) => {
      expect(value).toBeCloseTo(alone[i]!, 4);
    });
    model.dispose();
  });

  test('a whole sequence and its beginning give the same scores', () => {
    const model = initialise(new Seq2Seq({ ...options, vocabulary, normFirst: true }), 2).eval();
    const source = ids('source', vocabulary, 2, 6);
    const target = ids('target', vocabulary, 2, 5);
    const whole = tf.slice(model.forward(source, target), [0, 0, 0], [2, 3, vocabulary]);
    const beginning = model.forward(source, tf.slice(target, [0, 0], [2, 3]));
    expect(differ(Array.from(beginning.dataSync()), Array.from(whole.dataSync()))).toBeLessThan(1e-6);
    model.dispose();
  });

  test('an exported model gives the same scores at any batch', () => {
    const model = initialise(new Seq2Seq({ ...options, vocabulary, positions: 'sinusoidal' }), 5).eval();
    const spec = (tokens: number) => ({ shape: [null, tokens], dtype: 'int32' as const });
    const file = exportOnnx(
      ({ source, target }: { source: tf.Tensor; target: tf.Tensor }) => ({
        scores: model.forward(source as tf.Tensor2D, target as tf.Tensor2D),
      }),
      { inputs: { source: spec(6), target: spec(5) }, outputs: ['scores'] },
    );
    const onnx = loadOnnx(file);
    for (const batch of [1, 3]) {
      const [source, target] = [ids('source', vocabulary, batch, 6), ids('target', vocabulary, batch, 5)];
      const feed = (x: tf.Tensor) => ({ data: x.dataSync() as Int32Array, shape: x.shape });
      const { scores } = onnx.run({ source: feed(source), target: feed(target) });
      const expected = Array.from(model.forward(source, target).dataSync());
      expect(differ(Array.from(scores!.data), expected)).toBeLessThan(1e-6);
    }
    onnx.dispose();
    model.dispose();
  });

  test('a memory mask hides the source token by token', () => {
    const model = initialise(new Transformer(options), 3).eval();
    const x = (name: string, tokens: number) =>
      tf.tensor3d(Float32Array.from(hashed(name, tokens * 32)), [1, tokens, 32]);
    const [memory, target] = [x('memory', 5), x('target', 5)];
    const changed = tf.concat([tf.slice(memory, [0, 0, 0], [1, 4, 32]), x('other', 1)], 1);
    const decode = (memory: tf.Tensor3D) =>
      Array.from(model.decode(target, memory, { memory: causalMask(5), target: causalMask(5) }).dataSync());
    const [before, after] = [decode(memory), decode(changed)];
    expect(after.slice(0, 4 * 32)).toEqual(before.slice(0, 4 * 32));
    expect(after.slice(4 * 32)).not.toEqual(before.slice(4 * 32));
    model.dispose();
  });

  test('mistakes are told', () => {
    expect(() => new Transformer({ dim: 30, heads: 4 })).toThrow('4 heads cannot share dim 30');
    const model = initialise(new Seq2Seq({ ...options, vocabulary }), 4);
    const tokens = ids('source', vocabulary, 1, 3);
    expect(() => model.forward(tokens, tokens, { source: tf.zerosLike(tokens) })).toThrow('is bool');
    model.dispose();
  });
});
