// Legend: B batch, h and w sides of a map, K channels, T tokens, D features.
import * as tf from '@tensorflow/tfjs-core';
import type { Module } from '../../nn/index.js';
import { didYouMean, UserError } from '../../utils/index.js';
import { type Classes, type Explained, explained, type ImageClassifier, summedScore } from './classScores.js';
import { wrapForward } from './wrapForward.js';

export interface GradCamOptions {
  /** Whose output is looked at: a module, or its name within the model (`4`, `blocks.10.norm1`): usually the last one whose output still has places. */
  module: string | Module;
  classes?: Classes;
  /** Tokens before the patches of [B, T, D] outputs (class token, registers). Default: what exceeds the largest square. */
  prefixTokens?: number;
}

export interface GradCam extends Explained {
  /** [B][h][w], not negative: where the image speaks for the class. `resizeMap` makes a map as large as the image. */
  maps: number[][][];
  module: string;
}

/**
 * Grad-CAM (Selvaraju et al. 2017, «Visual Explanations from Deep Networks via Gradient-based Localization», equations 1 and 2): the channels of a module's
 * output, each weighted by the mean over places of the gradient of the class' score, summed, and what is negative cut off.
 * Outputs [B, h, w, K] of convolutions and [B, T, D] of transformers (patches in a square grid).
 *
 * @throws UserError where there is no such module, the forward pass does not call it once, or its output has no places.
 */
export async function gradCam(model: ImageClassifier, x: tf.Tensor4D, options: GradCamOptions): Promise<GradCam> {
  const name = nameOf(model, options.module);
  const { classes, scores } = await explained(model, x, options.classes);
  let calls = 0;
  const through = (change: (output: tf.Tensor) => tf.Tensor) =>
    wrapForward(
      model,
      (path) =>
        path !== name
          ? undefined
          : (call, inputs) => {
              const output = call(...inputs);
              calls++;
              return output instanceof tf.Tensor ? change(output) : output;
            },
      () => model.forward(x),
    );

  let seen: tf.Tensor | undefined;
  tf.tidy(() => {
    through((output) => {
      seen?.dispose();
      seen = tf.keep(output.clone());
      return output;
    });
  });
  try {
    if (seen === undefined || calls !== 1)
      throw new UserError(
        `Grad-CAM: the forward pass calls ${name} ${calls} times; choose a module that it calls once.`,
      );
    const activations = seen;
    const grid = gridOf(activations.shape, name, options.prefixTokens);
    // The gradient for the module's output is that for a zero which is added to it.
    const map = tf.tidy(() => {
      const zero = tf.zerosLike(activations);
      const gradient = tf.grad((delta: tf.Tensor) =>
        summedScore(
          through((output) => tf.add(output, delta)),
          classes,
        ),
      )(zero);
      const [B = 1, K = 1] = [activations.shape[0], activations.shape.at(-1)];
      const places = (values: tf.Tensor) =>
        tf.slice(tf.reshape(values, [B, -1, K]), [0, grid.prefix, 0], [B, grid.rows * grid.columns, K]);
      const weights = tf.mean(places(gradient), 1, true);
      return tf.relu(tf.sum(tf.mul(places(activations), weights), 2));
    });
    const values = await map.data();
    map.dispose();
    const { rows, columns } = grid;
    const maps = classes.map((_, b) =>
      Array.from({ length: rows }, (_, r) => {
        const start = (b * rows + r) * columns;
        return Array.from(values.subarray(start, start + columns));
      }),
    );
    return { maps, classes, scores, module: name };
  } finally {
    seen?.dispose();
  }
}

function nameOf(model: Module, wanted: string | Module): string {
  const names = model.namedModules();
  if (typeof wanted === 'string') {
    if (wanted !== '' && names.has(wanted)) return wanted;
    throw new UserError(`Grad-CAM: the model has no module "${wanted}".${didYouMean(wanted, [...names.keys()])}`);
  }
  for (const [name, module] of names) if (module === wanted && name !== '') return name;
  throw new UserError(`Grad-CAM: this ${wanted.constructor.name} is no part of the model.`);
}

function gridOf(
  shape: readonly number[],
  name: string,
  prefix?: number,
): { rows: number; columns: number; prefix: number } {
  if (shape.length === 4) return { rows: shape[1] ?? 1, columns: shape[2] ?? 1, prefix: 0 };
  const tokens = shape[1] ?? 0;
  const side = Math.floor(Math.sqrt(prefix === undefined ? tokens : tokens - prefix));
  const before = prefix ?? tokens - side * side;
  if (shape.length !== 3 || side < 2 || side * side + before !== tokens)
    throw new UserError(
      `Grad-CAM takes a module with an output [B, h, w, K], or [B, T, D] of a square of patches; ${name} gives [${shape.join(', ')}].`,
    );
  return { rows: side, columns: side, prefix: before };
}
