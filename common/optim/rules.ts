// What the optimizers' update rules share.
import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../utils/index.js';
import type { Update } from './optimizer.js';
import type { Coefficient } from './schedules/schedule.js';

/** Weight decay as L2 regularisation: the gradient plus wd·p. */
export function withDecay({ grad, parameter, weightDecay }: Update): tf.Tensor {
  return weightDecay > 0 ? tf.add(grad, tf.mul(parameter, weightDecay)) : grad;
}

/** Decoupled weight decay (Loshchilov and Hutter 2019): the parameter times 1 − lr·wd. */
export function decayed({ parameter, weightDecay, rate }: Update): tf.Tensor {
  if (weightDecay === 0) return parameter;
  return tf.mul(
    parameter,
    rate(`keep${weightDecay}`, (lr) => 1 - lr * weightDecay),
  );
}

/** average ← β·average + (1 − β)·value, stored and returned. */
export function follow(average: tf.Variable, value: tf.Tensor, beta: Beta): tf.Tensor {
  const next = tf.add(tf.mul(average, beta.keep), tf.mul(value, beta.take));
  average.assign(next);
  return next;
}

/** A decay of an average and what is missing to 1. */
export interface Beta {
  keep: number | tf.Scalar;
  take: number | tf.Scalar;
}

export function beta(u: Update, key: string, c: Coefficient): Beta {
  return { keep: u.coefficient(key, c), take: u.coefficient(`1-${key}`, c, (value) => 1 - value) };
}

/** The 2-norm of a tensor. */
export const norm = (x: tf.Tensor): tf.Scalar => tf.sqrt(tf.sum<tf.Scalar>(tf.square(x)));

/** The root of the mean square. */
export const rms = (x: tf.Tensor): tf.Scalar => tf.sqrt(tf.mean<tf.Scalar>(tf.square(x)));

/** @throws UserError where a number that is given lies outside [least, most), or [least, most] where `closed`. Schedules are checked as they run. */
export function checkRange(
  what: string,
  value: Coefficient,
  least: number,
  most = Number.POSITIVE_INFINITY,
  closed = false,
): void {
  if (typeof value !== 'number' || (value >= least && (closed ? value <= most : value < most))) return;
  const range = most === Number.POSITIVE_INFINITY ? `${least} or more` : `in [${least}, ${most}${closed ? ']' : ')'}`;
  throw new UserError(`${what} must be ${range}, not ${value}.`);
}

export function checkBetas(name: string, betas: readonly Coefficient[]): void {
  for (const value of betas) checkRange(`${name}: betas`, value, 0, 1);
}
