/** A number in few characters: six digits, whole numbers whole. */
export function numberText(value: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return Object.is(value, -0) ? '0' : shortWhole(value);
  const size = Math.abs(value);
  if (size >= 1e5) return shortWhole(Math.round(value));
  return size < 1e-4 ? value.toExponential(3) : String(Number(value.toPrecision(size >= 1 ? 6 : 4)));
}

const shortWhole = (value: number): string => (Math.abs(value) >= 1e15 ? value.toExponential(3) : String(value));

/** The lists of a tensor's items as text, in the manner of numpy: brackets by axis, columns aligned. `'…'` stands for what is left out. */
export function arrayText(items: readonly Nested[]): string {
  const width = Math.max(0, ...flat(items).map((text) => text.length));
  const write = (part: Nested, indent: string): string => {
    if (typeof part === 'string') return part.padStart(width);
    const deep = part.some((item) => typeof item !== 'string');
    if (!deep) return `[${part.map((item) => (item === '…' ? '…' : write(item, ''))).join(', ')}]`;
    return `[${part.map((item) => (item === '…' ? '…' : write(item, `${indent} `))).join(`,\n${indent} `)}]`;
  };
  return write(items, '');
}

/** Texts in lists in lists. */
export type Nested = string | readonly Nested[];

function flat(items: readonly Nested[]): string[] {
  return items.flatMap((item) => (typeof item === 'string' ? (item === '…' ? [] : [item]) : flat(item)));
}

/** The items of an array of this shape as texts in nested lists. */
export function nest(texts: readonly string[], shape: readonly number[]): Nested {
  const [side, ...inner] = shape;
  if (side === undefined) return texts[0] ?? '';
  const size = inner.reduce((all, next) => all * next, 1);
  return Array.from({ length: side }, (_, i) => nest(texts.slice(i * size, (i + 1) * size), inner));
}
