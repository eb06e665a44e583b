/**
 * For the tests: reads number words by the grammar of the language, without the generator's tables or rules of composition. Every word
 * of a text must be understood.
 */

const englishValues: Readonly<Record<string, number>> = {
  zero: 0,
  oh: 0,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  thirteen: 13,
  fourteen: 14,
  fifteen: 15,
  sixteen: 16,
  seventeen: 17,
  eighteen: 18,
  nineteen: 19,
  twenty: 20,
  thirty: 30,
  forty: 40,
  fifty: 50,
  sixty: 60,
  seventy: 70,
  eighty: 80,
  ninety: 90,
};
const englishOrdinalValues: Readonly<Record<string, string>> = {
  first: 'one',
  second: 'two',
  third: 'three',
  fifth: 'five',
  eighth: 'eight',
  ninth: 'nine',
  twelfth: 'twelve',
};

/** A sum that grows from left to right: what is below a factor is multiplied by it. */
export function parseEnglish(text: string): number {
  let total = 0;
  let group = 0;
  for (const word of text.split(/[ -]/)) {
    const value = englishValues[word];
    if (word === 'and') continue;
    if (value !== undefined) group += value;
    else if (word === 'hundred') group *= 100;
    else if (word === 'thousand' || word === 'million') {
      total += group * (word === 'thousand' ? 1000 : 1_000_000);
      group = 0;
    } else throw new Error(`"${word}" in "${text}"`);
  }
  return total + group;
}

export function parseEnglishOrdinal(text: string): number {
  const cardinal = text.replace(/[a-z]+$/, (word) => {
    const known = englishOrdinalValues[word];
    return known ?? (word.endsWith('ieth') ? `${word.slice(0, -4)}y` : word.slice(0, -2));
  });
  return parseEnglish(cardinal);
}

/** Two pairs of digits, or a number. */
export function parseEnglishYear(text: string): number {
  const [first = '', ...rest] = text.split(' ');
  if (rest.includes('thousand')) return parseEnglish(text);
  if (rest[0] === 'hundred') return 100 * parseEnglish(first);
  return 100 * parseEnglish(first) + parseEnglish(rest.join(' '));
}

const germanValues: Readonly<Record<string, number>> = {
  null: 0,
  einen: 1,
  eins: 1,
  eine: 1,
  ein: 1,
  zwei: 2,
  drei: 3,
  vier: 4,
  fünf: 5,
  sechs: 6,
  sieben: 7,
  acht: 8,
  neun: 9,
  zehn: 10,
  elf: 11,
  zwölf: 12,
  dreizehn: 13,
  vierzehn: 14,
  fünfzehn: 15,
  sechzehn: 16,
  siebzehn: 17,
  achtzehn: 18,
  neunzehn: 19,
  zwanzig: 20,
  dreißig: 30,
  vierzig: 40,
  fünfzig: 50,
  sechzig: 60,
  siebzig: 70,
  achtzig: 80,
  neunzig: 90,
};
const germanWords = new RegExp(
  `${Object.keys(germanValues)
    .sort((a, b) => b.length - a.length)
    .join('|')}|hundert|tausend|und| Millionen ?| Million ?`,
  'y',
);

export function parseGerman(text: string): number {
  let total = 0;
  let group = 0;
  germanWords.lastIndex = 0;
  while (germanWords.lastIndex < text.length) {
    const at = germanWords.lastIndex;
    const word = germanWords.exec(text)?.[0];
    if (word === undefined) throw new Error(`"${text.slice(at)}" in "${text}"`);
    const value = germanValues[word];
    if (value !== undefined) group += value;
    else if (word === 'hundert') group *= 100;
    else if (word !== 'und') {
      total += group * (word === 'tausend' ? 1000 : 1_000_000);
      group = 0;
    }
  }
  return total + group;
}

export function parseGermanOrdinal(text: string): number {
  const stem = text.replace(/(e|en|er)$/, '');
  const irregular: [string, string][] = [
    ['erst', 'eins'],
    ['dritt', 'drei'],
    ['siebt', 'sieben'],
  ];
  for (const [ordinal, cardinal] of irregular)
    if (stem.endsWith(ordinal)) return parseGerman(stem.slice(0, -ordinal.length) + cardinal);
  if (stem.endsWith('acht')) return parseGerman(stem);
  return parseGerman(stem.replace(/(?<=ig|hundert|tausend)st$|t$/, ''));
}

/** The hour of the clock (0 … 11), the minute, and the part of the day, all of which fix a time. */
export function timeOf(hour: number, minute: number, part: 0 | 1 | 2 | 3): { hour: number; minute: number } {
  const minutes = (60 * hour + minute + 720) % 720;
  const at = [minutes, minutes + 720].filter((m) => partOf(Math.floor(m / 60)) === part);
  if (at.length !== 1) throw new Error(`${hour}:${minute} in part ${part}`);
  return { hour: Math.floor(at[0]! / 60), minute: at[0]! % 60 };
}

function partOf(hour: number): number {
  return hour < 5 ? 0 : hour < 12 ? 1 : hour < 18 ? 2 : 3;
}

export function parseEnglishTime(text: string) {
  const [, clock = '', part = ''] = /^(.*) (at night|in the morning|in the afternoon|in the evening)$/.exec(text) ?? [];
  const p = ['at night', 'in the morning', 'in the afternoon', 'in the evening'].indexOf(part) as 0 | 1 | 2 | 3;
  const minute = (t: string) => (t === 'a quarter' ? 15 : t === 'half' ? 30 : parseEnglish(t));
  const relative = /^(.*) (past|to) (\w+)$/.exec(clock);
  if (relative) {
    const hour = parseEnglish(relative[3]!);
    return timeOf(hour, (relative[2] === 'to' ? -1 : 1) * minute(relative[1]!), p);
  }
  const [hour = '', ...rest] = clock.split(' ');
  return timeOf(parseEnglish(hour), rest[0] === "o'clock" ? 0 : parseEnglish(rest.join(' ')), p);
}

export function parseGermanTime(text: string) {
  const [, clock = '', part = ''] = /^(.*) (nachts|morgens|nachmittags|abends)$/.exec(text) ?? [];
  const p = ['nachts', 'morgens', 'nachmittags', 'abends'].indexOf(part) as 0 | 1 | 2 | 3;
  const [, before, hour = '', after] = /^(?:(\S+ (?:vor|nach)) )?(?:halb )?(\S+)(?: Uhr ?(.*))?$/.exec(clock) ?? [];
  let minutes = clock.includes('halb ') ? -30 : 0;
  if (before !== undefined) {
    const [amount = '', direction] = before.split(' ');
    minutes += (direction === 'vor' ? -1 : 1) * (amount === 'Viertel' ? 15 : parseGerman(amount));
  }
  if (after) minutes += parseGerman(after);
  return timeOf(parseGerman(hour), minutes, p);
}
