import type { z } from 'zod';
import { didYouMean, UserError } from '../utils/index.js';

/** A union of strict objects, told apart by `name`. */
type NamedSchema = z.ZodDiscriminatedUnion<readonly z.ZodObject[], 'name'>;

/** The names that a table of schemas knows. */
export function namesOf(schema: NamedSchema): string[] {
  return schema.options.flatMap(({ shape }) => [...(literal(shape.name) ?? [])]);
}

/**
 * Checks a choice from outside and fills in its defaults.
 *
 * @param what the key in the config, for messages.
 * @throws UserError for an unknown name or key, with the nearest, and for values that do not fit.
 */
export function parseSpec<S extends NamedSchema>(schema: S, value: z.input<S>, what: string): z.output<S> {
  const names = namesOf(schema);
  const { name } = value as { name?: unknown };
  const option = schema.options.find(({ shape }) => literal(shape.name)?.has(String(name)));
  if (option === undefined)
    throw new UserError(
      `${what}.name: there is no "${name}".${didYouMean(String(name), names)} There are: ${names.join(', ')}.`,
    );
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const place = [what, ...issue.path].join('.');
    if (issue.code !== 'unrecognized_keys' || issue.path.length > 0) return `${place}: ${issue.message}`;
    const keys = Object.keys(option.shape);
    return issue.keys
      .map((key) => `${place}.${key} is not an option of ${name}.${didYouMean(key, keys)} It has: ${keys.join(', ')}`)
      .join('; ');
  });
  throw new UserError(`${problems.join('; ')}.`);
}

/** The values of a literal schema. */
function literal(schema: z.core.$ZodType | undefined): Set<string> | undefined {
  const def = schema?._zod.def;
  return def?.type === 'literal' && 'values' in def ? new Set((def.values as unknown[]).map(String)) : undefined;
}
