import { createHash } from 'node:crypto';
import { formatValue } from './override.js';

/** The longest run name in characters: safe below every file system's 255 bytes, with room for suffixes. */
const LONGEST = 100;

/**
 * A folder name that says what differs: `digits_lr-0.001_seed-1`. The first group's option (the data) always leads, other options follow
 * where they are not the default, then the overridden keys by name. Only letters, digits and `._+-`; where that, or the length,
 * loses something, a hash of everything ends the name.
 *
 * @param options options to show, in order
 * @param changed dotted key → value of the overridden keys
 * @param keys every dotted key of the schema: a key is shortened to its last part where no other ends so
 */
export function runName(
  options: readonly string[],
  changed: ReadonlyMap<string, unknown>,
  keys: readonly string[],
): string {
  const sorted = [...changed].sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = sorted.map(([key, value]) => [shorten(key, keys), show(value)].join('-'));
  const exact = sorted.map(([key, value]) => `${key}=${formatValue(value)}`);
  const full = [...options, ...parts].join('_') || 'default';
  const safe = full
    .replace(/[^A-Za-z0-9._+-]+/g, '-')
    .replace(/^[.-]+/, '')
    .replace(/\.+$/, '');
  if (safe === full && safe.length <= LONGEST) return safe;
  const hash = createHash('sha256')
    .update([...options, ...exact].join('\n'))
    .digest('hex')
    .slice(0, 8);
  return `${safe.slice(0, LONGEST - 9)}_${hash}`;
}

function show(value: unknown): string {
  const isList = Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number');
  return isList ? value.map(formatValue).join('-') : typeof value === 'string' ? value : formatValue(value);
}

/** `optimizer.lr` → `lr`; a choice's `optimizer.name` → `optimizer`. */
function shorten(key: string, keys: readonly string[]): string {
  const last = key.slice(key.lastIndexOf('.') + 1);
  if (last === 'name' && key.includes('.')) return shorten(key.slice(0, -'.name'.length), keys);
  const sharing = keys.filter((other) => other === last || other.endsWith(`.${last}`));
  return sharing.length > 1 ? key : last;
}
