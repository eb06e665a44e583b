// Legend: B batch, T tokens of the query, S of key and value, D features, h heads, e features of a head (D = h·e).
import * as tf from '@tensorflow/tfjs-core';
import { Dropout } from './dropout.js';
import { xavierUniform, zeros } from './initialisers.js';
import { Linear, linear } from './linear.js';
import { Layer, Module } from './module.js';
import { showWeights } from './observeAttention.js';
import { parameter, setInitialiser } from './parameter.js';
import { asSequence } from './shapes.js';

export interface AttentionOptions {
  /** Probability of dropping an attention weight in training. Default 0. */
  dropout?: number;
}

/** softmax(q·kᵀ/√e + mask)·v for q[B, h, T, e], k and v [B, h, S, e] (Vaswani et al. 2017). The mask is added, [T, S] or broadcastable. */
export function scaledDotProductAttention(
  q_BhTe: tf.Tensor4D,
  k_BhSe: tf.Tensor4D,
  v_BhSe: tf.Tensor4D,
  { mask, dropout }: { mask?: tf.Tensor; dropout?: Dropout } = {},
): tf.Tensor4D {
  const scores_BhTS = tf.mul(tf.matMul(q_BhTe, k_BhSe, false, true), 1 / Math.sqrt(q_BhTe.shape[3]));
  const weights_BhTS: tf.Tensor = tf.softmax(mask ? tf.add(scores_BhTS, mask) : scores_BhTS);
  showWeights(weights_BhTS);
  return tf.matMul<tf.Tensor4D>(dropout ? dropout.forward(weights_BhTS) : weights_BhTS, v_BhSe);
}

/** Self-attention as timm's `Attention`: parameters `qkv` (one linear layer of 3·D) and `proj`. */
export class Attention extends Layer {
  qkv: Linear;
  proj: Linear;
  readonly heads: number;
  readonly attnDrop: Dropout;
  readonly projDrop: Dropout;

  constructor(
    features: number,
    heads: number,
    { dropout = 0, projDropout = 0 }: AttentionOptions & { projDropout?: number } = {},
  ) {
    super();
    checkHeads(features, heads);
    this.heads = heads;
    this.qkv = new Linear(features, 3 * features);
    this.proj = new Linear(features, features);
    this.attnDrop = new Dropout(dropout);
    this.projDrop = new Dropout(projDropout);
  }

  /** @param queries how many tokens, from the first, ask and are answered; all of them are looked at. Default: every token. */
  override forward(x: tf.Tensor, queries?: number): tf.Tensor {
    const x_BTD = asSequence(x, 'Attention');
    const [q, k, v] =
      queries === undefined ? splitHeads(this.qkv.forward(x_BTD), 3, this.heads) : this.project(x_BTD, queries);
    const y_BhTe = scaledDotProductAttention(q!, k!, v!, { dropout: this.attnDrop });
    return this.projDrop.forward(this.proj.forward(mergeHeads(y_BhTe)));
  }

  /** Queries of the first tokens only, keys and values of all: the rows of `qkv` for the queries and the rest are used apart. */
  private project(x_BTD: tf.Tensor3D, queries: number): tf.Tensor4D[] {
    const [B, , D] = x_BTD.shape;
    const { weight, bias } = this.qkv;
    const first_BQD = tf.slice(x_BTD, [0, 0, 0], [B, queries, D]);
    const part = (from: number, size: number) =>
      [tf.slice(weight, [from, 0], [size, D]), bias && tf.slice(bias, [from], [size])] as const;
    const q = linear(first_BQD, ...part(0, D));
    const kv = linear(x_BTD, ...part(D, 2 * D));
    return [...splitHeads(q, 1, this.heads), ...splitHeads(kv, 2, this.heads)];
  }
}

/** Keys and values of tokens, [B, h, S, e] each: what attention remembers of them. */
export interface KeysAndValues {
  keys: tf.Tensor4D;
  values: tf.Tensor4D;
}

/**
 * torch.nn.MultiheadAttention with batch_first: parameters `in_proj_weight` [3·D, D], `in_proj_bias`, `out_proj`.
 * `forward(query[B,T,D], key[B,S,D], value[B,S,D], mask?)` gives [B, T, D].
 */
export class MultiHeadAttention extends Module {
  inProjWeight: tf.Variable<tf.Rank.R2>;
  inProjBias: tf.Variable<tf.Rank.R1>;
  outProj: Linear;
  readonly heads: number;
  readonly dropout: Dropout;

  constructor(features: number, heads: number, { dropout = 0 }: AttentionOptions = {}) {
    super();
    checkHeads(features, heads);
    this.heads = heads;
    this.inProjWeight = parameter<tf.Rank.R2>([3 * features, features], xavierUniform());
    this.inProjBias = parameter<tf.Rank.R1>([3 * features], zeros);
    this.outProj = new Linear(features, features);
    if (this.outProj.bias) setInitialiser(this.outProj.bias, zeros);
    this.dropout = new Dropout(dropout);
  }

  /** @param mask added to the scores: [T, S] or broadcastable to [B, h, T, S]; −∞ where attention is not allowed (`causalMask`). */
  forward(query: tf.Tensor, key: tf.Tensor = query, value: tf.Tensor = key, mask?: tf.Tensor): tf.Tensor {
    const [q, k, v] = this.project(query, key, value);
    const y_BhTe = scaledDotProductAttention(q!, k!, v!, { mask, dropout: this.dropout });
    return this.outProj.forward(mergeHeads(y_BhTe));
  }

  /** What `recall` needs of a memory [B, S, D]: computed once, for many queries. */
  remember(memory_BSD: tf.Tensor): KeysAndValues {
    const [keys, values] = this.part(memory_BSD, 1, 2);
    return { keys: keys!, values: values! };
  }

  /** `forward(query[B, T, D], memory)` of a memory that is known by its keys and values. The mask is as there. */
  recall(query_BTD: tf.Tensor, { keys, values }: KeysAndValues, mask?: tf.Tensor): tf.Tensor {
    const [q] = this.part(query_BTD, 0, 1);
    if (q!.shape[2] !== 1)
      return this.outProj.forward(mergeHeads(scaledDotProductAttention(q!, keys, values, { mask })));
    const scores = scoresOfOne(scaled(q!), keys);
    const weights: tf.Tensor4D = tf.softmax<tf.Tensor4D>(mask ? tf.add(scores, mask) : scores);
    showWeights(weights);
    return this.outProj.forward(mergeHeads(tf.matMul(weights, values)));
  }

  /**
   * Self-attention of one more token x[B, 1, D] of sequences whose earlier tokens are known by their keys and values: what `forward` with a
   * causal mask gives for the last token. The token's own key and value [B, h, 1, e] are returned, to be remembered. In inference mode only.
   *
   * @param mask added to the scores of the past, broadcastable to [B, h, 1, S]: −∞ where there is nothing yet.
   */
  next(x_B1D: tf.Tensor, past: KeysAndValues, mask: tf.Tensor): { y: tf.Tensor; own: KeysAndValues } {
    const [q, k, v] = splitHeads(linear(x_B1D, this.inProjWeight, this.inProjBias), 3, this.heads);
    const own = { keys: k!, values: v! };
    const query = scaled(q!);
    const before: tf.Tensor4D = tf.add(scoresOfOne(query, past.keys), mask);
    const now: tf.Tensor4D = tf.sum(tf.mul(query, own.keys), -1, true);
    const weights: tf.Tensor4D = tf.softmax<tf.Tensor4D>(tf.concat<tf.Tensor4D>([before, now], -1));
    showWeights(weights);
    const [w, self] = tf.split<tf.Tensor4D>(weights, [past.keys.shape[2], 1], -1);
    const y_BhTe: tf.Tensor4D = tf.add(tf.matMul(w!, past.values), tf.mul(self!, own.values));
    return { y: this.outProj.forward(mergeHeads(y_BhTe)), own };
  }

  private project(query: tf.Tensor, key: tf.Tensor, value: tf.Tensor): tf.Tensor4D[] {
    // Inputs that are the same tensor are projected by one product with their rows of the weight.
    if (key !== value) return [...this.part(query, 0, 1), ...this.part(key, 1, 1), ...this.part(value, 2, 1)];
    if (query !== key) return [...this.part(query, 0, 1), ...this.part(key, 1, 2)];
    return splitHeads(linear(query, this.inProjWeight, this.inProjBias), 3, this.heads);
  }

  /** x by some of the three parts (queries, keys, values) of the weight. */
  private part(x: tf.Tensor, from: number, parts: number): tf.Tensor4D[] {
    const { inProjWeight, inProjBias, heads } = this;
    const D = inProjWeight.shape[1];
    const [weight, bias] = [
      tf.slice(inProjWeight, [from * D, 0], [parts * D, D]),
      tf.slice(inProjBias, [from * D], [parts * D]),
    ];
    return splitHeads(linear(x, weight, bias), parts, heads);
  }
}

const scaled = (q: tf.Tensor4D): tf.Tensor4D => tf.mul(q, 1 / Math.sqrt(q.shape[3]));

/** q·kᵀ of one query a row, [B, h, 1, S]: as k·q, which ONNX Runtime computes several times as fast for a single query. */
function scoresOfOne(q_Bh1e: tf.Tensor4D, k_BhSe: tf.Tensor4D): tf.Tensor4D {
  const [B, h, S, e] = k_BhSe.shape;
  return tf.reshape(tf.matMul(k_BhSe, tf.reshape(q_Bh1e, [B, h, e, 1])), [B, h, 1, S]);
}

/** [B, T, parts·D] to `parts` tensors [B, h, T, e]: one transpose for all parts, so that the backward pass has one as well. */
function splitHeads(x: tf.Tensor, parts: number, heads: number): tf.Tensor4D[] {
  const [B = 1, T = 1, width = 1] = x.shape;
  const e = width / (parts * heads);
  const together = tf.transpose(tf.reshape(x, [B, T, parts, heads, e]), [2, 0, 3, 1, 4]);
  const separate = parts === 1 ? [together] : tf.split(together, parts);
  return separate.map((part) => tf.reshape(part, [B, heads, T, e]));
}

/** [B, h, T, e] to [B, T, h·e]. */
function mergeHeads(y: tf.Tensor4D): tf.Tensor3D {
  const [B, h, T, e] = y.shape;
  return tf.reshape(tf.transpose(y, [0, 2, 1, 3]), [B, T, h * e]);
}

function checkHeads(features: number, heads: number): void {
  if (features % heads !== 0) throw new Error(`${features} features cannot be divided among ${heads} heads`);
}
