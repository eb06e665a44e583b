// Legend: B batch, H and W image sides, C channels.
import * as tf from '@tensorflow/tfjs-core';
import { hash32 } from '../../backend/index.js';
import { UserError } from '../../utils/index.js';
import { type Classes, type Explained, explained, type ImageClassifier, summedScore } from './classScores.js';
import { wrapForward } from './wrapForward.js';

/** What each input number does to the class' score. */
export interface Attribution extends Explained {
  /** Of `values`: that of the images, [B, H, W, C]. */
  shape: readonly [number, number, number, number];
  values: Float32Array;
  /** [B][H][W]: the largest absolute value over the channels (Simonyan et al. 2014, section 3.1). */
  maps: number[][][];
}

/** Saliency (Simonyan et al. 2014, «Deep Inside Convolutional Networks»): the gradient of the class' score for the image. */
export async function saliency(
  model: ImageClassifier,
  x: tf.Tensor4D,
  { classes: wanted }: { classes?: Classes } = {},
): Promise<Attribution> {
  const target = await explained(model, x, wanted);
  return attribution(target, x.shape, await read(inputGradient(model, x, target.classes)));
}

export interface SmoothGradOptions {
  classes?: Classes;
  /** Default 25. */
  samples?: number;
  /** Standard deviation of the noise as a share of the images' range (largest − smallest number). Default 0.15. */
  noise?: number;
  /** Equal seeds give equal maps. Default 0. */
  seed?: number;
}

/** SmoothGrad (Smilkov et al. 2017): the mean of the gradients for noisy copies of the image, which is less grainy than saliency. */
export async function smoothGrad(
  model: ImageClassifier,
  x: tf.Tensor4D,
  options: SmoothGradOptions = {},
): Promise<Attribution> {
  const { samples = 25, noise = 0.15, seed = 0 } = options;
  checkSteps(samples, 'samples');
  const target = await explained(model, x, options.classes);
  const image = await x.data();
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of image) [low, high] = [Math.min(low, value), Math.max(high, value)];
  const deviation = noise * (high - low);
  const mean = new Float64Array(image.length);
  for (let sample = 0; sample < samples; sample++) {
    const normal = normals(hash32(hash32(seed) + sample));
    const noisy = tf.tensor4d(
      Float32Array.from(image, (value, i) => value + deviation * normal(i)),
      x.shape,
    );
    (await read(inputGradient(model, noisy, target.classes))).forEach((value, i) => {
      mean[i]! += value / samples;
    });
    noisy.dispose();
  }
  return attribution(target, x.shape, Float32Array.from(mean));
}

export interface IntegratedGradientsOptions {
  classes?: Classes;
  /** Where the path starts: an image that says nothing, [1 or B, H, W, C]. Default zeros. */
  baseline?: tf.Tensor4D;
  /** Points of the path. Default 50. */
  steps?: number;
}

export interface IntegratedGradients extends Attribution {
  /** The scores of the baseline. The values of an image sum to score − baseline score, but for the error of so many steps. */
  baselineScores: number[];
}

/**
 * Integrated gradients (Sundararajan et al. 2017, equation 1): the gradient averaged over the straight path from a baseline to the image, times the
 * difference of the two. By the midpoint rule.
 */
export async function integratedGradients(
  model: ImageClassifier,
  x: tf.Tensor4D,
  options: IntegratedGradientsOptions = {},
): Promise<IntegratedGradients> {
  const { steps = 50 } = options;
  checkSteps(steps, 'steps');
  const target = await explained(model, x, options.classes);
  const start = tf.tidy(() => tf.add(options.baseline ?? tf.scalar(0), tf.zerosLike(x)).clone()) as tf.Tensor4D;
  try {
    const { scores: baselineScores } = await explained(model, start, target.classes);
    const mean = new Float64Array(x.size);
    for (let step = 0; step < steps; step++) {
      const share = tf.scalar((step + 0.5) / steps);
      const between: tf.Tensor4D = tf.tidy(() => tf.add(start, tf.mul(share, tf.sub(x, start))));
      (await read(inputGradient(model, between, target.classes))).forEach((value, i) => {
        mean[i]! += value / steps;
      });
      tf.dispose([share, between]);
    }
    const difference = await read(tf.tidy(() => tf.sub(x, start)));
    return {
      ...attribution(
        target,
        x.shape,
        difference.map((value, i) => value * mean[i]!),
      ),
      baselineScores,
    };
  } finally {
    start.dispose();
  }
}

function inputGradient(model: ImageClassifier, x: tf.Tensor4D, classes: readonly number[]): tf.Tensor {
  const score = (image: tf.Tensor4D) =>
    summedScore(
      wrapForward(
        model,
        () => undefined,
        () => model.forward(image),
      ),
      classes,
    );
  return tf.tidy(() => tf.grad((image: tf.Tensor) => score(image as tf.Tensor4D))(x));
}

/** The numbers of a tensor, which is disposed. */
async function read(tensor: tf.Tensor): Promise<Float32Array> {
  const values = Float32Array.from(await tensor.data());
  tensor.dispose();
  return values;
}

function attribution(target: Explained, shape: Attribution['shape'], values: Float32Array): Attribution {
  const [B, H, W, C] = shape;
  const strongest = (b: number, y: number, x: number) => {
    let most = 0;
    for (let c = 0; c < C; c++) most = Math.max(most, Math.abs(values[((b * H + y) * W + x) * C + c]!));
    return most;
  };
  const maps = Array.from({ length: B }, (_, b) =>
    Array.from({ length: H }, (_, y) => Array.from({ length: W }, (_, x) => strongest(b, y, x))),
  );
  return { ...target, shape, values, maps };
}

/** Normal numbers by position (Box and Muller). */
function normals(key: number): (i: number) => number {
  const uniform = (i: number) => (hash32(hash32(i) ^ key) + 0.5) / 2 ** 32;
  return (i) => Math.sqrt(-2 * Math.log(uniform(2 * i))) * Math.cos(2 * Math.PI * uniform(2 * i + 1));
}

function checkSteps(value: number, name: string): void {
  if (!Number.isInteger(value) || value < 1)
    throw new UserError(`${name} must be a whole number from 1, not ${value}.`);
}
