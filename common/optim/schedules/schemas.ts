import { z } from 'zod';

const positive = z.number().positive();
const unit = z
  .enum(['epochs', 'steps'])
  .default('epochs')
  .describe('what warmup, length, cycle, every and at are counted in; fractions of epochs are allowed');
const floor = z.number().min(0).default(0).describe('learning rate at the end, and never below');
const length = positive.nullable().default(null).describe('how long, the warm-up included; null: the whole run');
const factor = z.number().positive();

const warmup = {
  warmup: z.number().min(0).default(0).describe('how long the learning rate rises first'),
  warmupFrom: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe('where it rises from; null: one step below the first'),
  warmupShape: z.enum(['linear', 'exponential']).default('linear').describe('exponential needs warmupFrom > 0'),
  warmupOverlap: z
    .boolean()
    .default(false)
    .describe('the warm-up hides the beginning instead of delaying it, as in timm'),
};
const shared = { unit, ...warmup };
const cycles = {
  cycle: positive.nullable().default(null).describe('how long the first cycle is; null: no restarts'),
  cycleMul: positive.default(1).describe('how many times as long each cycle is as the one before'),
  cycleDecay: positive.default(1).describe('how many times as high each cycle begins as the one before'),
  cycleLimit: z.int().min(1).nullable().default(null).describe('most cycles; null: as many as there is room for'),
  kDecay: positive.default(1).describe('above 1: high for longer'),
};

/** Those that are functions of the step alone, and can be parts of others. */
const simple = [
  z.strictObject({ name: z.literal('constant'), ...shared }),
  z.strictObject({
    ...{ name: z.literal('step'), ...shared, every: positive.describe('from fall to fall') },
    factor: factor.default(0.1).describe('what the learning rate is multiplied with'),
  }),
  z.strictObject({
    ...{ name: z.literal('multiStep'), ...shared, warmupOverlap: warmup.warmupOverlap.default(true) },
    at: z.array(positive).min(1).describe('when the learning rate falls'),
    factor: factor.default(0.1).describe('what the learning rate is multiplied with'),
  }),
  z.strictObject({
    ...{
      name: z.literal('exponential'),
      ...shared,
      floor,
      every: positive.default(1).describe('the time of one factor'),
    },
    factor: factor.describe('what the learning rate is multiplied with over `every`'),
  }),
  z.strictObject({ name: z.literal('cosine'), ...shared, length, floor, ...cycles }),
  z.strictObject({ name: z.literal('linear'), ...shared, length, floor }),
  z.strictObject({
    ...{ name: z.literal('polynomial'), ...shared, length, floor, ...cycles },
    power: positive.default(1).describe('1 a line; timm has 0.5'),
  }),
  z.strictObject({
    ...{ name: z.literal('inverseSqrt'), unit, warmup: positive.describe('how long the learning rate rises first') },
    warmupFrom: z.number().min(0).default(0).describe('where it rises from'),
  }),
  z.strictObject({
    ...{ name: z.literal('noam'), unit, warmup: positive.describe('how long the learning rate rises first') },
    dim: z.int().positive().describe('features of the model; lr is the scale'),
  }),
] as const;

const part = z.strictObject({
  length: positive
    .nullable()
    .default(null)
    .describe('how long, in the unit of the whole; null, in the last part: the rest'),
  scale: positive.default(1).describe("its peak as a factor of the optimizer's lr"),
  schedule: z.discriminatedUnion('name', simple).describe('counts from the beginning of its part'),
});

/** Every schedule with its options: what a config holds. The peak is the optimizer's lr. */
export const scheduleSchema = z.discriminatedUnion('name', [
  ...simple,
  z.strictObject({
    ...{ name: z.literal('oneCycle'), unit, length },
    style: z.enum(['torch', 'fastai']).default('torch').describe('whose defaults'),
    rise: z.number().gt(0).lt(1).nullable().default(null).describe('part in which it rises; null: 0.3, fastai 0.25'),
    shape: z.enum(['cosine', 'linear']).default('cosine').describe('of rise and fall'),
    div: positive.default(25).describe('begins at lr/div'),
    finalDiv: positive.nullable().default(null).describe('ends at lr/finalDiv; null: 250 000, fastai 1e5'),
    threePhase: z.boolean().default(false).describe('fall to the beginning as fast as it rose, then on to the end'),
    momentum: z
      .tuple([z.number().min(0).lt(1), z.number().min(0).lt(1)])
      .nullable()
      .default([0.95, 0.85])
      .describe('highest and lowest momentum (beta1), against the learning rate; null: leave it'),
  }),
  z.strictObject({
    ...{ name: z.literal('plateau'), ...shared, floor },
    mode: z.enum(['min', 'max']).default('min').describe('whether a lower or higher metric is better'),
    factor: z.number().gt(0).lt(1).default(0.1).describe('what the learning rate is multiplied with'),
    patience: z.int().min(0).default(10).describe('checks without progress that are put up with'),
    threshold: z.number().min(0).default(1e-4).describe('how much better counts as progress'),
    thresholdMode: z.enum(['rel', 'abs']).default('rel').describe('as a part of the best, or as such'),
    cooldown: z.int().min(0).default(0).describe('checks after a reduction in which nothing is counted'),
    eps: z.number().min(0).default(1e-8).describe('smaller reductions are not done'),
  }),
  z.strictObject({
    ...{ name: z.literal('sequential'), unit },
    parts: z.array(part).min(1).describe('schedules one after the other'),
  }),
]);

/** A complete description of a schedule, told apart by `name`. */
export type ScheduleSpec = z.output<typeof scheduleSchema>;
/** The same with defaults left out. */
export type ScheduleSpecInput = z.input<typeof scheduleSchema>;
