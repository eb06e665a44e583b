/** Numbers in English words, British: with "and" before tens and units. */
const units =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const tens = ' . twenty thirty forty fifty sixty seventy eighty ninety'.trim().split(' ');
const ordinals: Readonly<Record<string, string>> = {
  one: 'first',
  two: 'second',
  three: 'third',
  five: 'fifth',
  eight: 'eighth',
  nine: 'ninth',
  twelve: 'twelfth',
};

function belowHundred(n: number): string {
  if (n < 20) return units[n]!;
  const ten = tens[Math.floor(n / 10) - 1]!;
  return n % 10 === 0 ? ten : `${ten}-${units[n % 10]}`;
}

function belowThousand(n: number): string {
  if (n < 100) return belowHundred(n);
  const hundreds = `${units[Math.floor(n / 100)]} hundred`;
  return n % 100 === 0 ? hundreds : `${hundreds} and ${belowHundred(n % 100)}`;
}

/** 0 … 999,999,999: `one million two hundred thousand and five`. */
export function englishNumber(n: number): string {
  if (n < 1000) return belowThousand(n);
  const [size, name] = n < 1_000_000 ? [1000, 'thousand'] : [1_000_000, 'million'];
  const head = `${belowThousand(Math.floor(n / size))} ${name}`;
  const rest = n % size;
  if (rest === 0) return head;
  return rest < 100 ? `${head} and ${englishNumber(rest)}` : `${head} ${englishNumber(rest)}`;
}

/** 1 … 999,999,999: `two hundred and twenty-first`. */
export function englishOrdinal(n: number): string {
  return englishNumber(n).replace(/[a-z]+$/, (last) => {
    const irregular = ordinals[last];
    if (irregular !== undefined) return irregular;
    return last.endsWith('y') ? `${last.slice(0, -1)}ieth` : `${last}th`;
  });
}

/** 1100 … 2099 as years are read: `nineteen oh five`, `two thousand and nine`, `twenty twenty-one`. */
export function englishYear(year: number): string {
  const century = Math.floor(year / 100);
  const rest = year % 100;
  if (year >= 2000 && year < 2010) return englishNumber(year);
  if (rest === 0) return `${belowHundred(century)} hundred`;
  return rest < 10 ? `${belowHundred(century)} oh ${units[rest]}` : `${belowHundred(century)} ${belowHundred(rest)}`;
}

/** `three point one four`: the digits after the point one by one. */
export function englishDecimal(whole: number, digits: string): string {
  return `${englishNumber(whole)} point ${Array.from(digits, (d) => units[Number(d)]!).join(' ')}`;
}

/** `1,234,567` */
export function englishDigits(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}
