import { createPipeline, mixSchema, recipeSchema } from 'common/data';
import { modelSchema } from 'common/models';
import { optimizerSchema, scheduleSchema } from 'common/optim';
import { limitsSchema } from 'common/training';
import { UserError } from 'common/utils';
import * as z from 'zod';

/** A part of one, 0 included. */
const rate = z.number().min(0).lt(1);
const data = z.object({
  name: z.string().min(1).describe('short name for logs and reports'),
  id: z.string().min(1).nullable().default(null).describe('repository on the Hugging Face Hub; null: built in'),
  folder: z.string().min(1).nullable().default(null).describe('where it lies; null: under assets/datasets'),
  size: z.int().positive().describe('height and width of the images that reach the model, in pixels'),
  channels: z.union([z.literal(1), z.literal(3)]).describe('1 grey, 3 colour'),
  transforms: recipeSchema.describe('what is done to an image: train, and eval for validation, test and prediction'),
});

/** What `config.yaml` and overrides may say: the types, defaults, ranges and meanings of every key. */
export const schema = z
  .object({
    seed: z.int().min(0).default(0).describe('seed of weights, order, augmentation and dropout'),
    epochs: z.int().positive().default(20).describe('passes over the training images'),
    batchSize: z.int().positive().default(128).describe('images a step; the last, smaller batch is dropped'),
    data,
    model: modelSchema.describe('architecture'),
    optimizer: optimizerSchema,
    schedule: scheduleSchema
      .prefault({ name: 'cosine', warmup: 1 })
      .describe('how the learning rate goes from optimizer.lr on'),
    labelSmoothing: rate.default(0).describe('share of the target spread over all classes'),
    clipNorm: z.number().positive().nullable().default(null).describe('largest norm of the whole gradient; null: off'),
    ema: z
      .object({ decay: rate.default(0.999).describe('how much of the average stays at each step') })
      .nullable()
      .default(null)
      .describe('moving average of the weights, which is evaluated and saved as best; null: off'),
    mix: mixSchema.nullable().default(null).describe('mixup and CutMix of training batches; null: off'),
    limits: limitsSchema.prefault({}).describe('how long a run goes on, and how often it is evaluated'),
    workers: z.int().min(0).max(64).default(1).describe('threads that decode and augment; 0: none beside the main one'),
    threads: z.int().positive().nullable().default(null).describe('threads of the engine; null: one a core'),
  })
  .superRefine((config, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    const { data, model, optimizer, schedule } = config;
    for (const part of ['train', 'eval'] as const) {
      const { size, channels } = data;
      try {
        const { views } = createPipeline(data.transforms[part], { channels, height: size, width: size });
        const wrong = views.find(({ height, width }) => height !== size || width !== size);
        if (wrong !== undefined)
          refuse(
            ['data', 'transforms', part],
            `give ${wrong.height} × ${wrong.width} pixels, but data.size is ${size}`,
          );
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        refuse(['data', 'transforms', part], error.message);
      }
    }
    const divisors = Array.from({ length: data.size / 2 }, (_, i) => i + 1).filter((n) => data.size % n === 0);
    if (model.name === 'vit' && data.size % model.patch !== 0)
      refuse(['model', 'patch'], `${model.patch} does not divide data.size ${data.size}; ${divisors.join(', ')} do`);
    if (model.name === 'vit' && model.dim % model.heads !== 0)
      refuse(['model', 'heads'], `${model.heads} does not divide model.dim ${model.dim}`);
    if (optimizer.name === 'sgd' && optimizer.nesterov && optimizer.momentum === 0)
      refuse(['optimizer', 'nesterov'], 'needs optimizer.momentum > 0');
    const warmup = 'warmup' in schedule && schedule.unit === 'epochs' ? schedule.warmup : 0;
    const floor = 'floor' in schedule ? schedule.floor : 0;
    if (warmup > config.epochs)
      refuse(['schedule', 'warmup'], `${warmup} epochs are more than epochs ${config.epochs}`);
    if (floor > optimizer.lr) refuse(['schedule', 'floor'], `${floor} is above optimizer.lr ${optimizer.lr}`);
  })
  .describe('An Image is Worth 16x16 Words (Dosovitskiy et al. 2021): image classification with a Vision Transformer');

export type Config = z.infer<typeof schema>;
