import { describe, expect, test } from 'vitest';
import { englishDigits, englishNumber, englishOrdinal, englishYear } from './english.js';
import { writeMeaning } from './generate.js';
import { germanDigits, germanNumber, germanOrdinal, germanYear } from './german.js';
import { type Form, forms, type Meaning } from './meaning.js';
import {
  parseEnglish,
  parseEnglishOrdinal,
  parseEnglishTime,
  parseEnglishYear,
  parseGerman,
  parseGermanOrdinal,
  parseGermanTime,
} from './parse.js';

/** Written by hand. */
test.each([
  [0, 'zero', 'null'],
  [1, 'one', 'eins'],
  [17, 'seventeen', 'siebzehn'],
  [21, 'twenty-one', 'einundzwanzig'],
  [66, 'sixty-six', 'sechsundsechzig'],
  [77, 'seventy-seven', 'siebenundsiebzig'],
  [100, 'one hundred', 'einhundert'],
  [101, 'one hundred and one', 'einhunderteins'],
  [1001, 'one thousand and one', 'eintausendeins'],
  [1100, 'one thousand one hundred', 'eintausendeinhundert'],
  [21_000, 'twenty-one thousand', 'einundzwanzigtausend'],
  [101_000, 'one hundred and one thousand', 'einhunderteintausend'],
  [
    123_456,
    'one hundred and twenty-three thousand four hundred and fifty-six',
    'einhundertdreiundzwanzigtausendvierhundertsechsundfünfzig',
  ],
  [1_000_000, 'one million', 'eine Million'],
  [1_000_001, 'one million and one', 'eine Million eins'],
  [2_200_005, 'two million two hundred thousand and five', 'zwei Millionen zweihunderttausendfünf'],
  [101_000_000, 'one hundred and one million', 'einhunderteine Millionen'],
  [
    999_999_999,
    'nine hundred and ninety-nine million nine hundred and ninety-nine thousand nine hundred and ninety-nine',
    'neunhundertneunundneunzig Millionen neunhundertneunundneunzigtausendneunhundertneunundneunzig',
  ],
])('%d is "%s" and "%s"', (n, english, german) => {
  expect(englishNumber(n)).toBe(english);
  expect(germanNumber(n)).toBe(german);
});

const money = (whole: number, cents: number, currency: 'EUR' | 'USD' | 'GBP' | 'CHF') =>
  ({ kind: 'money', whole, cents, currency }) as const;
const date = (year: number, month: number, day: number, weekday = false) =>
  ({ kind: 'date', year, month, day, weekday }) as const;
const time = (hour: number, minute: number) => ({ kind: 'time', hour, minute }) as const;

/** Written by hand. */
const table: [Meaning, Record<Form, string>][] = [
  [
    { kind: 'ordinal', value: 3 },
    { 'en-words': 'the third', 'de-words': 'der dritte', 'en-digits': 'the 3rd', 'de-digits': 'der 3.' },
  ],
  [
    { kind: 'ordinal', value: 112 },
    {
      'en-words': 'the one hundred and twelfth',
      'de-words': 'der einhundertzwölfte',
      'en-digits': 'the 112th',
      'de-digits': 'der 112.',
    },
  ],
  [
    { kind: 'ordinal', value: 2001 },
    {
      'en-words': 'the two thousand and first',
      'de-words': 'der zweitausenderste',
      'en-digits': 'the 2,001st',
      'de-digits': 'der 2.001.',
    },
  ],
  [
    { kind: 'decimal', whole: 3, digits: '14' },
    {
      'en-words': 'three point one four',
      'de-words': 'drei Komma eins vier',
      'en-digits': '3.14',
      'de-digits': '3,14',
    },
  ],
  [
    date(2021, 5, 3),
    {
      'en-words': 'the third of May twenty twenty-one',
      'de-words': 'der dritte Mai zweitausendeinundzwanzig',
      'en-digits': '3 May 2021',
      'de-digits': '3. Mai 2021',
    },
  ],
  [
    date(1989, 11, 9, true),
    {
      'en-words': 'Thursday the ninth of November nineteen eighty-nine',
      'de-words': 'Donnerstag, der neunte November neunzehnhundertneunundachtzig',
      'en-digits': 'Thursday 9 November 1989',
      'de-digits': 'Donnerstag, 9. November 1989',
    },
  ],
  [
    time(15, 30),
    {
      'en-words': 'half past three in the afternoon',
      'de-words': 'halb vier nachmittags',
      'en-digits': '3:30 pm',
      'de-digits': '15:30 Uhr',
    },
  ],
  [
    time(3, 25),
    {
      'en-words': 'twenty-five past three at night',
      'de-words': 'fünf vor halb vier nachts',
      'en-digits': '3:25 am',
      'de-digits': '3:25 Uhr',
    },
  ],
  [
    time(0, 0),
    {
      'en-words': "twelve o'clock at night",
      'de-words': 'zwölf Uhr nachts',
      'en-digits': '12:00 am',
      'de-digits': '0:00 Uhr',
    },
  ],
  [
    time(13, 1),
    {
      'en-words': 'one oh one in the afternoon',
      'de-words': 'ein Uhr eins nachmittags',
      'en-digits': '1:01 pm',
      'de-digits': '13:01 Uhr',
    },
  ],
  [
    money(12, 50, 'EUR'),
    {
      'en-words': 'twelve euros and fifty cents',
      'de-words': 'zwölf Euro und fünfzig Cent',
      'en-digits': '€12.50',
      'de-digits': '12,50 €',
    },
  ],
  [
    money(1, 1, 'GBP'),
    {
      'en-words': 'one pound and one penny',
      'de-words': 'ein Pfund und ein Penny',
      'en-digits': '£1.01',
      'de-digits': '1,01 £',
    },
  ],
  [
    money(0, 20, 'CHF'),
    { 'en-words': 'twenty centimes', 'de-words': 'zwanzig Rappen', 'en-digits': 'CHF 0.20', 'de-digits': '0,20 CHF' },
  ],
  [
    { kind: 'purchase', count: 1, noun: 0, price: money(1, 0, 'USD') },
    {
      'en-words': 'she bought one apple for one dollar',
      'de-words': 'sie hat einen Apfel für einen Dollar gekauft',
      'en-digits': 'she bought 1 apple for $1.00',
      'de-digits': 'sie hat 1 Apfel für 1,00 $ gekauft',
    },
  ],
  [
    { kind: 'price', date: date(2000, 1, 1, true), thing: 0, price: money(101, 0, 'EUR') },
    {
      'en-words': 'on Saturday the first of January two thousand the house cost one hundred and one euros',
      'de-words': 'am Samstag, dem ersten Januar zweitausend kostete das Haus einhundertein Euro',
      'en-digits': 'on Saturday 1 January 2000 the house cost €101.00',
      'de-digits': 'am Samstag, dem 1. Januar 2000 kostete das Haus 101,00 €',
    },
  ],
  [
    { kind: 'departure', vehicle: 0, time: time(8, 35) },
    {
      'en-words': 'the train departs at twenty-five to nine in the morning',
      'de-words': 'der Zug fährt um fünf nach halb neun morgens ab',
      'en-digits': 'the train departs at 8:35 am',
      'de-digits': 'der Zug fährt um 8:35 Uhr ab',
    },
  ],
  [
    { kind: 'arrival', ordinal: 8, person: 1, date: date(1905, 7, 31), time: time(20, 0) },
    {
      'en-words':
        "the eighth guest arrived on the thirty-first of July nineteen oh five at eight o'clock in the evening",
      'de-words': 'der achte Gast ist am einunddreißigsten Juli neunzehnhundertfünf um acht Uhr abends angekommen',
      'en-digits': 'the 8th guest arrived on 31 July 1905 at 8:00 pm',
      'de-digits': 'der 8. Gast ist am 31. Juli 1905 um 20:00 Uhr angekommen',
    },
  ],
];
test.each(table)('%j', (meaning, expected) => {
  for (const form of forms) expect(writeMeaning(meaning, form)).toBe(expected[form]);
});

describe('a reader that knows the grammar only understands what is written', () => {
  /** All to 3,000, then steps that meet every digit at every place. */
  const numbers = [
    ...Array.from({ length: 3001 }, (_, n) => n),
    ...Array.from({ length: 4000 }, (_, i) => (i * 249_989 + 7919) % 1_000_000_000),
    ...[1e5, 1e6, 1e7, 1e8, 1_001_000, 100_000_100, 999_000_999],
  ];
  test('numbers', () => {
    const [en, de] = ['en', 'de'].map((locale) => new Intl.NumberFormat(locale));
    expect(numbers.map((n) => parseEnglish(englishNumber(n)))).toEqual(numbers);
    for (const one of ['eins', 'ein', 'eine', 'einen'] as const)
      expect(numbers.map((n) => parseGerman(germanNumber(n, one)))).toEqual(numbers);
    expect(numbers.map(englishDigits)).toEqual(numbers.map((n) => en!.format(n)));
    expect(numbers.map(germanDigits)).toEqual(numbers.map((n) => de!.format(n)));
  });
  test('ordinals', () => {
    const positive = numbers.filter((n) => n > 0);
    expect(positive.map((n) => parseEnglishOrdinal(englishOrdinal(n)))).toEqual(positive);
    const small = positive.filter((n) => n < 1_000_000);
    for (const ending of ['e', 'en', 'er'] as const)
      expect(small.map((n) => parseGermanOrdinal(germanOrdinal(n, ending)))).toEqual(small);
  });
  test('years', () => {
    for (let year = 1100; year < 2100; year++) {
      expect(parseEnglishYear(englishYear(year))).toBe(year);
      expect(parseGerman(germanYear(year))).toBe(year);
    }
  });
  test('every minute of the day', () => {
    for (let hour = 0; hour < 24; hour++)
      for (let minute = 0; minute < 60; minute++) {
        const meaning = { kind: 'time', hour, minute } as const;
        const read = [
          parseEnglishTime(writeMeaning(meaning, 'en-words')),
          parseGermanTime(writeMeaning(meaning, 'de-words')),
        ];
        expect(read).toEqual([
          { hour, minute },
          { hour, minute },
        ]);
      }
  });
});
