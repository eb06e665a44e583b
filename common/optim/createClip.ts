import type * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { clipGradAdaptive } from './clipGradAdaptive.js';
import { clipGradNorm, gradNorm } from './clipGradNorm.js';
import { clipGradValue } from './clipGradValue.js';
import { nameMatcher } from './groups.js';
import { parseSpec } from './parseSpec.js';
import type { Parameters } from './state.js';

/** The ways to clip gradients: what a config holds. */
export const clipSchema = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('norm'),
    max: z.number().positive().default(1).describe('largest norm of all gradients together'),
  }),
  z.strictObject({
    name: z.literal('value'),
    max: z.number().positive().describe('largest element of a gradient'),
  }),
  z.strictObject({
    name: z.literal('adaptive'),
    factor: z.number().positive().default(0.01).describe("largest part of a unit's weight norm (AGC)"),
    eps: z.number().positive().default(1e-3).describe('least norm of weights that counts'),
    except: z.string().nullable().default(null).describe('names left alone, such as head.*; null: none'),
  }),
]);

/** Gradients in, clipped gradients and the norm before out. May run inside `compile`. */
export type Clip = (
  grads: ReadonlyMap<string, tf.Tensor>,
  parameters: Parameters,
) => { grads: Map<string, tf.Tensor>; norm: tf.Scalar };

/** @throws UserError for an unknown name (with the nearest) or option. */
export function createClip(spec: z.input<typeof clipSchema>): Clip {
  const chosen = parseSpec(clipSchema, spec, 'clip');
  switch (chosen.name) {
    case 'norm':
      return (grads) => clipGradNorm(grads, chosen.max);
    case 'value':
      return (grads) => ({ grads: clipGradValue(grads, chosen.max), norm: gradNorm(grads) });
    case 'adaptive': {
      const except = chosen.except === null ? undefined : nameMatcher(chosen.except);
      return (grads, parameters) => ({
        grads: clipGradAdaptive(grads, parameters, { ...chosen, except }),
        norm: gradNorm(grads),
      });
    }
  }
}
