import type * as z from 'zod';
import { UserError } from '../../utils/errors.js';
import { didYouMean } from '../../utils/nearest.js';
import { transformKeys, transformsSchema } from './schema.js';

/**
 * Transforms as a person wrote them, in code or YAML, with every default filled in.
 *
 * @param where names the list in an error, e.g. the config's key. Default `transforms`.
 * @throws UserError with every mistake on a line: key, value, what is allowed, the nearest name.
 */
export function checkTransforms(list: unknown, where = 'transforms'): z.output<typeof transformsSchema> {
  const result = transformsSchema.safeParse(list);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => explain(issue, list, where));
  throw new UserError([...new Set(lines)].join('\n'));
}

function explain(issue: z.core.$ZodIssue, list: unknown, where: string): string {
  const path = issue.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  const value = at(list, issue.path);
  const name = nameOf(list, issue.path);
  const place = `${where}${path}${name === undefined || issue.path.at(-1) === 'name' ? '' : ` (${name})`}`;
  switch (issue.code) {
    case 'unrecognized_keys': {
      const keys = transformKeys.get(name ?? '') ?? (nameOf(value, []) === undefined ? ['count', 'transforms'] : []);
      const unknown = issue.keys[0] ?? '';
      return `${place}: there is no key "${unknown}".${didYouMean(unknown, keys)} Keys are ${['name', ...keys].join(', ')}`;
    }
    case 'custom':
      return `${place} is ${show(value)}: ${issue.message}`;
    case 'invalid_union': {
      if (issue.discriminator === 'name') return unknownName(value, place);
      // Of the alternatives the one that came furthest is what was meant.
      const inner = issue.errors.filter((issues) =>
        issues.every(({ path }) => path.length > 0 || !Array.isArray(value)),
      );
      const [first] = inner.find((issues) => issues.some(({ code }) => code !== 'invalid_type')) ?? inner[0] ?? [];
      if (first !== undefined) return explain({ ...first, path: [...issue.path, ...first.path] }, list, where);
      return `${place} is ${show(value)}, which is none of the forms it may have`;
    }
    default:
      return value === undefined
        ? `${place} is missing: ${allowed(issue)}`
        : `${place} is ${show(value)}; ${allowed(issue)}`;
  }
}

function unknownName(value: unknown, place: string): string {
  const names = [...transformKeys.keys()];
  const text = typeof value === 'string' ? value : undefined;
  const hint = text === undefined ? '' : didYouMean(text, names);
  const what = text === undefined ? 'a transform has a name, e.g. { name: flip }' : `there is no transform "${text}"`;
  return `${place}: ${what}.${hint} Transforms are ${names.join(', ')}`;
}

function allowed(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'tuple' || issue.expected === 'array'
        ? 'it must be a list'
        : `it must be ${issue.expected === 'int' ? 'a whole number' : `a ${issue.expected}`}`;
    case 'invalid_value':
      return `it must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `it must ${counted(issue.origin)} ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unit(issue.origin)}`;
    case 'too_big':
      return `it must ${counted(issue.origin)} ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unit(issue.origin)}`;
    default:
      return issue.message;
  }
}

const counted = (origin: string) => (origin === 'array' ? 'have' : 'be');
const unit = (origin: string) => (origin === 'array' ? ' entries' : '');

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (object, key) => (typeof object === 'object' && object !== null ? Reflect.get(object, key) : undefined),
    value,
  );
}

/** The name of the transform that a path leads into: of the innermost object with a name. */
function nameOf(list: unknown, path: readonly PropertyKey[]): string | undefined {
  for (let length = path.length; length >= 0; length--) {
    const name = at(list, [...path.slice(0, length), 'name']);
    if (typeof name === 'string') return name;
  }
  return undefined;
}

function show(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
