import { palette } from '../theme.js';

const colours = Object.values(palette);
const dashes = ['solid', 'dash', 'dot', 'dashdot'] as const;
const symbols = ['circle', 'square', 'diamond', 'cross', 'triangle-up', 'star', 'x', 'pentagon'] as const;

/** The colour of the i-th series, class or group; the eight repeat. */
export function colourOf(i: number): string {
  return colours[i % colours.length] ?? palette.black;
}

/** Solid for the first eight series, then dashed, dotted …: what tells lines of one colour apart. */
export function dashOf(i: number): (typeof dashes)[number] {
  return dashes[Math.floor(i / colours.length) % dashes.length] ?? 'solid';
}

/** The mark of the i-th class: a circle for the first eight, then squares …, so that colours that repeat are told apart. */
export function symbolOf(i: number): (typeof symbols)[number] {
  return symbols[Math.floor(i / colours.length) % symbols.length] ?? 'circle';
}
