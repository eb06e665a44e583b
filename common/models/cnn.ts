import { Conv2d, Flatten, Linear, MaxPool2d, ReLU } from '../nn/index.js';
import { UserError } from '../utils/index.js';
import { SequentialModel } from './imageModel.js';
import type { ImageTask, SpecOf } from './spec.js';

/** Two 3×3 convolutions (32 and 64 channels), each halved by max pooling, then 128 hidden units. 421,642 parameters on 28×28 grey images of ten classes. */
export function cnn(spec: SpecOf<'cnn'>, { classes, channels, size }: ImageTask): SequentialModel {
  const side = Math.floor(Math.floor(size / 2) / 2);
  if (side < 1) throw new UserError(`model cnn: images of ${size} pixels are too small; 4 is the least.`);
  return new SequentialModel(
    spec,
    new Conv2d(channels, 32, 3, { padding: 1 }),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(32, 64, 3, { padding: 1 }),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten(),
    new Linear(64 * side * side, 128),
    new ReLU(),
    new Linear(128, classes),
  );
}
