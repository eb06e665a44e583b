import { UserError } from '../utils/index.js';

/** A part of a split: `train[10%:20%]`. Bounds are as written; undefined where left open. */
export interface SplitPart {
  split: string;
  from: number | undefined;
  to: number | undefined;
  unit: 'rows' | '%';
  rounding: 'closest' | 'pct1_dropremainder';
}

const PART = /^(\w+(?:\.\w+)*)(?:\[(?:(-?[\d_]+)(%)?)?:(?:(-?[\d_]+)(%)?)?\])?(?:\(([^)]*)\))?$/;

/** Reads `train`, `train[:10%]`, `train[100:200]`, `train[-5%:]`, `train[:10%]+test[:10%](pct1_dropremainder)` as Python's `datasets` does. */
export function parseSplit(text: string): SplitPart[] {
  return text.split('+').map((part) => parsePart(part.trim(), text));
}

function parsePart(text: string, whole: string): SplitPart {
  const refuse = (why: string) =>
    new UserError(
      `The split "${whole}" cannot be understood: ${why}. Write train, train[:10%], train[100:200], train[-5%:] or train+test.`,
    );
  const match = PART.exec(text);
  if (match === null) throw refuse(`"${text}" is no split`);
  const [, split = '', fromText, fromPercent, toText, toPercent, roundingText] = match;
  const number = (digits: string | undefined) =>
    digits === undefined ? undefined : Number(digits.replaceAll('_', ''));
  const [from, to] = [number(fromText), number(toText)];
  if (Number.isNaN(from) || Number.isNaN(to)) throw refuse(`"${text}" has a bound that is no number`);
  const isMixed = from !== undefined && to !== undefined && (fromPercent ?? '') !== (toPercent ?? '');
  if (isMixed) throw refuse('one bound is in percent, the other in rows');
  const unit = fromPercent !== undefined || toPercent !== undefined ? '%' : 'rows';
  if (unit === '%' && (Math.abs(from ?? 0) > 100 || Math.abs(to ?? 0) > 100))
    throw refuse('percents go from -100 to 100');
  const rounding = roundingText ?? 'closest';
  if (rounding !== 'closest' && rounding !== 'pct1_dropremainder')
    throw refuse(`the rounding "${rounding}" is neither closest nor pct1_dropremainder`);
  if (roundingText !== undefined && unit === 'rows') throw refuse('rounding belongs to percents');
  return { split, from, to, unit, rounding };
}

/** First row and end (exclusive) of a part in a split of `length` rows. */
export function partRange(part: SplitPart, length: number): [number, number] {
  if (part.unit === '%' && part.rounding === 'pct1_dropremainder' && length < 100)
    throw new UserError(`pct1_dropremainder of a split of ${length} rows is always empty: it needs at least 100.`);
  const bound = (value: number | undefined, open: number) => {
    if (value === undefined) return open;
    const rows = part.unit === 'rows' ? value : percent(value, length, part.rounding);
    return Math.min(rows < 0 ? Math.max(length + rows, 0) : rows, length);
  };
  const from = bound(part.from, 0);
  return [from, Math.max(from, bound(part.to, length))];
}

/** As Python's int(round(…)), which rounds a half to the even neighbour. */
function percent(value: number, length: number, rounding: SplitPart['rounding']): number {
  if (rounding === 'pct1_dropremainder') return value * Math.trunc(length / 100);
  const exact = (value * length) / 100;
  const floor = Math.floor(exact);
  if (exact - floor !== 0.5) return Math.round(exact);
  return floor % 2 === 0 ? floor : floor + 1;
}
