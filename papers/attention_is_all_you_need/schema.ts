import { optimizerSchema, scheduleSchema } from 'common/optim';
import { limitsSchema } from 'common/training';
import * as z from 'zod';

const count = z.int().positive();
const rate = z.number().min(0).lt(1);

const data = z.strictObject({
  name: z.string().min(1).describe('short name for logs and reports'),
  id: z.string().min(1).nullable().default(null).describe('repository on the Hugging Face Hub; null: generated'),
  folder: z.string().min(1).nullable().default(null).describe('where it lies; null: under assets/datasets'),
  config: z.string().min(1).nullable().default(null).describe('the configuration, where it has several: de-en'),
  source: z.string().min(1).default('source').describe('column of the text to translate; a.b for b in the struct a'),
  target: z.string().min(1).default('target').describe('column of its translation'),
  generated: z
    .strictObject({
      train: count.describe('pairs to train with'),
      validation: count,
      test: count,
      max: z.int().min(31).max(999_999_999).default(9999).describe('the largest number'),
    })
    .nullable()
    .default(null)
    .describe('how many pairs are made, where none are read'),
  streaming: z
    .strictObject({
      steps: count.describe('steps that count as an epoch'),
      widths: z.array(count).min(1).describe('widths of batches in tokens, ascending; longer pairs are left out'),
      window: count.default(8192).describe('pairs that are read and sorted by length together'),
      vocabularyTexts: count.default(200_000).describe('texts from the beginning that the vocabulary is trained on'),
    })
    .nullable()
    .default(null)
    .describe('read the training split as it comes over the network; null: download it'),
  vocabulary: z.int().min(260).describe('tokens of the byte-pair vocabulary that both languages share'),
  maxTokens: count.describe('places in a batch, padding included, counted on the longer side'),
  maxLength: count
    .default(256)
    .describe('longer pairs are left out of training, longer lines are translated in pieces'),
});

const model = z.strictObject({
  dim: count.describe('features of a token; a multiple of heads'),
  heads: count.describe('attention heads'),
  encoderLayers: count,
  decoderLayers: count,
  feedForward: count.describe('hidden features of the feed-forward networks'),
  dropout: rate.describe('after embeddings, attention and feed-forward networks, and of attention weights'),
  activation: z.enum(['relu', 'gelu']).default('relu'),
  normFirst: z
    .boolean()
    .default(false)
    .describe('normalise before each part (pre-norm) instead of after it (as published)'),
});

/** What `config.yaml` and overrides may say: the types, defaults, ranges and meanings of every key. */
export const schema = z
  .object({
    seed: z.int().min(0).default(0).describe('seed of weights, order and dropout'),
    epochs: count.default(3).describe('passes over the training pairs'),
    data,
    model,
    optimizer: optimizerSchema,
    schedule: scheduleSchema.describe('how the learning rate goes; optimizer.lr is its peak, or for noam its factor'),
    labelSmoothing: rate.default(0.1).describe('share of the target spread over the vocabulary'),
    clipNorm: z.number().positive().nullable().default(null).describe('largest norm of the whole gradient; null: off'),
    average: z.int().min(1).max(50).default(1).describe('the weights of so many last epochs are averaged at the end'),
    search: z
      .strictObject({
        beams: count.default(4).describe('hypotheses kept; 1: greedy decoding'),
        lengthPenalty: z.number().min(0).default(0.6).describe('α: above 0 prefers longer texts'),
        extraTokens: count.default(50).describe('tokens that a translation may have more than its source'),
      })
      .prefault({})
      .describe('how translations are searched for in the tests; after each epoch greedily'),
    samples: z.int().min(0).default(200).describe('validation sentences that are translated after each epoch'),
    limits: limitsSchema.prefault({}).describe('how long a run goes on, and how often it is evaluated'),
    threads: count.nullable().default(null).describe('threads of the engine; null: one a core'),
  })
  .superRefine(({ data, model, search }, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (model.dim % model.heads !== 0)
      refuse(['model', 'heads'], `${model.heads} does not divide model.dim ${model.dim}`);
    if (data.id === null && data.folder === null && data.generated === null)
      refuse(['data'], 'needs id or folder (what is read), or generated (what is made)');
    if (data.maxTokens < data.maxLength)
      refuse(
        ['data', 'maxTokens'],
        `${data.maxTokens} is below data.maxLength ${data.maxLength}: such a pair has no place`,
      );
    const widths = data.streaming?.widths ?? [];
    if (widths.some((width, i) => i > 0 && width <= (widths[i - 1] ?? 0)))
      refuse(['data', 'streaming', 'widths'], 'are not ascending');
    if (search.beams > data.vocabulary / 2) refuse(['search', 'beams'], 'are more than half of the vocabulary');
  })
  .describe('Attention Is All You Need (Vaswani et al. 2017): translation with a Transformer');

export type Config = z.infer<typeof schema>;
