import type { Currency } from './words.js';

/** What a text says, apart from any language: the generator draws it, the four forms write it. */
export type Meaning =
  | { kind: 'number'; value: number }
  | { kind: 'ordinal'; value: number }
  | { kind: 'decimal'; whole: number; digits: string }
  | { kind: 'date'; year: number; month: number; day: number; weekday: boolean }
  | { kind: 'time'; hour: number; minute: number }
  | { kind: 'money'; whole: number; cents: number; currency: Currency }
  | { kind: 'price'; date: DateMeaning; thing: number; price: MoneyMeaning }
  | { kind: 'departure'; vehicle: number; time: TimeMeaning }
  | { kind: 'purchase'; count: number; noun: number; price: MoneyMeaning }
  | { kind: 'arrival'; ordinal: number; person: number; date: DateMeaning; time: TimeMeaning };

export type DateMeaning = Extract<Meaning, { kind: 'date' }>;
export type TimeMeaning = Extract<Meaning, { kind: 'time' }>;
export type MoneyMeaning = Extract<Meaning, { kind: 'money' }>;
export type MeaningKind = Meaning['kind'];

export const meaningKinds = [
  'number',
  'ordinal',
  'decimal',
  'date',
  'time',
  'money',
  'price',
  'departure',
  'purchase',
  'arrival',
] as const satisfies readonly MeaningKind[];

/** The ways a meaning is written. */
export type Form = 'en-words' | 'de-words' | 'en-digits' | 'de-digits';
export const forms = ['en-words', 'de-words', 'en-digits', 'de-digits'] as const satisfies readonly Form[];

/** 0 is Sunday. */
export function weekdayOf({ year, month, day }: Pick<DateMeaning, 'year' | 'month' | 'day'>): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay();
}
