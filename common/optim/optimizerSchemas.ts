import { z } from 'zod';

/** A part of one, 0 included. */
const part = z.number().min(0).lt(1);
const betas = (first: number, second: number) =>
  z.tuple([part, part]).default([first, second]).describe('decay of the averages of gradient and squared gradient');
const eps = (value: number) => z.number().min(0).default(value).describe('keeps divisions by small numbers in bounds');
const momentum = (value: number) => part.default(value).describe('how much of the last step is taken again');
const nesterov = z.boolean().default(false).describe("Nesterov's momentum, which needs momentum > 0");
const decoupled = z.boolean().default(false).describe('decay the parameters themselves, as AdamW, not by the gradient');
const alwaysAdapt = z.boolean().default(false).describe('trust ratios for parameters without weight decay too');
const trustClip = z.boolean().default(false).describe('limit the trust ratio');

const group = z.strictObject({
  match: z.string().min(1).describe('names of parameters, such as head.* or blocks.*.attn.*'),
  lrScale: z.number().min(0).default(1).describe('factor on the learning rate'),
  weightDecay: z.number().min(0).nullable().default(null).describe("instead of the optimizer's; null: that"),
});

/** What every optimizer has. */
const shared = (lr: number, weightDecay: number) => ({
  lr: z.number().min(0).default(lr).describe('learning rate at its peak'),
  weightDecay: z.number().min(0).default(weightDecay).describe('not on biases and norms (tensors of one dimension)'),
  groups: z.array(group).default([]).describe('factors and decays by names; the first that matches counts'),
});

const adam = { betas: betas(0.9, 0.999), eps: eps(1e-8) };
const amsgrad = z.boolean().default(false).describe('divide by the largest second average so far');

/** Every optimizer with its options: what a config holds. Defaults are torch's or timm's. */
export const optimizerSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('sgd'), ...shared(0.1, 0), momentum: momentum(0), nesterov }),
  z.strictObject({ name: z.literal('adam'), ...shared(1e-3, 0), ...adam, amsgrad }),
  z.strictObject({ name: z.literal('adamw'), ...shared(1e-3, 0.01), ...adam, amsgrad }),
  z.strictObject({
    ...{ name: z.literal('nadam'), ...shared(2e-3, 0), ...adam, decoupled },
    momentumDecay: z.number().min(0).default(4e-3).describe('how fast the momentum rises to beta1'),
  }),
  z.strictObject({ name: z.literal('radam'), ...shared(1e-3, 0), ...adam, decoupled }),
  z.strictObject({
    ...{ name: z.literal('adafactor'), ...shared(1e-2, 0) },
    beta2Decay: z.number().max(0).default(-0.8).describe('the second average takes t^beta2Decay at step t'),
    eps: z
      .tuple([z.number().min(0), z.number().min(0)])
      .default([2 ** -23, 1e-3])
      .describe('least root of the second average, least root mean square of a parameter'),
    threshold: z.number().min(1).default(1).describe('largest root mean square of a step'),
  }),
  z.strictObject({
    ...{ name: z.literal('lamb'), ...shared(1e-3, 0.01), betas: betas(0.9, 0.999), eps: eps(1e-6) },
    maxGradNorm: z.number().positive().nullable().default(1).describe('largest norm of the whole gradient; null: off'),
    ...{ trustClip, alwaysAdapt, decoupled },
  }),
  z.strictObject({
    ...{ name: z.literal('lars'), ...shared(1, 0), momentum: momentum(0.9), nesterov, eps: eps(1e-8) },
    trustCoefficient: z.number().min(0).default(1e-3).describe('trust ratio of equal norms'),
    ...{ trustClip, alwaysAdapt },
  }),
  z.strictObject({ name: z.literal('lion'), ...shared(1e-4, 0), betas: betas(0.9, 0.99) }),
  z.strictObject({
    ...{ name: z.literal('rmsprop'), ...shared(1e-2, 0), momentum: momentum(0), eps: eps(1e-8) },
    alpha: part.default(0.99).describe('decay of the average of the squared gradient'),
    centered: z.boolean().default(false).describe('divide by the standard deviation'),
  }),
  z.strictObject({
    ...{ name: z.literal('rmspropTf'), ...shared(1e-2, 0), momentum: momentum(0), eps: eps(1e-10) },
    alpha: part.default(0.9).describe('decay of the average of the squared gradient'),
    centered: z.boolean().default(false).describe('divide by the standard deviation'),
    lrInMomentum: z.boolean().default(true).describe('whether the learning rate goes into the momentum'),
    decoupled,
  }),
  z.strictObject({
    ...{ name: z.literal('adagrad'), ...shared(1e-2, 0), eps: eps(1e-10) },
    lrDecay: z.number().min(0).default(0).describe('lr/(1 + (t − 1)·lrDecay) at step t'),
    initial: z.number().min(0).default(0).describe('what the sums of squares begin with'),
  }),
  z.strictObject({
    ...{ name: z.literal('muon'), ...shared(1e-3, 0.1), momentum: momentum(0.95), eps: eps(1e-7) },
    nesterov: nesterov.default(true),
    steps: z.int().min(1).max(99).default(5).describe('Newton–Schulz steps'),
    adjustLr: z
      .enum(['original', 'match_rms_adamw', 'spectral_unclamped'])
      .default('original')
      .describe("how a matrix's shape scales lr; match_rms_adamw: AdamW's lr fits"),
    adamw: z
      .strictObject({
        betas: betas(0.9, 0.999),
        eps: eps(1e-8),
        lrScale: z.number().min(0).default(1).describe('factor on the learning rate'),
        weightDecay: z.number().min(0).nullable().default(null).describe("instead of the optimizer's; null: that"),
      })
      .prefault({})
      .describe('AdamW for all that is no matrix, and for the names in rest'),
    rest: z.array(z.string().min(1)).default([]).describe('names of matrices for AdamW, such as head.* and *embed*'),
  }),
]);

/** A complete description of an optimizer, told apart by `name`. */
export type OptimizerSpec = z.output<typeof optimizerSchema>;
/** The same with defaults left out. */
export type OptimizerSpecInput = z.input<typeof optimizerSchema>;
