import { UserError } from '../../../utils/index.js';
import { CounterRandom } from '../../random.js';
import {
  type DateMeaning,
  type Form,
  type Meaning,
  type MeaningKind,
  type MoneyMeaning,
  meaningKinds,
  type TimeMeaning,
} from './meaning.js';
import { currencyNames, goods, nouns, people, vehicles } from './words.js';
import { englishFigures, englishWords } from './writeEnglish.js';
import { germanFigures, germanWords } from './writeGerman.js';

const PAIRS_STREAM = 0x70616972;

export interface NumberPairsOptions {
  /** Pairs. */
  count: number;
  /** Default 'train'. No meaning of one split comes in another. */
  split?: 'train' | 'validation' | 'test';
  /** Default 'de-words'. */
  source?: Form;
  /** Default 'en-words'. */
  target?: Form;
  /** Default all. */
  kinds?: readonly MeaningKind[];
  /** The largest number. Default 999,999,999. */
  max?: number;
  /** Default 0. */
  seed?: number;
}

export interface NumberPair {
  source: string;
  target: string;
  meaning: Meaning;
}

/** Writes a meaning in one of the four forms. */
export function writeMeaning(meaning: Meaning, form: Form): string {
  // The tables are typed by the kind; TypeScript cannot follow that kind and meaning belong together.
  const write = writers[form][meaning.kind] as (meaning: Meaning) => string;
  return write(meaning);
}

const writers = {
  'en-words': englishWords,
  'de-words': germanWords,
  'en-digits': englishFigures,
  'de-digits': germanFigures,
} as const;

/**
 * A translation problem that needs no download: numbers, ordinals, decimals, dates, times, amounts of money, and sentences about them, in
 * English and German, in words or digits. It has what makes translation hard: units before tens, "halb vier" for half past three, the verb's
 * second part at the end, cases and genders, numbers of any length that must be copied exactly.
 *
 * Pair i is a pure function of (options without count, i): a larger count goes on where a smaller one ends. A meaning may come twice in a
 * split; which split it belongs to is decided by its hash (80, 10 and 10 %).
 *
 * @throws UserError for options out of range.
 */
export function* generateNumberPairs(options: NumberPairsOptions): Generator<NumberPair> {
  const { count, split = 'train', source = 'de-words', target = 'en-words', seed = 0, max = 999_999_999 } = options;
  const { kinds = meaningKinds } = options;
  if (!(Number.isInteger(count) && count >= 0))
    throw new UserError(`number pairs: count is ${count}; it must be 0 or more`);
  if (!(Number.isInteger(max) && max >= 31 && max <= 999_999_999))
    throw new UserError(`number pairs: max is ${max}; it must be from 31 to 999999999`);
  if (kinds.length === 0) throw new UserError(`number pairs: kinds is empty; there are ${meaningKinds.join(', ')}`);
  for (let i = 0; i < count; i++) {
    const random = new CounterRandom(PAIRS_STREAM, seed, splits.indexOf(split), i);
    let meaning: Meaning;
    do meaning = draw(kinds[random.integer(kinds.length)]!, random, max);
    while (splitOf(meaning) !== split);
    yield { source: writeMeaning(meaning, source), target: writeMeaning(meaning, target), meaning };
  }
}

const splits = ['train', 'validation', 'test'] as const;

/** FNV-1a over the meaning as JSON. */
function splitOf(meaning: Meaning): (typeof splits)[number] {
  let hash = 0x811c9dc5;
  for (const character of JSON.stringify(meaning)) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  const tenth = ((hash ^ (hash >>> 15)) >>> 0) % 10;
  return tenth < 8 ? 'train' : tenth === 8 ? 'validation' : 'test';
}

/** All numbers of digits alike: otherwise nearly all would have nine. */
function drawNumber(random: CounterRandom, max: number, least = 0): number {
  const digits = 1 + random.integer(String(max).length);
  return Math.max(least, Math.min(max, random.integer(10 ** digits)));
}

function drawDate(random: CounterRandom): DateMeaning {
  const year = 1100 + random.integer(1000);
  const month = 1 + random.integer(12);
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return { kind: 'date', year, month, day: 1 + random.integer(days), weekday: random.integer(3) === 0 };
}

function drawTime(random: CounterRandom): TimeMeaning {
  const minute = random.integer(2) === 0 ? 5 * random.integer(12) : random.integer(60);
  return { kind: 'time', hour: random.integer(24), minute };
}

function drawMoney(random: CounterRandom, max: number): MoneyMeaning {
  const cents = random.integer(3) === 0 ? 0 : random.integer(100);
  const currency = currencyNames[random.integer(currencyNames.length)]!;
  return { kind: 'money', whole: drawNumber(random, max), cents, currency };
}

function draw(kind: MeaningKind, random: CounterRandom, max: number): Meaning {
  const drawers: { [K in MeaningKind]: () => Extract<Meaning, { kind: K }> } = {
    number: () => ({ kind: 'number', value: drawNumber(random, max) }),
    // German has no common form for ordinals from a million on.
    ordinal: () => ({ kind: 'ordinal', value: drawNumber(random, Math.min(max, 999_999), 1) }),
    decimal: () => {
      const digits = Array.from({ length: 1 + random.integer(4) }, () => random.integer(10)).join('');
      return { kind: 'decimal', whole: drawNumber(random, Math.min(max, 9999)), digits };
    },
    date: () => drawDate(random),
    time: () => drawTime(random),
    money: () => drawMoney(random, max),
    price: () => ({
      kind: 'price',
      date: drawDate(random),
      thing: random.integer(goods.length),
      price: drawMoney(random, max),
    }),
    departure: () => ({ kind: 'departure', vehicle: random.integer(vehicles.length), time: drawTime(random) }),
    purchase: () => ({
      kind: 'purchase',
      count: drawNumber(random, Math.min(max, 99_999), 1),
      noun: random.integer(nouns.length),
      price: drawMoney(random, max),
    }),
    arrival: () => ({
      kind: 'arrival',
      ordinal: drawNumber(random, Math.min(max, 9999), 1),
      person: random.integer(people.length),
      date: drawDate(random),
      time: drawTime(random),
    }),
  };
  return drawers[kind]();
}
