import { modelSchema } from 'common/models';
import * as z from 'zod';

/** A part of one, 0 included. */
const rate = z.number().min(0).lt(1);
const lr = z.number().positive().describe('learning rate at its peak');
const betas = z
  .tuple([rate, rate])
  .default([0.9, 0.999])
  .describe('decay of the running means of gradient and squared gradient');
const eps = z.number().positive().default(1e-8).describe('added to the root of the squared gradient');
const weightDecay = z.number().min(0).describe('not on biases and norms (tensors of one dimension)');

const augmentation = z.discriminatedUnion('name', [
  z.object({
    name: z.literal('randomCrop'),
    padding: z.int().positive().describe('black pixels added on each side before a crop of the old size'),
  }),
  z.object({ name: z.literal('flip'), p: z.number().min(0).max(1).default(0.5).describe('how often, left to right') }),
  z.object({
    name: z.literal('affine'),
    degrees: z.number().min(0).default(0).describe('rotation, to both sides'),
    translate: z.tuple([rate, rate]).default([0, 0]).describe('shift at most, as parts of width and height'),
    scale: z
      .tuple([z.number().positive(), z.number().positive()])
      .default([1, 1])
      .describe('smallest and largest scale'),
    shear: z.number().min(0).lt(90).default(0).describe('degrees, to both sides'),
  }),
]);

const data = z.object({
  name: z.string().min(1).describe('short name for logs and reports'),
  id: z.string().min(1).nullable().default(null).describe('repository on the Hugging Face Hub; null: built in'),
  folder: z.string().min(1).nullable().default(null).describe('where it lies; null: under assets/datasets'),
  size: z.int().positive().describe('height and width of an image in pixels'),
  channels: z.union([z.literal(1), z.literal(3)]).describe('1 grey, 3 colour'),
  mean: z.array(z.number()).describe('per channel, of pixels in 0 … 1; subtracted'),
  std: z.array(z.number().positive()).describe('per channel; divided by'),
  augment: z.array(augmentation).default([]).describe('random changes of training images, in this order'),
});

const optimizer = z.discriminatedUnion('name', [
  z.object({ name: z.literal('adamw'), lr: lr.default(1e-3), betas, eps, weightDecay: weightDecay.default(0.05) }),
  z.object({ name: z.literal('adam'), lr: lr.default(1e-3), betas, eps, weightDecay: weightDecay.default(0) }),
  z.object({
    name: z.literal('sgd'),
    lr: lr.default(0.1),
    momentum: rate.default(0.9),
    nesterov: z.boolean().default(true).describe("Nesterov's momentum, which needs momentum > 0"),
    weightDecay: weightDecay.default(5e-4),
  }),
]);

const schedule = z.object({
  name: z.enum(['cosine', 'linear', 'constant']).default('cosine').describe('how the learning rate falls'),
  warmup: z.number().min(0).default(1).describe('epochs of linear warm-up from 0; a fraction is allowed'),
  floor: z.number().min(0).default(0).describe('learning rate at the end'),
});

/** What `config.yaml` and overrides may say: the types, defaults, ranges and meanings of every key. */
export const schema = z
  .object({
    seed: z.int().min(0).default(0).describe('seed of weights, order, augmentation and dropout'),
    epochs: z.int().positive().default(20).describe('passes over the training images'),
    batchSize: z.int().positive().default(128).describe('images a step; the last, smaller batch is dropped'),
    data,
    model: modelSchema.describe('architecture'),
    optimizer,
    schedule: schedule.prefault({}),
    labelSmoothing: rate.default(0).describe('share of the target spread over all classes'),
    clipNorm: z.number().positive().nullable().default(null).describe('largest norm of the whole gradient; null: off'),
    ema: z
      .object({ decay: rate.default(0.999).describe('how much of the average stays at each step') })
      .nullable()
      .default(null)
      .describe('moving average of the weights, which is evaluated and saved as best; null: off'),
    workers: z.int().min(0).max(64).default(1).describe('threads that decode and augment; 0: none beside the main one'),
    threads: z.int().positive().nullable().default(null).describe('threads of the engine; null: one a core'),
  })
  .superRefine((config, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    const { data, model, optimizer, schedule } = config;
    for (const key of ['mean', 'std'] as const)
      if (data[key].length !== data.channels)
        refuse(['data', key], `has ${data[key].length} numbers, but data.channels is ${data.channels}`);
    const divisors = Array.from({ length: data.size / 2 }, (_, i) => i + 1).filter((n) => data.size % n === 0);
    if (model.name === 'vit' && data.size % model.patch !== 0)
      refuse(['model', 'patch'], `${model.patch} does not divide data.size ${data.size}; ${divisors.join(', ')} do`);
    if (model.name === 'vit' && model.dim % model.heads !== 0)
      refuse(['model', 'heads'], `${model.heads} does not divide model.dim ${model.dim}`);
    if (optimizer.name === 'sgd' && optimizer.nesterov && optimizer.momentum === 0)
      refuse(['optimizer', 'nesterov'], 'needs optimizer.momentum > 0');
    if (schedule.warmup > config.epochs)
      refuse(['schedule', 'warmup'], `${schedule.warmup} epochs are more than epochs ${config.epochs}`);
    if (schedule.floor > optimizer.lr)
      refuse(['schedule', 'floor'], `${schedule.floor} is above optimizer.lr ${optimizer.lr}`);
  })
  .describe('An Image is Worth 16x16 Words (Dosovitskiy et al. 2021): image classification with a Vision Transformer');

export type Config = z.infer<typeof schema>;
