// Residual networks for small images (He et al. 2016, https://arxiv.org/abs/1512.03385): a 3×3 stem without pooling.
import * as tf from '@tensorflow/tfjs-core';
import {
  BatchNorm2d,
  Conv2d,
  Flatten,
  GlobalAvgPool2d,
  Identity,
  Layer,
  Linear,
  ReLU,
  Sequential,
} from '../nn/index.js';
import { SequentialModel } from './imageModel.js';
import type { ImageTask, SpecOf } from './spec.js';

/** relu(bn(conv(relu(bn(conv(x))))) + shortcut(x)); the shortcut is a 1×1 convolution where the shape changes. */
class ResidualBlock extends Layer {
  c1: Conv2d;
  b1: BatchNorm2d;
  c2: Conv2d;
  b2: BatchNorm2d;
  short: Layer;

  constructor(into: number, out: number, stride: number) {
    super();
    this.c1 = new Conv2d(into, out, 3, { stride, padding: 1, bias: false });
    this.b1 = new BatchNorm2d(out);
    this.c2 = new Conv2d(out, out, 3, { padding: 1, bias: false });
    this.b2 = new BatchNorm2d(out);
    this.short =
      stride > 1 || into !== out
        ? new Sequential(new Conv2d(into, out, 1, { stride, bias: false }), new BatchNorm2d(out))
        : new Identity();
  }

  override forward(x: tf.Tensor): tf.Tensor {
    const y = tf.relu(this.b1.forward(this.c1.forward(x)));
    return tf.relu(tf.add(this.b2.forward(this.c2.forward(y)), this.short.forward(x)));
  }
}

type Stage = readonly [channels: number, stride: number];

function resnet(
  spec: SpecOf<'resnet9'> | SpecOf<'resnet18'>,
  { classes, channels }: ImageTask,
  stem: number,
  stages: readonly Stage[],
): SequentialModel {
  let width = stem;
  const blocks = stages.map(([out, stride]) => {
    const block = new ResidualBlock(width, out, stride);
    width = out;
    return block;
  });
  return new SequentialModel(
    spec,
    new Conv2d(channels, stem, 3, { padding: 1, bias: false }),
    new BatchNorm2d(stem),
    new ReLU(),
    ...blocks,
    new GlobalAvgPool2d(),
    new Flatten(),
    new Linear(width, classes),
  );
}

/** Nine convolutions: stem 32, then one block each of 32, 64 and 128 channels. */
export function resnet9(spec: SpecOf<'resnet9'>, task: ImageTask): SequentialModel {
  return resnet(spec, task, 32, [
    [32, 1],
    [64, 2],
    [128, 2],
  ]);
}

/** ResNet-18 for CIFAR: stem 64, then two blocks each of 64, 128, 256 and 512 channels. 11.2 million parameters. */
export function resnet18(spec: SpecOf<'resnet18'>, task: ImageTask): SequentialModel {
  return resnet(spec, task, 64, [
    [64, 1],
    [64, 1],
    [128, 2],
    [128, 1],
    [256, 2],
    [256, 1],
    [512, 2],
    [512, 1],
  ]);
}
