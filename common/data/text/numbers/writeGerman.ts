import { germanDecimal, germanDigits, germanNumber, germanOrdinal, germanYear, type One } from './german.js';
import {
  type DateMeaning,
  type Meaning,
  type MeaningKind,
  type MoneyMeaning,
  type TimeMeaning,
  weekdayOf,
} from './meaning.js';
import { currencies, goods, months, nouns, people, vehicles, weekdays } from './words.js';

type Writer<K extends MeaningKind> = (meaning: Extract<Meaning, { kind: K }>) => string;

/** The same hours as in English. */
function partOfDay(hour: number): string {
  if (hour < 5) return 'nachts';
  if (hour < 12) return 'morgens';
  return hour < 18 ? 'nachmittags' : 'abends';
}

const onClock = (hour: number, one: One = 'eins') => germanNumber(((hour + 11) % 12) + 1, one);

/** Half an hour is counted towards the coming hour: half past three is "halb vier", and twenty-five past "fünf vor halb vier". */
function timeInWords({ hour, minute }: TimeMeaning): string {
  const part = partOfDay(hour);
  const next = onClock(hour + 1);
  if (minute === 0) return `${onClock(hour, 'ein')} Uhr ${part}`;
  if (minute === 15) return `Viertel nach ${onClock(hour)} ${part}`;
  if (minute === 25) return `fünf vor halb ${next} ${part}`;
  if (minute === 30) return `halb ${next} ${part}`;
  if (minute === 35) return `fünf nach halb ${next} ${part}`;
  if (minute === 45) return `Viertel vor ${next} ${part}`;
  if (minute % 5 === 0)
    return minute < 30
      ? `${germanNumber(minute)} nach ${onClock(hour)} ${part}`
      : `${germanNumber(60 - minute)} vor ${next} ${part}`;
  return `${onClock(hour, 'ein')} Uhr ${germanNumber(minute)} ${part}`;
}

/** 'der': nominative, by itself; 'am': dative, in a sentence. */
function dateInWords(date: DateMeaning, article: 'der' | 'am'): string {
  const weekday = date.weekday ? weekdays.de[weekdayOf(date)] : undefined;
  const rest = `${months.de[date.month - 1]} ${germanYear(date.year)}`;
  if (article === 'der') {
    const day = `der ${germanOrdinal(date.day, 'e')} ${rest}`;
    return weekday === undefined ? day : `${weekday}, ${day}`;
  }
  const day = `${germanOrdinal(date.day, 'en')} ${rest}`;
  return weekday === undefined ? `am ${day}` : `am ${weekday}, dem ${day},`;
}

type Case = 'nominative' | 'accusative';

function moneyInWords({ whole, cents, currency }: MoneyMeaning, grammaticalCase: Case): string {
  const { one, many, centOne, centMany } = currencies[currency].de;
  // All of them are masculine but the pound.
  const masculine = grammaticalCase === 'accusative' ? 'einen' : 'ein';
  const major = `${germanNumber(whole, currency === 'GBP' ? 'ein' : masculine)} ${whole === 1 ? one : many}`;
  const minor = `${germanNumber(cents, masculine)} ${cents === 1 ? centOne : centMany}`;
  if (cents === 0) return major;
  return whole === 0 ? minor : `${major} und ${minor}`;
}

const accusativeOne = { m: 'einen', f: 'eine', n: 'ein' } as const;

function digitDate(date: DateMeaning, article: 'der' | 'am'): string {
  const weekday = date.weekday ? weekdays.de[weekdayOf(date)] : undefined;
  const day = `${date.day}. ${months.de[date.month - 1]} ${date.year}`;
  if (article === 'der') return weekday === undefined ? day : `${weekday}, ${day}`;
  return weekday === undefined ? `am ${day}` : `am ${weekday}, dem ${day},`;
}

interface Parts {
  number(n: number, one?: One): string;
  ordinal(n: number): string;
  decimal(whole: number, digits: string): string;
  date(date: DateMeaning, article: 'der' | 'am'): string;
  time(time: TimeMeaning): string;
  money(money: MoneyMeaning, grammaticalCase: Case): string;
}

const words: Parts = {
  number: germanNumber,
  ordinal: (n) => germanOrdinal(n, 'e'),
  decimal: germanDecimal,
  date: dateInWords,
  time: timeInWords,
  money: moneyInWords,
};
const digits: Parts = {
  number: germanDigits,
  ordinal: (n) => `${germanDigits(n)}.`,
  decimal: (whole, fraction) => `${germanDigits(whole)},${fraction}`,
  date: digitDate,
  time: ({ hour, minute }) => `${hour}:${String(minute).padStart(2, '0')} Uhr`,
  money: ({ whole, cents, currency }) =>
    `${germanDigits(whole)},${String(cents).padStart(2, '0')} ${currencies[currency].sign.trim()}`,
};

function writers(parts: Parts): { [K in MeaningKind]: Writer<K> } {
  return {
    number: ({ value }) => parts.number(value),
    ordinal: ({ value }) => `der ${parts.ordinal(value)}`,
    decimal: ({ whole, digits }) => parts.decimal(whole, digits),
    date: (date) => parts.date(date, 'der'),
    time: parts.time,
    money: (money) => parts.money(money, 'nominative'),
    // The verb is the second part of the sentence, and what belongs to it stands at the end.
    price: ({ date, thing, price }) =>
      `${parts.date(date, 'am')} kostete ${goods[thing]!.de} ${parts.money(price, 'accusative')}`.replace(
        ', kostete',
        ' kostete',
      ),
    departure: ({ vehicle, time }) => `${vehicles[vehicle]!.de} fährt um ${parts.time(time)} ab`,
    purchase: ({ count, noun, price }) => {
      const { de, gender } = nouns[noun]!;
      return `sie hat ${parts.number(count, accusativeOne[gender])} ${de[count === 1 ? 0 : 1]} für ${parts.money(price, 'accusative')} gekauft`;
    },
    arrival: ({ ordinal, person, date, time }) =>
      `der ${parts.ordinal(ordinal)} ${people[person]!.de} ist ${parts.date(date, 'am')} um ${parts.time(time)} angekommen`,
  };
}

export const germanWords = writers(words);
export const germanFigures = writers(digits);
