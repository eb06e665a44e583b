// The layers of torch.nn.Transformer, with its parameter names, order and initial values.
// Legend: B batch, T tokens of the target, S of the source, D features.
import * as tf from '@tensorflow/tfjs-core';
import { GELU, ReLU } from './activations.js';
import { type KeysAndValues, MultiHeadAttention } from './attention.js';
import { Dropout } from './dropout.js';
import { xavierUniform } from './initialisers.js';
import { LayerNorm } from './layerNorm.js';
import { Linear } from './linear.js';
import { Module } from './module.js';
import { setInitialiser } from './parameter.js';

export interface TransformerLayerOptions {
  /** Features D of a token. */
  dim: number;
  /** Heads of attention; they share D evenly. */
  heads: number;
  /** Hidden features of the feed-forward network. */
  feedForward: number;
  /** Rate after attention, its weights, and in the feed-forward network. */
  dropout: number;
  activation: 'relu' | 'gelu';
  /** Normalises what goes into each part (pre-norm, Xiong et al. 2020) instead of the sum after it (post-norm, as published). */
  normFirst: boolean;
  eps: number;
}

/** What both layers share: a feed-forward network, dropout, and how a part is joined to the stream. */
abstract class TransformerLayer extends Module {
  readonly normFirst: boolean;
  readonly activation: ReLU | GELU;
  readonly dropout: Dropout;

  constructor({ activation, normFirst, dropout }: TransformerLayerOptions) {
    super();
    this.normFirst = normFirst;
    this.activation = activation === 'gelu' ? new GELU() : new ReLU();
    this.dropout = new Dropout(dropout);
  }

  /** norm(x + part(x)), or x + part(norm(x)) for pre-norm. */
  protected residual(x: tf.Tensor3D, norm: LayerNorm, part: (x: tf.Tensor3D) => tf.Tensor): tf.Tensor3D {
    const change = this.dropout.forward(part(this.normFirst ? norm.forward(x) : x));
    const sum: tf.Tensor3D = tf.add(x, change);
    return this.normFirst ? sum : norm.forward(sum);
  }

  protected feedForward(x: tf.Tensor, linear1: Linear, linear2: Linear): tf.Tensor {
    return linear2.forward(this.dropout.forward(this.activation.forward(linear1.forward(x))));
  }
}

/** A linear layer that starts as nn.Transformer's do: the weight Xavier uniform. */
function xavierLinear(into: number, out: number): Linear {
  const layer = new Linear(into, out);
  setInitialiser(layer.weight, xavierUniform());
  return layer;
}

function attention({ dim, heads, dropout }: TransformerLayerOptions): MultiHeadAttention {
  const made = new MultiHeadAttention(dim, heads, { dropout });
  setInitialiser(made.outProj.weight, xavierUniform());
  return made;
}

/** torch.nn.TransformerEncoderLayer with batch_first: self-attention, then the feed-forward network. [B, S, D] to [B, S, D]. */
export class TransformerEncoderLayer extends TransformerLayer {
  selfAttn: MultiHeadAttention;
  linear1: Linear;
  linear2: Linear;
  norm1: LayerNorm;
  norm2: LayerNorm;

  constructor(options: TransformerLayerOptions) {
    super(options);
    const { dim, feedForward, eps } = options;
    this.selfAttn = attention(options);
    this.linear1 = xavierLinear(dim, feedForward);
    this.linear2 = xavierLinear(feedForward, dim);
    this.norm1 = new LayerNorm(dim, { eps });
    this.norm2 = new LayerNorm(dim, { eps });
  }

  /** @param mask added to the scores, broadcastable to [B, heads, S, S]. */
  forward(x_BSD: tf.Tensor3D, mask?: tf.Tensor): tf.Tensor3D {
    const y = this.residual(x_BSD, this.norm1, (x) => this.selfAttn.forward(x, x, x, mask));
    return this.residual(y, this.norm2, (x) => this.feedForward(x, this.linear1, this.linear2));
  }
}

/** torch.nn.TransformerDecoderLayer with batch_first: self-attention, attention to the memory, the feed-forward network. */
export class TransformerDecoderLayer extends TransformerLayer {
  selfAttn: MultiHeadAttention;
  multiheadAttn: MultiHeadAttention;
  linear1: Linear;
  linear2: Linear;
  norm1: LayerNorm;
  norm2: LayerNorm;
  norm3: LayerNorm;

  constructor(options: TransformerLayerOptions) {
    super(options);
    const { dim, feedForward, eps } = options;
    this.selfAttn = attention(options);
    this.multiheadAttn = attention(options);
    this.linear1 = xavierLinear(dim, feedForward);
    this.linear2 = xavierLinear(feedForward, dim);
    this.norm1 = new LayerNorm(dim, { eps });
    this.norm2 = new LayerNorm(dim, { eps });
    this.norm3 = new LayerNorm(dim, { eps });
  }

  /**
   * @param memory_BSD what the encoder made of the source.
   * @param masks added to the scores of self-attention ([B, heads, T, T] or broadcastable) and to those over the memory ([B, heads, T, S]).
   */
  forward(
    x_BTD: tf.Tensor3D,
    memory_BSD: tf.Tensor3D,
    { target, memory }: { target?: tf.Tensor; memory?: tf.Tensor } = {},
  ): tf.Tensor3D {
    const own = this.residual(x_BTD, this.norm1, (x) => this.selfAttn.forward(x, x, x, target));
    const both = this.residual(own, this.norm2, (x) => this.multiheadAttn.forward(x, memory_BSD, memory_BSD, memory));
    return this.residual(both, this.norm3, (x) => this.feedForward(x, this.linear1, this.linear2));
  }

  /**
   * One more token x[B, 1, D]: what `forward` gives for the last token of a sequence, from the keys and values of those before it and of the
   * memory. `own` is what is to be remembered of this one.
   *
   * @param masks added to the scores of the past ([B, 1, 1, T] or broadcastable) and of the memory.
   */
  next(
    x_B1D: tf.Tensor3D,
    past: KeysAndValues,
    memory: KeysAndValues,
    masks: { past: tf.Tensor; memory?: tf.Tensor },
  ): { y: tf.Tensor3D; own: KeysAndValues } {
    let own = past;
    const first = this.residual(x_B1D, this.norm1, (x) => {
      const found = this.selfAttn.next(x, past, masks.past);
      own = found.own;
      return found.y;
    });
    const both = this.residual(first, this.norm2, (x) => this.multiheadAttn.recall(x, memory, masks.memory));
    return { y: this.residual(both, this.norm3, (x) => this.feedForward(x, this.linear1, this.linear2)), own };
  }
}
