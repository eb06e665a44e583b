import { isDeepStrictEqual } from 'node:util';
import type * as z from 'zod';
import { UserError } from '../utils/index.js';
import type { Composed } from './compose.js';
import { resolveInterpolations } from './interpolate.js';
import { savedCopy } from './saved.js';
import type { Shape } from './shape.js';
import { flatten, type Tree, toPlain } from './tree.js';

/** The leaves of another composition to compare with. It need not be complete or even readable: then there is less to compare. */
export async function plainOf(composing: () => Promise<Composed>, schema: z.ZodType, shape: Shape) {
  try {
    const { tree, choices } = await composing();
    const resolved = resolvedOrNot(tree, shape);
    const plain = toPlain(resolved, shape);
    const parsed = schema.safeParse(plain);
    return { values: flatten(savedCopy(parsed.success ? parsed.data : plain, resolved)), choices };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { values: new Map<string, unknown>(), choices: new Map<string, string | null>() };
  }
}

function resolvedOrNot(tree: Tree, shape: Shape): Tree {
  try {
    return resolveInterpolations(tree, shape);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return tree;
  }
}

export function differences(
  from: ReadonlyMap<string, unknown>,
  to: ReadonlyMap<string, unknown>,
): Map<string, unknown> {
  const keys = [...new Set([...from.keys(), ...to.keys()])].sort();
  return new Map(keys.filter((key) => !isDeepStrictEqual(from.get(key), to.get(key))).map((key) => [key, to.get(key)]));
}

export const isBelow = (key: string, path: string): boolean => key === path || key.startsWith(`${path}.`);

/** The first group's option always, the others' where they are not the default. */
export function leadingOptions(choices: Composed['choices'], usual: Composed['choices']): string[] {
  return [...choices].flatMap(([group, option], i) =>
    option !== null && (i === 0 || usual.get(group) !== option) ? [option] : [],
  );
}
