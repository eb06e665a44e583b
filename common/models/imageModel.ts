import type * as tf from '@tensorflow/tfjs-core';
import { asMatrix, type Layer, Module, Sequential } from '../nn/index.js';
import type { ModelSpec } from './spec.js';

/** A classifier of images. */
export abstract class ImageModel extends Module {
  abstract readonly spec: ModelSpec;
  /** Images [B, H, W, C] to scores [B, classes]. */
  abstract forward(x_BHWC: tf.Tensor4D): tf.Tensor2D;
}

/** A classifier that is a plain sequence, with the parameter names of torch's nn.Sequential (`0.weight`, …). */
export class SequentialModel extends ImageModel {
  readonly spec: ModelSpec;
  readonly body: Sequential;

  constructor(spec: ModelSpec, ...layers: Layer[]) {
    super();
    this.spec = spec;
    this.body = new Sequential(...layers);
  }

  override children(): Map<string, Module> {
    return this.body.children();
  }

  override forward(x_BHWC: tf.Tensor4D): tf.Tensor2D {
    return asMatrix(this.body.forward(x_BHWC), this.spec.name);
  }
}
