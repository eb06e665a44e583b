import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../../utils/index.js';
import { CounterRandom } from '../../random.js';
import { loadTokenizer } from './load.js';

/** For the tests: the tokenizer files within a fixture. */
export function seeds(fixture: string): string[] {
  const cases: { tokenizer: unknown }[] = JSON.parse(fixture);
  return cases.map(({ tokenizer }) => JSON.stringify(tokenizer));
}

const texts = [
  'The keeper’s keys, 12 of them.',
  '',
  ' \n\tΟΔΟΣ e\u0301 😀海<s></s>[MASK]',
  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
];

/**
 * Changes files and reads them: each is refused with a UserError that begins with the file's name, or it encodes and decodes texts.
 *
 * @returns how many were refused, and how long the longest took in milliseconds
 * @throws for a file that ends otherwise, with the number that brings it back.
 */
export async function fuzz(
  files: readonly string[],
  { from, to, folder }: { from: number; to: number; folder: string },
): Promise<{ refused: number; longest: number }> {
  let refused = 0;
  let longest = 0;
  for (let number = from; number < to; number++) {
    const random = new CounterRandom(0x66757a7a, number);
    const path = join(folder, `mutated ${number}.json`);
    const seed = files[number % files.length]!;
    writeFileSync(path, random.integer(2) === 0 ? mutateBytes(seed, random) : mutateValues(seed, random));
    const start = performance.now();
    try {
      const tokenizer = await loadTokenizer(path);
      for (const text of texts) {
        const ids = tokenizer.encodeIds(text);
        if (ids.some((id) => !(id >= 0))) throw new Error(`an id that is none: ${ids.join(' ')}`);
        if (typeof tokenizer.decode(ids) !== 'string') throw new Error('decode gave no text');
      }
    } catch (error) {
      if (!(error instanceof UserError && error.message.includes(`mutated ${number}.json: `)))
        throw new Error(`mutation ${number}`, { cause: error });
      refused++;
    }
    longest = Math.max(longest, performance.now() - start);
  }
  return { refused, longest };
}

/** Bytes changed, cut out, doubled, or the end cut off. */
function mutateBytes(seed: string, random: CounterRandom): Uint8Array {
  let bytes = Buffer.from(seed);
  const times = 1 + random.integer(4);
  for (let i = 0; i < times; i++) {
    const at = random.integer(bytes.length);
    const size = 1 + random.integer(20);
    const kind = random.integer(5);
    if (kind === 0) bytes[at] = random.integer(256);
    else if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]);
    else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at + size), bytes.subarray(at)]);
    else if (kind === 3) bytes = bytes.subarray(0, Math.max(1, at));
    // Digits for digits: the file stays JSON.
    else
      for (let j = at; j < bytes.length && j < at + 400; j++)
        if (bytes[j]! >= 48 && bytes[j]! <= 57) bytes[j] = 48 + random.integer(10);
    if (bytes.length === 0) bytes = Buffer.from('{');
  }
  return bytes;
}

const odd: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e9,
  1e308,
  2 ** 53,
  '',
  ' ',
  'a',
  '\ud800',
  '(',
  '[',
  '\\',
  '(a+)+$',
  '[]',
  [],
  {},
  [[]],
  '__proto__',
  'constructor',
];

/** A value somewhere in the tree changed for an odd one, removed, or moved to another place. */
function mutateValues(seed: string, random: CounterRandom): string {
  const root: unknown = JSON.parse(seed);
  const places: { parent: Record<string, unknown>; key: string }[] = [];
  const visit = (value: unknown, level: number) => {
    if (typeof value !== 'object' || value === null) return;
    const parent = value as Record<string, unknown>;
    // Large lists would otherwise take all the chances.
    for (const key of Object.keys(parent).slice(0, level < 2 ? 50 : 6)) {
      places.push({ parent, key });
      visit(parent[key], level + 1);
    }
  };
  visit(root, 0);
  const times = 1 + random.integer(3);
  for (let i = 0; i < times; i++) {
    const { parent, key } = places[random.integer(places.length)]!;
    const kind = random.integer(4);
    if (kind === 0) delete parent[key];
    else if (kind === 1) {
      const other = places[random.integer(places.length)]!;
      parent[key] = structuredClone(other.parent[other.key]);
    } else parent[key] = odd[random.integer(odd.length)];
  }
  return JSON.stringify(root);
}
