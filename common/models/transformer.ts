// Encoder-decoder Transformer (Vaswani et al. 2017, https://arxiv.org/abs/1706.03762) with the parameter names, order, initial values and
// defaults of torch.nn.Transformer with batch_first.
// Legend: B batch, T tokens of the target, S of the source, D features.
import type * as tf from '@tensorflow/tfjs-core';
import {
  combineMasks,
  type KeysAndValues,
  LayerNorm,
  Module,
  paddingMask,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
} from '../nn/index.js';
import { UserError } from '../utils/index.js';

export interface TransformerOptions extends Partial<TransformerLayerOptions> {
  /** Layers of the encoder. Default 6. */
  encoderLayers?: number;
  /** Layers of the decoder. Default 6. */
  decoderLayers?: number;
}

/** Which tokens may look at which. A mask is added to the scores (`causalMask`); padding is bool, true where a token is padding. */
export interface TransformerMasks {
  /** [S, S] */
  source?: tf.Tensor;
  /** [T, T] */
  target?: tf.Tensor;
  /** [T, S] */
  memory?: tf.Tensor;
  /** [B, S]: hides the source's padding from the encoder. */
  sourcePadding?: tf.Tensor2D;
  /** [B, T] */
  targetPadding?: tf.Tensor2D;
  /** [B, S]: hides the source's padding from the decoder; as in torch it is not taken from `sourcePadding`. */
  memoryPadding?: tf.Tensor2D;
}

const padded = (mask?: tf.Tensor, padding?: tf.Tensor2D): tf.Tensor | undefined =>
  combineMasks(mask, padding && paddingMask(padding));

class TransformerEncoder extends Module {
  layers: TransformerEncoderLayer[];
  norm: LayerNorm;

  constructor(depth: number, options: TransformerLayerOptions) {
    super();
    this.layers = Array.from({ length: depth }, () => new TransformerEncoderLayer(options));
    this.norm = new LayerNorm(options.dim, { eps: options.eps });
  }

  forward(x_BSD: tf.Tensor3D, mask?: tf.Tensor): tf.Tensor3D {
    return this.norm.forward(this.layers.reduce((x, layer) => layer.forward(x, mask), x_BSD));
  }
}

class TransformerDecoder extends Module {
  layers: TransformerDecoderLayer[];
  norm: LayerNorm;

  constructor(depth: number, options: TransformerLayerOptions) {
    super();
    this.layers = Array.from({ length: depth }, () => new TransformerDecoderLayer(options));
    this.norm = new LayerNorm(options.dim, { eps: options.eps });
  }

  forward(x_BTD: tf.Tensor3D, memory_BSD: tf.Tensor3D, masks: { target?: tf.Tensor; memory?: tf.Tensor }): tf.Tensor3D {
    return this.norm.forward(this.layers.reduce((x, layer) => layer.forward(x, memory_BSD, masks), x_BTD));
  }

  next(
    x_B1D: tf.Tensor3D,
    past: readonly KeysAndValues[],
    memory: readonly KeysAndValues[],
    masks: { past: tf.Tensor; memory?: tf.Tensor },
  ): { y: tf.Tensor3D; own: KeysAndValues[] } {
    const own: KeysAndValues[] = [];
    let x = x_B1D;
    this.layers.forEach((layer, i) => {
      const found = layer.next(x, past[i]!, memory[i]!, masks);
      own.push(found.own);
      x = found.y;
    });
    return { y: this.norm.forward(x), own };
  }
}

/** Source [B, S, D] and target [B, T, D], embedded, to [B, T, D]. */
export class Transformer extends Module {
  encoder: TransformerEncoder;
  decoder: TransformerDecoder;

  /**
   * Options left out are torch's: dim 512, 8 heads, feedForward 2048, dropout 0.1, ReLU, post-norm, eps 1e-5.
   * @throws UserError where the heads do not divide `dim`.
   */
  constructor(options: TransformerOptions = {}) {
    super();
    const layer: TransformerLayerOptions = {
      dim: options.dim ?? 512,
      heads: options.heads ?? 8,
      feedForward: options.feedForward ?? 2048,
      dropout: options.dropout ?? 0.1,
      activation: options.activation ?? 'relu',
      normFirst: options.normFirst ?? false,
      eps: options.eps ?? 1e-5,
    };
    if (layer.dim % layer.heads !== 0)
      throw new UserError(
        `heads: ${layer.heads} heads cannot share dim ${layer.dim} evenly; dim must be a multiple of heads.`,
      );
    this.encoder = new TransformerEncoder(options.encoderLayers ?? 6, layer);
    this.decoder = new TransformerDecoder(options.decoderLayers ?? 6, layer);
  }

  forward(source_BSD: tf.Tensor3D, target_BTD: tf.Tensor3D, masks: TransformerMasks = {}): tf.Tensor3D {
    return this.decode(target_BTD, this.encode(source_BSD, masks), masks);
  }

  /** The memory [B, S, D]: what the decoder looks at. */
  encode(source_BSD: tf.Tensor3D, { source, sourcePadding }: TransformerMasks = {}): tf.Tensor3D {
    return this.encoder.forward(source_BSD, padded(source, sourcePadding));
  }

  /** Target [B, T, D] to [B, T, D]; without a `target` mask each token sees those that come after it too. */
  decode(target_BTD: tf.Tensor3D, memory_BSD: tf.Tensor3D, masks: TransformerMasks = {}): tf.Tensor3D {
    return this.decoder.forward(target_BTD, memory_BSD, {
      target: padded(masks.target, masks.targetPadding),
      memory: padded(masks.memory, masks.memoryPadding),
    });
  }

  /** Keys and values of a memory [B, S, D], one of each decoder layer: what `next` looks at instead of the memory itself. */
  remember(memory_BSD: tf.Tensor3D): KeysAndValues[] {
    return this.decoder.layers.map((layer) => layer.multiheadAttn.remember(memory_BSD));
  }

  /** One more target token [B, 1, D]: what `decode` with a causal mask gives for it, and what each layer is to remember of it. */
  next(
    target_B1D: tf.Tensor3D,
    past: readonly KeysAndValues[],
    memory: readonly KeysAndValues[],
    masks: { past: tf.Tensor; memoryPadding?: tf.Tensor2D },
  ): { y: tf.Tensor3D; own: KeysAndValues[] } {
    return this.decoder.next(target_B1D, past, memory, {
      past: masks.past,
      memory: padded(undefined, masks.memoryPadding),
    });
  }
}
