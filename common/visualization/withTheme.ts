import type { Figure } from './figure.js';
import { darkOf, type Theme } from './theme.js';

/**
 * The figure in a theme. Figures are made in light colours; for `dark` every colour of the house (theme.ts) becomes its dark counterpart wherever it
 * stands, and all other colours stay. The figure given is not changed; numbers of its traces are shared, not copied.
 */
export function withTheme(figure: Figure, theme: Theme): Figure {
  if (theme === 'light') return figure;
  return { data: figure.data.map(dark), layout: dark(figure.layout) };
}

function dark<T>(value: T): T;
function dark(value: unknown): unknown {
  if (typeof value === 'string') return darkColour(value);
  // Thousands of coordinates hold no colour; a stop of a scale, [0.5, '#ffffff'], does.
  if (Array.isArray(value))
    return typeof value[0] === 'number' && typeof value.at(-1) !== 'string'
      ? value
      : value.map((part: unknown) => dark(part));
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, dark(part)]));
}

function darkColour(text: string): string {
  const plain = darkOf[text];
  if (plain !== undefined) return plain;
  const match = /^rgba\((\d+), ?(\d+), ?(\d+), ?([\d.]+)\)$/.exec(text);
  if (match === null) return text;
  const [red, green, blue] = [match[1], match[2], match[3]].map(Number);
  const turned = darkOf[`#${[red, green, blue].map((part) => (part ?? 0).toString(16).padStart(2, '0')).join('')}`];
  return turned === undefined ? text : translucent(turned, Number(match[4]));
}

/** A colour `#rrggbb` with an opacity from 0 to 1, as `rgba(…)`. */
export function translucent(colour: string, opacity: number): string {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return `rgba(${red}, ${green}, ${blue}, ${opacity})`;
}
