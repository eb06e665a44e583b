// Sequence to sequence over one vocabulary: embedding, Transformer, and the embedding again as the output layer (Press and Wolf 2017).
// Legend: B batch, T tokens of the target, S of the source, D features, V vocabulary.
import * as tf from '@tensorflow/tfjs-core';
import {
  causalMask,
  Dropout,
  Embedding,
  linear,
  Module,
  normal,
  setInitialiser,
  sinusoidalPositions,
} from '../nn/index.js';
import { Transformer, type TransformerOptions } from './transformer.js';

export interface Seq2SeqOptions extends TransformerOptions {
  vocabulary: number;
  /** What is added to the embeddings: nothing (default), or the paper's sines and cosines. */
  positions?: 'none' | 'sinusoidal';
  /** Rate after the sum of embeddings and positions (section 5.4). Default 0, as torch.nn.Transformer has no embeddings. */
  embeddingDropout?: number;
}

/** Which tokens are padding: bool, true where they are. In a source of padding alone, as batches that are not full have, none is hidden. */
export interface Padding {
  source?: tf.Tensor2D;
  target?: tf.Tensor2D;
}

export class Seq2Seq extends Module {
  embedding: Embedding;
  transformer: Transformer;
  readonly dim: number;
  readonly positions: 'none' | 'sinusoidal';
  readonly dropout: Dropout;

  constructor({ vocabulary, positions = 'none', embeddingDropout = 0, ...options }: Seq2SeqOptions) {
    super();
    this.dim = options.dim ?? 512;
    this.positions = positions;
    this.dropout = new Dropout(embeddingDropout);
    this.embedding = new Embedding(vocabulary, this.dim);
    // Scaled by √D on the way in, and the rows of the output layer on the way out.
    setInitialiser(this.embedding.weight, normal(this.dim ** -0.5));
    this.transformer = new Transformer({ ...options, dim: this.dim });
  }

  /** Token ids [B, S] and [B, T], int32, to the scores [B, T, V] of the token after each target token. */
  forward(source_BS: tf.Tensor2D, target_BT: tf.Tensor2D, padding: Padding = {}): tf.Tensor3D {
    return this.decode(target_BT, this.encode(source_BS, padding), padding);
  }

  /** The memory [B, S, D] of a source. */
  encode(source_BS: tf.Tensor2D, padding: Padding = {}): tf.Tensor3D {
    return this.transformer.encode(this.embed(source_BS), { sourcePadding: hidden(padding.source) });
  }

  /** Scores [B, T, V]; a token sees those before it and the whole memory. */
  decode(target_BT: tf.Tensor2D, memory_BSD: tf.Tensor3D, padding: Padding = {}): tf.Tensor3D {
    const y_BTD = this.transformer.decode(this.embed(target_BT), memory_BSD, {
      target: causalMask(target_BT.shape[1]),
      targetPadding: padding.target,
      memoryPadding: hidden(padding.source),
    });
    const [B, T] = target_BT.shape;
    return tf.reshape(linear(y_BTD, this.embedding.weight), [B, T, this.embedding.weight.shape[0]]);
  }

  /** Embeddings [B, T, D] of tokens at given places: rows of the table `places_LD` are the positions. For what `embed` cannot know. */
  embedAt(ids_BT: tf.Tensor2D, positions_BT: tf.Tensor2D, places_LD: tf.Tensor2D): tf.Tensor3D {
    const x_BTD = this.scaled(ids_BT);
    return this.positions === 'none' ? x_BTD : tf.add(x_BTD, tf.gather(places_LD, positions_BT));
  }

  /** Decoder outputs [B, D] to scores [B, V]. */
  scores(y_BD: tf.Tensor): tf.Tensor2D {
    return tf.reshape(linear(y_BD, this.embedding.weight), [y_BD.shape[0] ?? 1, this.embedding.weight.shape[0]]);
  }

  private embed(ids_BT: tf.Tensor2D): tf.Tensor3D {
    const [, T] = ids_BT.shape;
    const x_BTD = this.scaled(ids_BT);
    const placed =
      this.positions === 'none' ? x_BTD : tf.add(x_BTD, tf.tensor2d(sinusoidalPositions(T, this.dim), [T, this.dim]));
    return this.dropout.forward(placed) as tf.Tensor3D;
  }

  /** Rows of the embedding, times √D. */
  private scaled(ids_BT: tf.Tensor2D): tf.Tensor3D {
    return tf.mul<tf.Tensor3D>(this.embedding.forward(ids_BT), Math.sqrt(this.dim));
  }
}

/** The padding, without rows that are nothing else: attention to nothing would be NaN, and so would the gradients of the whole batch. */
function hidden(padding_BS?: tf.Tensor2D): tf.Tensor2D | undefined {
  if (padding_BS?.dtype !== 'bool') return padding_BS; // what else it may be, the mask refuses
  return tf.logicalAnd(padding_BS, tf.logicalNot(tf.all(padding_BS, 1, true)));
}
