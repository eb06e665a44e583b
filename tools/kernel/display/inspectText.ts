import { inspect } from 'node:util';
import { isProxy } from 'node:util/types';

/** Longer texts are cut: a browser that gets megabytes stands still. */
const MOST_CHARACTERS = 30_000;
/** Limits for ever larger values: the items shown of a list, and how far below the value. */
const limits = [
  { maxArrayLength: 100, depth: 4 },
  { maxArrayLength: 30, depth: 2 },
  { maxArrayLength: 10, depth: 1 },
  { maxArrayLength: 10, depth: 0 },
];

/**
 * A value as text, as Node's own prompt writes it, without colours. Large values are shortened before they are written, not after: a list of lists
 * of lists would otherwise be a million lines.
 */
export function inspectText(value: unknown): string {
  const { maxArrayLength, depth } = limits.find((limit) => fits(value, limit)) ?? limits[limits.length - 1]!;
  let text: string;
  try {
    text = inspect(value, { colors: false, maxArrayLength, depth, maxStringLength: 10_000, breakLength: 100 });
  } catch (error) {
    // An object's own `inspect` may fail.
    text = `${Object.prototype.toString.call(value)} (its inspect method failed: ${error instanceof Error ? error.message : typeof error})`;
  }
  return text.length <= MOST_CHARACTERS
    ? text
    : `${text.slice(0, MOST_CHARACTERS)}\n… ${(text.length - MOST_CHARACTERS).toLocaleString('en')} more characters`;
}

/** Whether at most some thousand parts would be written. No getter is called. */
function fits(value: unknown, { maxArrayLength, depth }: { maxArrayLength: number; depth: number }): boolean {
  let left = 5_000;
  const visit = (part: unknown, below: number): void => {
    left--;
    if (left < 0 || below < 0 || typeof part !== 'object' || part === null) return;
    if (isProxy(part) || ArrayBuffer.isView(part)) return;
    for (const item of partsOf(part, maxArrayLength)) {
      if (left < 0) return;
      visit(item, below - 1);
    }
  };
  visit(value, depth);
  return left >= 0;
}

function* partsOf(value: object, most: number): Iterable<unknown> {
  if (Array.isArray(value)) yield* value.slice(0, most);
  else if (value instanceof Map) for (const [key, item] of take(value, most)) yield* [key, item];
  else if (value instanceof Set) yield* take(value, most);
  else
    for (const key of Object.keys(value)) {
      const property = Object.getOwnPropertyDescriptor(value, key);
      if (property !== undefined && 'value' in property) yield property.value;
    }
}

function* take<T>(items: Iterable<T>, most: number): Iterable<T> {
  let count = 0;
  for (const item of items) {
    if (count++ >= most) return;
    yield item;
  }
}
