// How long a run goes on and how often it stops to look: what the explicit loop gets without a line of its own.
import { z } from 'zod';
import { UserError } from '../utils/index.js';

const every = z
  .union([z.strictObject({ epochs: z.int().positive() }), z.strictObject({ steps: z.int().positive() })])
  .describe('how often the model is evaluated: {epochs: n} or {steps: n}');

/** Seconds from a number or from text such as `90s`, `1h30m`, `2d`. */
export function seconds(text: string | number): number {
  if (typeof text === 'number') return text;
  const units = { d: 86_400, h: 3_600, m: 60, s: 1 };
  const match = /^(?:([\d.]+)d)?(?:([\d.]+)h)?(?:([\d.]+)m)?(?:([\d.]+)s)?$/.exec(text.replaceAll(' ', ''));
  const sum = Object.values(units).reduce((total, unit, i) => total + unit * Number(match?.[i + 1] ?? 0), 0);
  if (match === null || !(sum > 0)) throw new UserError(`"${text}" is no time: write 90s, 1h30m or 2d.`);
  return sum;
}

/** For a paper's schema, under the key `limits`: `startRun` reads it from the config. */
export const limitsSchema = z.strictObject({
  maxSteps: z.int().positive().nullable().default(null).describe('optimizer steps at most; null: as the epochs say'),
  maxTime: z
    .union([z.number().positive(), z.string().regex(/^([\d.]+[dhms] ?)+$/)])
    .nullable()
    .default(null)
    .describe('time at most, over all sessions of the run: seconds, or 1h30m; the step under way is finished'),
  fastDevRun: z.int().min(0).default(0).describe('n: one epoch of n batches, n of validation, to try the code; 0: off'),
  overfitBatches: z
    .number()
    .min(0)
    .default(0)
    .describe('train and validate on the same first batches: how many, or which part of all if below 1; 0: off'),
  validateEvery: every.default({ epochs: 1 }),
  sanityBatches: z.int().min(0).default(2).describe('batches of validation before step 0, to find mistakes early'),
  logEvery: z.int().positive().default(50).describe('loggers get the values of every n-th step'),
  accumulate: z
    .int()
    .positive()
    .default(1)
    .describe('batches whose gradients make one step, weighted by samples; the last step of an epoch may have fewer'),
});

export type Limits = z.infer<typeof limitsSchema>;
export type LimitsInput = z.input<typeof limitsSchema>;

/** The limits of a run: what was given, else the config's `limits`, else the defaults. @throws UserError naming the key. */
export function resolveLimits(given: LimitsInput | undefined, config: object): Limits {
  const found = given ?? ('limits' in config ? config.limits : undefined) ?? {};
  const parsed = limitsSchema.safeParse(found);
  if (parsed.success) {
    if (typeof parsed.data.maxTime === 'string') seconds(parsed.data.maxTime);
    return parsed.data;
  }
  const issue = parsed.error.issues[0];
  throw new UserError(`limits.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not understood'}.`);
}

/** How many of a training loader's batches an epoch has. */
export function epochLength(length: number, { fastDevRun, overfitBatches }: Limits): number {
  if (fastDevRun > 0) return Math.min(length, fastDevRun);
  if (overfitBatches === 0) return length;
  return Math.min(
    length,
    overfitBatches < 1 ? Math.max(1, Math.ceil(overfitBatches * length)) : Math.floor(overfitBatches),
  );
}

/** Whether the model is to be evaluated after so many steps. `epochEnd`: the number of the epoch that has just ended, from 1. */
export function validationDue({ validateEvery }: Limits, step: number, epochEnd: number | undefined): boolean {
  if ('steps' in validateEvery) return step % validateEvery.steps === 0;
  return epochEnd !== undefined && epochEnd % validateEvery.epochs === 0;
}

/** What a run says that ends because `maxTime` is over. */
export function timeIsUp({ maxTime }: Limits): string {
  return `The time of this run (limits.maxTime=${maxTime}) is up. For more: --resume with limits.maxTime=… --force limits.maxTime.`;
}
