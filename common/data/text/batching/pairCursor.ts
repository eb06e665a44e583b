import { z } from 'zod';
import { UserError } from '../../../utils/index.js';
import type { CursorState, StreamCursor } from '../../dataset.js';

/** Where a stream of batches of pairs stands: plain data, to be stored with a checkpoint. */
export interface PairCursor {
  /** Before the window's first row; undefined at the stream's beginning. */
  stream?: StreamCursor | undefined;
  /** Which window, and how many of its batches have been given out. */
  window: number;
  batch: number;
}

const count = z.number().int().nonnegative();
const state: z.ZodType<CursorState> = z.lazy(() => z.union([z.number(), z.array(state)]));
const schema = z.object({
  stream: z.object({ fingerprint: z.string(), state }).optional(),
  window: count,
  batch: count,
});

/** A cursor that was stored as JSON. @throws UserError where it is none. */
export function parsePairCursor(value: unknown): PairCursor {
  const { data, error } = schema.safeParse(value);
  if (data !== undefined) return data;
  const issue = error?.issues[0];
  throw new UserError(`The place in the stream is not understood at "${issue?.path.join('.')}": ${issue?.message}.`);
}
