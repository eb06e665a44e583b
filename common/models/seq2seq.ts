// Sequence to sequence over one vocabulary: embedding, Transformer, and the embedding again as the output layer (Press and Wolf 2017).
// Legend: B batch, T tokens of the target, S of the source, D features, V vocabulary.
import * as tf from '@tensorflow/tfjs';
import { causalMask, Embedding, linear, Module, normal, setInitialiser, sinusoidalPositions } from '../nn/index.js';
import { Transformer, type TransformerOptions } from './transformer.js';

export interface Seq2SeqOptions extends TransformerOptions {
  vocabulary: number;
  /** What is added to the embeddings: nothing (default), or the paper's sines and cosines. */
  positions?: 'none' | 'sinusoidal';
}

/** Which tokens are padding: bool, true where they are. */
export interface Padding {
  source?: tf.Tensor2D;
  target?: tf.Tensor2D;
}

export class Seq2Seq extends Module {
  embedding: Embedding;
  transformer: Transformer;
  readonly dim: number;
  readonly positions: 'none' | 'sinusoidal';

  constructor({ vocabulary, positions = 'none', ...options }: Seq2SeqOptions) {
    super();
    this.dim = options.dim ?? 512;
    this.positions = positions;
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
    return this.transformer.encode(this.embed(source_BS), { sourcePadding: padding.source });
  }

  /** Scores [B, T, V]; a token sees those before it and the whole memory. */
  decode(target_BT: tf.Tensor2D, memory_BSD: tf.Tensor3D, padding: Padding = {}): tf.Tensor3D {
    const y_BTD = this.transformer.decode(this.embed(target_BT), memory_BSD, {
      target: causalMask(target_BT.shape[1]),
      targetPadding: padding.target,
      memoryPadding: padding.source,
    });
    const [B, T] = target_BT.shape;
    return tf.reshape(linear(y_BTD, this.embedding.weight), [B, T, this.embedding.weight.shape[0]]);
  }

  private embed(ids_BT: tf.Tensor2D): tf.Tensor3D {
    const [B, T] = ids_BT.shape;
    const x_BTD: tf.Tensor3D = tf.reshape(tf.mul(this.embedding.forward(ids_BT), Math.sqrt(this.dim)), [
      B,
      T,
      this.dim,
    ]);
    if (this.positions === 'none') return x_BTD;
    return tf.add(x_BTD, tf.tensor2d(sinusoidalPositions(T, this.dim), [T, this.dim]));
  }
}
