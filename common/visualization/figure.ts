import type { Data, Layout } from 'plotly.js-dist';
import type { Theme } from './theme.js';

/** A plotly figure as plain data: what `Plotly.newPlot` takes, what a notebook shows, what is saved to a file. */
export type Figure = { data: Partial<Data>[]; layout: Partial<Layout> };

/** Size of a picture: width and height in CSS pixels, `scale` in picture pixels for each of them. */
export type PictureSize = { width?: number; height?: number; scale?: number };

/** How a picture is made: its size, and the theme (default light). */
export type PictureOptions = PictureSize & { theme?: Theme };
