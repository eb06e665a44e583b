// Legend: B batch, T tokens of the query, S of key and value, h heads.
import * as tf from '@tensorflow/tfjs-core';
import { Attention, type Module, MultiHeadAttention, observeAttention } from '../../nn/index.js';
import { UserError } from '../../utils/index.js';
import { wrapForward } from './wrapForward.js';

/** The weights of one attention layer in one forward pass: how much each query looks at each key. */
export interface AttentionMap {
  /** Of the layer within the model: `blocks.0.attn`. */
  readonly name: string;
  /** [B, h, T, S]. */
  readonly shape: readonly [number, number, number, number];
  /** By rows; the weights of a query sum to 1. */
  readonly weights: Float32Array;
}

/**
 * The attention weights of every layer in a forward pass, in the order of the calls:
 * `await captureAttention(model, () => model.forward(images))`. In inference mode; nothing of the model changes. All queries are there, also in a last
 * block that computes the class token alone.
 *
 * @throws UserError where nothing attends: a model without attention, or a compiled function instead of the model.
 */
export async function captureAttention(model: Module, run: () => unknown): Promise<AttentionMap[]> {
  const running: string[] = [];
  const seen: { name: string; weights: tf.Tensor }[] = [];
  tf.tidy(() => {
    const see = (weights: tf.Tensor) =>
      seen.push({ name: running.at(-1) ?? `attention ${seen.length}`, weights: tf.keep(tf.clone(weights)) });
    const wrap = (name: string, module: Module) => {
      if (!(module instanceof Attention || module instanceof MultiHeadAttention)) return undefined;
      return (call: (...inputs: unknown[]) => unknown, inputs: unknown[]) => {
        running.push(name);
        try {
          return module instanceof Attention ? allQueries(call, inputs) : call(...inputs);
        } finally {
          running.pop();
        }
      };
    };
    observeAttention(see, () => wrapForward(model, wrap, run));
  });
  if (seen.length === 0)
    throw new UserError(
      `No attention ran in ${model.constructor.name}: the function must call the model itself, not a compiled step, and the model needs attention layers.`,
    );
  return Promise.all(
    seen.map(async ({ name, weights }): Promise<AttentionMap> => {
      const values = Float32Array.from(await weights.data());
      const [B = 1, h = 1, T = 1, S = 1] = weights.shape;
      weights.dispose();
      return { name, shape: [B, h, T, S], weights: values };
    }),
  );
}

/** Attention of every token, of which the wanted ones are returned. */
function allQueries(call: (...inputs: unknown[]) => unknown, [x, queries]: unknown[]): unknown {
  const y = call(x);
  if (typeof queries !== 'number' || !(y instanceof tf.Tensor)) return y;
  const [B = 1, , D = 1] = y.shape;
  return tf.slice(y, [0, 0, 0], [B, queries, D]);
}

/** The weights of one head (or of all, averaged) for one item of the batch: [T][S], a row for each query. */
export function attentionMatrix(
  { shape: [B, h, T, S], weights, name }: AttentionMap,
  { item = 0, head }: { item?: number; head?: number } = {},
): number[][] {
  if (!(item >= 0 && item < B)) throw new UserError(`${name}: there is no item ${item} in a batch of ${B}.`);
  if (head !== undefined && !(head >= 0 && head < h)) throw new UserError(`${name}: there is no head ${head} of ${h}.`);
  const heads = head === undefined ? [...Array(h).keys()] : [head];
  return Array.from({ length: T }, (_, t) =>
    Array.from({ length: S }, (_, s) => {
      const sum = heads.reduce((total, one) => total + weights[((item * h + one) * T + t) * S + s]!, 0);
      return sum / heads.length;
    }),
  );
}
