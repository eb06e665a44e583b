import { englishDecimal, englishDigits, englishNumber, englishOrdinal, englishYear } from './english.js';
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

/** When of the day an hour is: at most seven hours, so that an hour of the clock and its part are one hour of the day. */
function partOfDay(hour: number): string {
  if (hour < 5) return 'at night';
  if (hour < 12) return 'in the morning';
  return hour < 18 ? 'in the afternoon' : 'in the evening';
}

const onClock = (hour: number) => englishNumber(((hour + 11) % 12) + 1);

function timeInWords({ hour, minute }: TimeMeaning): string {
  const part = partOfDay(hour);
  if (minute === 0) return `${onClock(hour)} o'clock ${part}`;
  if (minute === 15) return `a quarter past ${onClock(hour)} ${part}`;
  if (minute === 30) return `half past ${onClock(hour)} ${part}`;
  if (minute === 45) return `a quarter to ${onClock(hour + 1)} ${part}`;
  if (minute % 5 === 0)
    return minute < 30
      ? `${englishNumber(minute)} past ${onClock(hour)} ${part}`
      : `${englishNumber(60 - minute)} to ${onClock(hour + 1)} ${part}`;
  return `${onClock(hour)} ${minute < 10 ? 'oh ' : ''}${englishNumber(minute)} ${part}`;
}

function dateInWords(date: DateMeaning): string {
  const day = `the ${englishOrdinal(date.day)} of ${months.en[date.month - 1]} ${englishYear(date.year)}`;
  return date.weekday ? `${weekdays.en[weekdayOf(date)]} ${day}` : day;
}

function moneyInWords({ whole, cents, currency }: MoneyMeaning): string {
  const { one, many, centOne, centMany } = currencies[currency].en;
  const major = `${englishNumber(whole)} ${whole === 1 ? one : many}`;
  const minor = `${englishNumber(cents)} ${cents === 1 ? centOne : centMany}`;
  if (cents === 0) return major;
  return whole === 0 ? minor : `${major} and ${minor}`;
}

const digitTime = ({ hour, minute }: TimeMeaning) =>
  `${((hour + 11) % 12) + 1}:${String(minute).padStart(2, '0')} ${hour < 12 ? 'am' : 'pm'}`;
const digitDate = (date: DateMeaning) =>
  `${date.weekday ? `${weekdays.en[weekdayOf(date)]} ` : ''}${date.day} ${months.en[date.month - 1]} ${date.year}`;
const digitMoney = ({ whole, cents, currency }: MoneyMeaning) =>
  `${currencies[currency].sign}${englishDigits(whole)}.${String(cents).padStart(2, '0')}`;

function digitOrdinal(n: number): string {
  const last = n % 100 > 10 && n % 100 < 14 ? 0 : n % 10;
  return `${englishDigits(n)}${['th', 'st', 'nd', 'rd'][last] ?? 'th'}`;
}

interface Parts {
  number(n: number): string;
  ordinal(n: number): string;
  decimal(whole: number, digits: string): string;
  date(date: DateMeaning): string;
  time(time: TimeMeaning): string;
  money(money: MoneyMeaning): string;
}

const words: Parts = {
  number: englishNumber,
  ordinal: englishOrdinal,
  decimal: englishDecimal,
  date: dateInWords,
  time: timeInWords,
  money: moneyInWords,
};
const digits: Parts = {
  number: englishDigits,
  ordinal: digitOrdinal,
  decimal: (whole, fraction) => `${englishDigits(whole)}.${fraction}`,
  date: digitDate,
  time: digitTime,
  money: digitMoney,
};

function writers(parts: Parts): { [K in MeaningKind]: Writer<K> } {
  return {
    number: ({ value }) => parts.number(value),
    ordinal: ({ value }) => `the ${parts.ordinal(value)}`,
    decimal: ({ whole, digits }) => parts.decimal(whole, digits),
    date: parts.date,
    time: parts.time,
    money: parts.money,
    price: ({ date, thing, price }) => `on ${parts.date(date)} ${goods[thing]!.en} cost ${parts.money(price)}`,
    departure: ({ vehicle, time }) => `${vehicles[vehicle]!.en} departs at ${parts.time(time)}`,
    purchase: ({ count, noun, price }) =>
      `she bought ${parts.number(count)} ${nouns[noun]!.en[count === 1 ? 0 : 1]} for ${parts.money(price)}`,
    arrival: ({ ordinal, person, date, time }) =>
      `the ${parts.ordinal(ordinal)} ${people[person]!.en} arrived on ${parts.date(date)} at ${parts.time(time)}`,
  };
}

export const englishWords = writers(words);
export const englishFigures = writers(digits);
