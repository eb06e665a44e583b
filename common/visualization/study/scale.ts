import { faint, shades } from '../theme.js';
import type { Direction } from './trials.js';

/** The shades as a plotly scale, from light to dark. */
export const shadeScale: [number, string][] = shades.map((shade, i) => [i / (shades.length - 1), shade]);

/** The shade for a share from 0 (light) to 1. */
export function shadeOf(share: number): string {
  return shades[Math.round(Math.min(1, Math.max(0, share)) * (shades.length - 1))] ?? faint;
}

/** Colours of an objective: the better, the stronger. */
export function scoreColours(direction: Direction): { colorscale: [number, string][]; reversescale: boolean } {
  return { colorscale: shadeScale, reversescale: direction === 'minimize' };
}

/** A narrow colour bar with a title along it. */
export function colourBar(title: string): object {
  return {
    ...{ thickness: 12, outlinewidth: 0, tickfont: { size: 11, color: faint } },
    title: { text: title, side: 'right', font: { size: 12, color: faint } },
  };
}
