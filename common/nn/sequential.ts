import type * as tf from '@tensorflow/tfjs-core';
import { Layer, type Module } from './module.js';

/** Layers one after the other, named `0`, `1`, … as in torch. */
export class Sequential extends Layer {
  readonly layers: readonly Layer[];

  constructor(...layers: Layer[]) {
    super();
    this.layers = layers;
  }

  override children(): Map<string, Module> {
    return new Map(this.layers.map((layer, i) => [String(i), layer]));
  }

  override forward(x: tf.Tensor): tf.Tensor {
    return this.layers.reduce((y, layer) => layer.forward(y), x);
  }
}

/** Gives back what it gets: a place in a Sequential, or a shortcut without weights. */
export class Identity extends Layer {
  override forward<T extends tf.Tensor>(x: T): T {
    return x;
  }
}
