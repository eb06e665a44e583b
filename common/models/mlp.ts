import { Flatten, Linear, ReLU } from '../nn/index.js';
import { SequentialModel } from './imageModel.js';
import type { ImageTask, SpecOf } from './spec.js';

/** Pixels, one hidden layer, scores. */
export function mlp(spec: SpecOf<'mlp'>, { classes, channels, size }: ImageTask): SequentialModel {
  return new SequentialModel(
    spec,
    new Flatten(),
    new Linear(channels * size * size, spec.hidden),
    new ReLU(),
    new Linear(spec.hidden, classes),
  );
}
