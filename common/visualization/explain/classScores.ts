import * as tf from '@tensorflow/tfjs-core';
import type { Module } from '../../nn/index.js';
import { UserError } from '../../utils/index.js';
import { wrapForward } from './wrapForward.js';

/** A classifier of images: [B, H, W, C] to scores [B, classes]. */
export type ImageClassifier = Module & { forward(x_BHWC: tf.Tensor4D): tf.Tensor };

/** The class to explain for each image: one for all, one for each, or (default) the one of the highest score. */
export type Classes = number | readonly number[];

export interface Explained {
  /** The classes that were explained, and the model's scores (logits) for them. */
  classes: number[];
  scores: number[];
}

/** The class and score of each image, by a forward pass in inference mode. */
export async function explained(
  model: ImageClassifier,
  x: tf.Tensor4D,
  wanted: Classes | undefined,
): Promise<Explained> {
  const scores = tf.tidy(() =>
    wrapForward(
      model,
      () => undefined,
      () => model.forward(x),
    ).clone(),
  );
  const [B = 0, count = 0] = scores.shape;
  const values = await scores.data();
  scores.dispose();
  if (scores.shape.length !== 2)
    throw new UserError(
      `To explain a class the model must give scores [B, classes], not [${scores.shape.join(', ')}].`,
    );
  const best = (i: number) => {
    let top = 0;
    for (let c = 1; c < count; c++) if (values[i * count + c]! > values[i * count + top]!) top = c;
    return top;
  };
  const classes = Array.from({ length: B }, (_, i) =>
    wanted === undefined ? best(i) : typeof wanted === 'number' ? wanted : (wanted[i] ?? Number.NaN),
  );
  const wrong = classes.find((c) => !Number.isInteger(c) || c < 0 || c >= count);
  if (wrong !== undefined || (Array.isArray(wanted) && wanted.length !== B))
    throw new UserError(
      `classes: one class from 0 to ${count - 1}, or one for each of the ${B} images; got ${Array.isArray(wanted) ? `[${wanted.join(', ')}]` : wanted}.`,
    );
  return { classes, scores: classes.map((c, i) => values[i * count + c]!) };
}

/** The sum over images of the score of each one's class: its gradient holds the gradient of every image's own score. */
export function summedScore(scores: tf.Tensor, classes: readonly number[]): tf.Scalar {
  const chosen = tf.buffer([classes.length, scores.shape[1] ?? 0]);
  classes.forEach((c, i) => {
    chosen.set(1, i, c);
  });
  return tf.sum<tf.Scalar>(tf.mul(scores, chosen.toTensor()));
}
