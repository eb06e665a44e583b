// The values of `-m`: Hydra's sweeps, without those that need an optimizer of hyperparameters.
import picomatch from 'picomatch';
import { didYouMean } from '../utils/index.js';
import { afterInterpolation } from './flowText.js';
import { formatValue, scalarText } from './override.js';
import { fail } from './source.js';

/** The most values of one key and the most jobs of one command: more is a mistyped range. */
export const most = 10_000;

/** One key of a multirun and the values that it takes, as texts of overrides. */
export interface Sweep {
  /** The key with its prefix, as `+model@teacher`. */
  key: string;
  values: readonly string[];
}

/**
 * Reads `lr=1e-3,3e-4`, `model=choice(tiny,small)`, `seed=range(0,3)` (start, stop, step; the stop is left out), `model=glob(*)` and
 * `model=glob([a*,b*],exclude=c*)` over a group's options, `sort(3,1,2)`, `sort(…,reverse=true)`, `shuffle(…)` (always into the same
 * order). One value is a key that is the same in every job. Commas within quotes, brackets and `${…}` separate nothing.
 * Throws `UsageError` with a caret below the place.
 *
 * @param groups group → options, for glob
 */
export function readSweep(argument: string, groups: Readonly<Record<string, readonly string[]>>): Sweep | undefined {
  const equals = argument.indexOf('=');
  if (equals < 0 || argument.startsWith('~')) return undefined;
  const key = argument.slice(0, equals);
  const text = argument.slice(equals + 1);
  const options = groups[key.replace(/^\+*/, '').split('@')[0] ?? ''];
  const values = valuesOf(text.trim(), { argument, at: equals + 1 + text.length - text.trimStart().length, options });
  return { key, values };
}

interface Place {
  argument: string;
  at: number;
  /** Of the group that the key is, if it is one. */
  options: readonly string[] | undefined;
}

function valuesOf(text: string, place: Place): string[] {
  const call = /^([a-z_]+)\((.*)\)$/s.exec(text);
  const [, name = '', inner = ''] = call ?? [];
  if (!call || !Object.hasOwn(functions, name)) {
    if (call && splitAtCommas(text, place).length === 1) refuseFunction(name, place);
    return splitAtCommas(text, place);
  }
  const values = functions[name]?.(inner, { ...place, at: place.at + name.length + 1 }) ?? [];
  if (values.length === 0) refuse(place, `${text} gives no value`);
  return values;
}

const functions: Readonly<Record<string, (inner: string, place: Place) => string[]>> = {
  choice: (inner, place) => splitAtCommas(inner, place),
  range,
  glob,
  sort(inner, place) {
    const { rest, named } = namedArguments(inner, place, ['reverse']);
    const values = rest.length === 1 ? valuesOf(rest[0] ?? '', place) : rest;
    const compare = (a: string, b: string) => {
      const [x, y] = [scalarText(a), scalarText(b)];
      return typeof x === 'number' && typeof y === 'number' ? x - y : a < b ? -1 : a > b ? 1 : 0;
    };
    const sorted = [...values].sort(compare);
    return named.get('reverse') === 'true' ? sorted.reverse() : sorted;
  },
  shuffle(inner, place) {
    const parts = splitAtCommas(inner, place);
    return shuffled(parts.length === 1 ? valuesOf(parts[0] ?? '', place) : parts);
  },
  interval: (_, place) =>
    refuse(
      place,
      'interval() is for optimizers of hyperparameters; use range(start,stop,step) or list the values: 1e-4,1e-3',
    ),
};

function refuseFunction(name: string, place: Place): never {
  const known = Object.keys(functions).filter((one) => one !== 'interval');
  return refuse(
    place,
    `there is no sweep ${name}().${didYouMean(name, known)} There are: a,b and ${known.map((one) => `${one}()`).join(', ')}`,
  );
}

/** As Python's range, in decimal: range(0,0.3,0.1) is 0, 0.1, 0.2. */
function range(inner: string, place: Place): string[] {
  const { rest, named } = namedArguments(inner, place, ['start', 'stop', 'step']);
  const numbers = rest.map((text) => numberOf(text, place));
  const given = (name: string) => (named.has(name) ? numberOf(named.get(name) ?? '', place) : undefined);
  if (numbers.length > 3) refuse(place, 'range() takes start, stop and step');
  const start = given('start') ?? (numbers.length > 1 ? (numbers[0] ?? 0) : 0);
  const stop = given('stop') ?? (numbers.length > 1 ? numbers[1] : numbers[0]);
  const step = given('step') ?? numbers[2] ?? 1;
  if (stop === undefined) return refuse(place, 'range() takes start, stop and step, as in range(0,3)');
  if (step === 0) refuse(place, "range()'s step must not be 0");
  const digits = Math.max(...[start, stop, step].map(decimals));
  const count = Math.ceil(Number(((stop - start) / step).toFixed(9)));
  if (count > most)
    refuse(
      place,
      `range() gives ${count.toLocaleString('en')} values; at most ${most.toLocaleString('en')} are possible`,
    );
  return Array.from({ length: Math.max(0, count) }, (_, i) => formatValue(Number((start + i * step).toFixed(digits))));
}

function glob(inner: string, place: Place): string[] {
  const { options } = place;
  if (options === undefined) return refuse(place, 'glob() chooses among the options of a group, and this key is none');
  const { rest, named } = namedArguments(inner, place, ['exclude']);
  const patterns = (text: string) => splitAtCommas(text.replace(/^\[(.*)\]$/s, '$1'), place);
  const excluded = named.has('exclude') ? patterns(named.get('exclude') ?? '') : [];
  const wanted = picomatch(rest.flatMap(patterns));
  const unwanted = picomatch(excluded);
  const found = options.filter((option) => wanted(option) && !(excluded.length > 0 && unwanted(option)));
  if (found.length === 0) refuse(place, `no option matches glob(${inner}). Options: ${options.join(', ')}`);
  return found;
}

function namedArguments(inner: string, place: Place, known: readonly string[]) {
  const named = new Map<string, string>();
  const rest = splitAtCommas(inner, place).filter((part) => {
    const words = /^(\w+)\s*=\s*(.*)$/s.exec(part);
    const [, name = '', value = ''] = words ?? [];
    if (words && !known.includes(name)) refuse(place, `there is no argument ${name}.${didYouMean(name, known)}`);
    if (words) named.set(name, value);
    return !words;
  });
  return { rest, named };
}

function numberOf(text: string, place: Place): number {
  const value = scalarText(text);
  return typeof value === 'number' && Number.isFinite(value) ? value : refuse(place, `${text} is not a number`);
}

function decimals(value: number): number {
  const [mantissa = '', exponent = '0'] = String(value).split('e');
  return Math.min(100, Math.max(0, (mantissa.split('.')[1] ?? '').length - Number(exponent)));
}

/** Splits at the commas that are outside of quotes, brackets and references. */
function splitAtCommas(text: string, place: Place): string[] {
  const parts: string[] = [];
  let [start, depth] = [0, 0];
  for (let i = 0; i <= text.length; i++) {
    const character = text[i];
    if (character === '"' || character === "'") {
      const end = text.indexOf(character, i + 1);
      if (end > 0) i = end;
    } else if (text.startsWith('${', i)) i = (afterInterpolation(text, i) ?? i + 2) - 1;
    else if (character !== undefined && '([{'.includes(character)) depth++;
    else if (character !== undefined && ')]}'.includes(character)) depth--;
    else if ((character === ',' && depth === 0) || i === text.length) {
      const part = text.slice(start, i).trim();
      if (part === '' && text !== '') refuse({ ...place, at: place.at + start }, 'a value is missing beside a comma');
      parts.push(part);
      start = i + 1;
    }
  }
  return parts;
}

/** Fisher and Yates with a generator of its own: a resumed multirun has the same order. */
function shuffled(values: readonly string[]): string[] {
  const result = [...values];
  let state = 0x9e3779b9;
  for (let i = result.length - 1; i > 0; i--) {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0;
    const j = state % (i + 1);
    [result[i], result[j]] = [result[j] ?? '', result[i] ?? ''];
  }
  return result;
}

function refuse({ argument, at }: Place, message: string): never {
  return fail([{ source: { override: argument, at }, message }]);
}
