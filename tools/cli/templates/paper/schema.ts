import { createPipeline, recipeSchema } from 'common/data';
import { modelSchema } from 'common/models';
import { UserError } from 'common/utils';
import * as z from 'zod';

const data = z.object({
  name: z.string().min(1).describe('short name for logs and reports'),
  id: z.string().min(1).nullable().default(null).describe('repository on the Hugging Face Hub; null: built in'),
  folder: z.string().min(1).nullable().default(null).describe('where it lies; null: under assets/datasets'),
  size: z.int().positive().describe('height and width of the images that reach the model, in pixels'),
  channels: z.union([z.literal(1), z.literal(3)]).describe('1 grey, 3 colour'),
  transforms: recipeSchema.describe('what is done to an image: train, and eval for validation, test and prediction'),
});

const optimizer = z.object({
  lr: z.number().positive().default(1e-3).describe('learning rate at its peak; AdamW, cosine schedule'),
  weightDecay: z.number().min(0).default(0.05).describe('not on biases and norms (tensors of one dimension)'),
  warmup: z.number().min(0).default(0.5).describe('epochs of linear warm-up from 0; a fraction is allowed'),
  clipNorm: z.number().positive().default(1).describe('largest norm of the whole gradient'),
});

/** What `config.yaml` and overrides may say: the types, defaults, ranges and meanings of every key. */
export const schema = z
  .object({
    seed: z.int().min(0).default(0).describe('seed of weights, order and dropout'),
    epochs: z.int().positive().default(5).describe('passes over the training images'),
    batchSize: z.int().positive().default(128).describe('images a step; the last, smaller batch is dropped'),
    data,
    model: modelSchema.describe('architecture'),
    optimizer: optimizer.prefault({}),
    labelSmoothing: z.number().min(0).lt(1).default(0).describe('share of the target spread over all classes'),
    workers: z.int().min(0).max(64).default(1).describe('threads that decode and augment; 0: none beside the main one'),
  })
  .superRefine(({ data, epochs, optimizer }, context) => {
    for (const part of ['train', 'eval'] as const) {
      const { size, channels } = data;
      try {
        const { views } = createPipeline(data.transforms[part], { channels, height: size, width: size });
        const wrong = views.find(({ height, width }) => height !== size || width !== size);
        const message = `give ${wrong?.height} × ${wrong?.width} pixels, but data.size is ${size}`;
        if (wrong !== undefined) context.addIssue({ code: 'custom', path: ['data', 'transforms', part], message });
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        context.addIssue({ code: 'custom', path: ['data', 'transforms', part], message: error.message });
      }
    }
    if (optimizer.warmup > epochs) {
      const message = `${optimizer.warmup} epochs are more than epochs ${epochs}`;
      context.addIssue({ code: 'custom', path: ['optimizer', 'warmup'], message });
    }
  })
  .describe('image classification');

export type Config = z.infer<typeof schema>;
