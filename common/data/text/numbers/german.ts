/** Numbers in German words (Duden): units before tens, below a million one word. */
const units =
  'null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn'.split(
    ' ',
  );
const tens = 'zehn zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig'.split(' ');
const ordinals: Readonly<Record<number, string>> = { 1: 'erst', 3: 'dritt', 7: 'siebt', 8: 'acht' };

/** How a one at the end is said: by itself, before another part or a masculine noun, before a feminine one, accusative masculine. */
export type One = 'eins' | 'ein' | 'eine' | 'einen';

function belowHundred(n: number, one: string): string {
  if (n === 1) return one;
  if (n < 20) return units[n]!;
  const ten = tens[Math.floor(n / 10) - 1]!;
  if (n % 10 === 0) return ten;
  return `${n % 10 === 1 ? 'ein' : units[n % 10]}und${ten}`;
}

/** Below a million, without the null. */
function word(n: number, one: string): string {
  if (n === 0) return '';
  if (n < 100) return belowHundred(n, one);
  if (n < 1000) return `${belowHundred(Math.floor(n / 100), 'ein')}hundert${word(n % 100, one)}`;
  return `${word(Math.floor(n / 1000), 'ein')}tausend${word(n % 1000, one)}`;
}

/** 0 … 999,999,999: `eine Million zweihunderttausendfünf`. */
export function germanNumber(n: number, one: One = 'eins'): string {
  if (n === 0) return 'null';
  const millions = Math.floor(n / 1_000_000);
  // Only a lone one agrees with its noun in gender and case: hundertein Bücher.
  const rest = word(n % 1_000_000, n === 1 || one === 'eins' ? one : 'ein');
  if (millions === 0) return rest;
  const head = millions === 1 ? 'eine Million' : `${word(millions, 'eine')} Millionen`;
  return rest === '' ? head : `${head} ${rest}`;
}

/** 1 … 999,999 with its ending (`e`, `en`, `er`): `einundzwanzigsten`. */
export function germanOrdinal(n: number, ending: 'e' | 'en' | 'er'): string {
  const last = n % 100;
  if (last === 0 || last >= 20) return `${word(n, 'eins')}st${ending}`;
  const stem = ordinals[last] ?? `${units[last]}t`;
  return `${word(n - last, 'ein')}${stem}${ending}`;
}

/** 1100 … 2099 as years are read: `neunzehnhundertfünf`, `zweitausendeinundzwanzig`. */
export function germanYear(year: number): string {
  if (year >= 2000) return germanNumber(year);
  return `${units[Math.floor(year / 100)]}hundert${word(year % 100, 'eins')}`;
}

/** `drei Komma eins vier` */
export function germanDecimal(whole: number, digits: string): string {
  return `${germanNumber(whole)} Komma ${Array.from(digits, (d) => units[Number(d)]!).join(' ')}`;
}

/** `1.234.567` */
export function germanDigits(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, '.');
}
