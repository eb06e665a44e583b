import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../utils/index.js';
import { adamUpdate } from './adam.js';
import { makeOptimizer, type Optimizer, type OptimizerOptions } from './optimizer.js';
import { beta, checkBetas, checkRange, decayed, follow, norm } from './rules.js';
import type { Coefficient } from './schedules/schedule.js';
import type { Parameters } from './state.js';

export interface MuonOptions extends OptimizerOptions {
  /** Default 0.95. */
  momentum?: Coefficient;
  /** Default true. */
  nesterov?: boolean;
  /** Newton–Schulz steps. Default 5. */
  steps?: number;
  /** Default [3.4445, −4.775, 2.0315]. */
  coefficients?: readonly [number, number, number];
  /** The least norm that is divided by. Default 1e-7. */
  eps?: number;
  /**
   * The factor on lr of a matrix [A, B]: √max(1, A/B) (`original`), 0.2·√max(A, B) (`match_rms_adamw`, so that AdamW's lr fits), or √(A/B).
   * Default original.
   */
  adjustLr?: 'original' | 'match_rms_adamw' | 'spectral_unclamped';
  /** Which parameters are matrices to orthogonalise; embeddings and the last layer are better left to AdamW. Default: those of two axes. */
  matrices?: (name: string, parameter: tf.Variable) => boolean;
  /** AdamW for the rest. Default: betas [0.9, 0.999], eps 1e-8, lr times 1, and the same weight decay. */
  adamw?: { betas?: readonly [number, number]; eps?: number; lrScale?: number; weightDecay?: number | null };
}

/**
 * Muon (Jordan et al. 2024) as torch.optim.Muon, and AdamW for what is no matrix: the momentum of a matrix is orthogonalised by Newton–Schulz steps,
 * here in float32 where torch rounds to bfloat16. Weight decay 0.1 by default, decoupled. State: `momentum_buffer`; of the rest
 * `exp_avg`, `exp_avg_sq`.
 */
export function muon(
  parameters: Parameters,
  {
    momentum = 0.95,
    nesterov = true,
    steps = 5,
    coefficients = [3.4445, -4.775, 2.0315],
    eps = 1e-7,
    adjustLr = 'original',
    matrices = (_, p) => p.rank === 2,
    adamw = {},
    weightDecay = 0.1,
    ...options
  }: MuonOptions,
): Optimizer {
  checkRange('muon: momentum', momentum, 0, 1);
  checkRange('muon: steps', steps, 1, 100);
  checkRange('muon: eps', eps, 0);
  const rest = {
    betas: adamw.betas ?? ([0.9, 0.999] as const),
    eps: adamw.eps ?? 1e-8,
    amsgrad: false,
    decoupled: true,
  };
  const { lrScale = 1 } = adamw;
  checkBetas('muon.adamw', rest.betas);
  checkRange('muon.adamw: lrScale', lrScale, 0);
  checkRange('muon.adamw: weightDecay', adamw.weightDecay ?? 0, 0);
  for (const [name, parameter] of parameters)
    if (matrices(name, parameter) && parameter.rank !== 2)
      throw new UserError(`muon: ${name} is [${parameter.shape.join(', ')}], not a matrix; leave it to AdamW.`);
  const isMatrix = new Map([...parameters].map(([name, parameter]) => [name, matrices(name, parameter)]));

  return makeOptimizer(
    'muon',
    parameters,
    { weightDecay, ...options },
    {
      slots: (_, name): Record<string, object> =>
        isMatrix.get(name) ? { momentum_buffer: {} } : { exp_avg: {}, exp_avg_sq: {} },
      momentum,
      weightDecay: (name) => (isMatrix.get(name) ? weightDecay : (adamw.weightDecay ?? weightDecay)),
      update(u) {
        if (!isMatrix.get(u.name)) {
          const rate: typeof u.rate = (key, f) => u.rate(`adamw.${key}`, (lr, t) => f(lr * lrScale, t));
          adamUpdate({ ...u, rate }, rest);
          return;
        }
        const { parameter, grad, state, rate } = u;
        const mix = beta(u, 'momentum', momentum);
        const average = follow(state('momentum_buffer'), grad, mix);
        const direction = nesterov ? tf.add(tf.mul(grad, mix.take), tf.mul(average, mix.keep)) : average;
        const step = orthogonalise(direction, { steps, coefficients, eps });
        const factor = adjust[adjustLr](...(parameter.shape as [number, number]));
        const lr = rate(`lr${factor}`, (value) => value * factor);
        parameter.assign(tf.sub(decayed(u), tf.mul(step, lr)));
      },
    },
  );
}

const adjust = {
  original: (a: number, b: number) => Math.sqrt(Math.max(1, a / b)),
  match_rms_adamw: (a: number, b: number) => 0.2 * Math.sqrt(Math.max(a, b)),
  spectral_unclamped: (a: number, b: number) => Math.sqrt(a / b),
};

/** Newton–Schulz steps x ← a·x + (b·xxᵀ + c·(xxᵀ)²)·x on the matrix divided by its norm, lying: all its singular values come near 1. */
export function orthogonalise(
  matrix: tf.Tensor,
  options: { steps: number; coefficients: readonly [number, number, number]; eps: number },
): tf.Tensor2D {
  const { steps, coefficients, eps } = options;
  const [a, b, c] = coefficients;
  const [rows = 0, columns = 0] = matrix.shape;
  const tall = rows > columns;
  let x: tf.Tensor2D = tf.div(tall ? tf.transpose(matrix) : matrix, tf.maximum(norm(matrix), eps));
  for (let i = 0; i < steps; i++) {
    const gram: tf.Tensor2D = tf.matMul(x, x, false, true);
    const mix: tf.Tensor2D = tf.add(tf.mul(gram, b), tf.mul(tf.matMul(gram, gram), c));
    x = tf.add(tf.mul(x, a), tf.matMul(mix, x));
  }
  return tall ? tf.transpose(x) : x;
}
