// What a checkpoint says besides its tensors. It travels in the safetensors file's own metadata, so tensors and state cannot part.
import { z } from 'zod';
import { transformsSchema } from '../data/transforms/schema.js';
import { UserError } from '../utils/index.js';

/** JSON has no NaN and no infinities: they travel as text. */
const number = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]).transform((value) => Number(value));
const numbers = z.record(z.string(), number);

/** What predicting needs to know about the images: what is done to them, and what then reaches the model. */
const preprocessing = z.object({
  transforms: transformsSchema,
  size: z.number().int().positive(),
  channels: z.union([z.literal(1), z.literal(3)]),
});

/** `preprocessing`: of image classifiers only. */
const task = z.object({
  model: z.record(z.string(), z.unknown()),
  labels: z.array(z.string()),
  preprocessing: preprocessing.optional(),
});

const schema = z.object({
  format: z.literal(2),
  paper: z.string(),
  seed: z.number(),
  task,
  config: z.unknown(),
  versions: z.record(z.string(), z.string()),
  /** What the data were, so that a resume on other data is refused. */
  dataset: z.string().nullable(),
  /** Where to go on: the epoch, the batch within it, optimizer steps so far. */
  epoch: z.number().int(),
  batch: z.number().int(),
  step: z.number().int(),
  /** Bodies of the loop so far: as many as steps, or more where several batches make one step. */
  batches: z.number().int(),
  /** Where the training data stand, where their batches say so (a stream); in the words of their loader. */
  cursor: z.unknown().optional(),
  /** What a schedule that looks at a metric (plateau) keeps; null for one that is a function of the step. */
  schedule: z.record(z.string(), z.number().nullable()).nullable(),
  /** Running means of the epoch that is under way. */
  meter: z.record(z.string(), z.object({ sum: number, count: z.number() })),
  best: z.object({ metric: z.string(), value: number, epoch: z.number().int() }).nullable(),
  /** One row an epoch, as in metrics.csv. */
  history: z.array(numbers),
  /** The file with optimizer state (and averaged weights) that belongs to these weights; null in `best`. */
  training: z.object({ file: z.string(), sha256: z.string() }).nullable(),
  /** Of the tensors' bytes in this file. */
  sha256: z.string(),
});

export type RunState = z.infer<typeof schema>;
export type Row = Record<string, number>;

export function stateToJson(state: RunState, indent?: number): string {
  const text = (_key: string, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  return JSON.stringify(state, text, indent);
}

/** Parses a state; a UserError names the file where it is of another format. */
export function stateFromJson(json: string | undefined, where: string): RunState {
  if (json === undefined)
    throw new UserError(`${where} holds weights only, not a run's state: it was not written by a run of this project.`);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new UserError(`${where} is damaged: its run state is not JSON.`);
  }
  const parsed = schema.safeParse(migrated(value, where));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UserError(`${where}: its run state is not understood at ${issue?.path.join('.')}: ${issue?.message}.`);
}

/** An older format as today's: format 1 knew neither accumulation nor schedules with a state. */
function migrated(value: unknown, where: string): unknown {
  if (typeof value !== 'object' || value === null || !('format' in value)) return value;
  if (value.format === 2) return value;
  if (value.format === 1) return { ...value, format: 2, batches: 'step' in value ? value.step : 0, schedule: null };
  throw new UserError(
    `${where} has checkpoint format ${value.format}; this version reads formats 1 and 2. Read it with the version that wrote it.`,
  );
}
