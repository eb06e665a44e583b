// Vision Transformer (Dosovitskiy et al. 2021, https://arxiv.org/abs/2010.11929) with the parameter names, order and initial values of
// timm's VisionTransformer.
// Legend: B batch, H and W image sides, C channels, P patch side, N patches, T tokens (N + 1), D features.
import * as tf from '@tensorflow/tfjs-core';
import {
  Attention,
  asMatrix,
  Conv2d,
  Dropout,
  DropPath,
  GELU,
  Layer,
  LayerNorm,
  Linear,
  normal,
  parameter,
  setInitialiser,
  truncNormal,
  zeros,
} from '../nn/index.js';
import { UserError } from '../utils/index.js';
import { ImageModel } from './imageModel.js';
import type { ImageTask, SpecOf } from './spec.js';

type VitSpec = SpecOf<'vit'>;

/** Images to one token a patch. The weights are those of a convolution with stride = kernel = P, which is a matrix product of patches. */
class PatchEmbed extends Layer {
  proj: Conv2d;

  constructor(channels: number, patch: number, dim: number) {
    super();
    this.proj = new Conv2d(channels, dim, patch, { stride: patch });
  }

  override forward(x_BHWC: tf.Tensor): tf.Tensor3D {
    const { weight, bias, stride: P } = this.proj;
    const [B = 1, H = 1, W = 1, C = 1] = x_BHWC.shape;
    const [h, w, D] = [H / P, W / P, weight.shape[0]];
    // [B, h, P, w, P, C] to [B, h, w, C, P, P]: the order of the weights [D, C, P, P]. One channel needs no sixth axis.
    const cut =
      C === 1
        ? tf.transpose(tf.reshape(x_BHWC, [B, h, P, w, P]), [0, 1, 3, 2, 4])
        : tf.transpose(tf.reshape(x_BHWC, [B, h, P, w, P, C]), [0, 1, 3, 5, 2, 4]);
    const patches: tf.Tensor2D = tf.reshape(cut, [B * h * w, C * P * P]);
    const tokens = tf.matMul(patches, tf.reshape<tf.Rank.R2>(weight, [D, C * P * P]), false, true);
    return tf.reshape(bias ? tf.add(tokens, bias) : tokens, [B, h * w, D]);
  }
}

class Mlp extends Layer {
  fc1: Linear;
  readonly act = new GELU();
  readonly drop: Dropout;
  fc2: Linear;

  constructor(dim: number, hidden: number, dropout: number) {
    super();
    this.fc1 = new Linear(dim, hidden);
    this.fc2 = new Linear(hidden, dim);
    this.drop = new Dropout(dropout);
  }

  override forward(x: tf.Tensor): tf.Tensor {
    const hidden = this.drop.forward(this.act.forward(this.fc1.forward(x)));
    return this.drop.forward(this.fc2.forward(hidden));
  }
}

/** x + attention(norm(x)), then x + mlp(norm(x)). */
class Block extends Layer {
  norm1: LayerNorm;
  attn: Attention;
  norm2: LayerNorm;
  mlp: Mlp;
  readonly dropPath: DropPath;

  constructor({ dim, heads, mlpRatio, dropout, attentionDropout, eps }: VitSpec, dropPath: number) {
    super();
    this.norm1 = new LayerNorm(dim, { eps });
    this.attn = new Attention(dim, heads, { dropout: attentionDropout, projDropout: dropout });
    this.norm2 = new LayerNorm(dim, { eps });
    this.mlp = new Mlp(dim, Math.round(dim * mlpRatio), dropout);
    this.dropPath = new DropPath(dropPath);
  }

  /** @param queries how many tokens, from the first, come out: the others are looked at only. Default: every token. */
  override forward(x_BTD: tf.Tensor, queries?: number): tf.Tensor {
    const [B = 1, , D = 1] = x_BTD.shape;
    const kept = queries === undefined ? x_BTD : tf.slice(x_BTD, [0, 0, 0], [B, queries, D]);
    const y = tf.add(kept, this.dropPath.forward(this.attn.forward(this.norm1.forward(x_BTD), queries)));
    return tf.add(y, this.dropPath.forward(this.mlp.forward(this.norm2.forward(y))));
  }
}

/** Images [B, size, size, channels] to scores [B, classes], read from the class token. */
export class VisionTransformer extends ImageModel {
  readonly spec: VitSpec;
  clsToken: tf.Variable<tf.Rank.R3>;
  posEmbed: tf.Variable<tf.Rank.R3>;
  patchEmbed: PatchEmbed;
  readonly posDrop: Dropout;
  blocks: Block[];
  norm: LayerNorm;
  head: Linear;
  readonly task: ImageTask;

  /** @throws UserError where the patch does not divide the image or the heads do not divide `dim`. */
  constructor(spec: VitSpec, task: ImageTask) {
    super();
    const { patch, dim, depth, heads, dropout, dropPath } = spec;
    if (task.size % patch !== 0)
      throw new UserError(
        `model.patch: patches of ${patch} pixels do not tile images of ${task.size}; use a divisor of ${task.size}.`,
      );
    if (dim % heads !== 0)
      throw new UserError(
        `model.heads: ${heads} heads cannot share dim ${dim} evenly; dim must be a multiple of heads.`,
      );
    this.spec = spec;
    this.task = task;
    const tokens = (task.size / patch) ** 2 + 1;
    this.clsToken = parameter<tf.Rank.R3>([1, 1, dim], normal(1e-6));
    this.posEmbed = parameter<tf.Rank.R3>([1, tokens, dim], truncNormal({ std: 0.02 }));
    this.patchEmbed = new PatchEmbed(task.channels, patch, dim);
    this.posDrop = new Dropout(dropout);
    const rateOf = (i: number) => (depth > 1 ? (dropPath * i) / (depth - 1) : 0);
    this.blocks = Array.from({ length: depth }, (_, i) => new Block(spec, rateOf(i)));
    this.norm = new LayerNorm(dim, { eps: spec.eps });
    this.head = new Linear(dim, task.classes);
    for (const module of this.namedModules().values())
      if (module instanceof Linear) {
        setInitialiser(module.weight, truncNormal({ std: 0.02 }));
        if (module.bias) setInitialiser(module.bias, zeros);
      }
  }

  override forward(x_BHWC: tf.Tensor4D): tf.Tensor2D {
    const { size, channels } = this.task;
    const [, H, W, C] = x_BHWC.shape;
    if (H !== size || W !== size || C !== channels)
      throw new Error(
        `this ViT takes images [B, ${size}, ${size}, ${channels}], not the shape [${x_BHWC.shape.join(', ')}]`,
      );
    const patches_BND = this.patchEmbed.forward(x_BHWC);
    const N = patches_BND.shape[1];
    // The class token is added together with its position, at row 0: the same sum as concatenating it, without a copy for each image.
    const offsets_1TD = tf.add(
      this.posEmbed,
      tf.pad3d(this.clsToken, [
        [0, 0],
        [0, N],
        [0, 0],
      ]),
    );
    let x_BTD: tf.Tensor = tf.add(
      tf.pad3d(patches_BND, [
        [0, 0],
        [1, 0],
        [0, 0],
      ]),
      offsets_1TD,
    );
    x_BTD = this.posDrop.forward(x_BTD);
    // Only the class token is read in the end, so the last block computes that one alone: the same scores and gradients, and the work of
    // nearly a whole block less.
    this.blocks.forEach((block, i) => {
      x_BTD = i === this.blocks.length - 1 ? block.forward(x_BTD, 1) : block.forward(x_BTD);
    });
    const [B = 1, , D = 1] = x_BTD.shape;
    const class_BD = tf.reshape(tf.slice(x_BTD, [0, 0, 0], [B, 1, D]), [B, D]);
    return asMatrix(this.head.forward(this.norm.forward(class_BD)), 'vit');
  }
}
