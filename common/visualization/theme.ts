import type { Layout } from 'plotly.js-dist';

/** Light for paper and white pages, dark for dark ones; figures are made in light, `withTheme` turns them. */
export type Theme = 'light' | 'dark';

/**
 * The eight colours of Okabe and Ito (2008), which people with any kind of colour blindness can tell apart; in the order of use.
 */
export const palette = {
  blue: '#0072b2',
  vermillion: '#d55e00',
  green: '#009e73',
  purple: '#cc79a7',
  orange: '#e69f00',
  sky: '#56b4e9',
  black: '#333333',
  yellow: '#f0e442',
} as const;

/** Open Sans comes with the repository (see fonts.ts); the others are for browsers. */
export const fontFamily = 'Open Sans, Helvetica Neue, Arial, DejaVu Sans, sans-serif';

/** What figures are drawn on. */
export const paper = '#ffffff';
export const ink = '#2b2f36';
export const faint = '#6b7280';
export const grid = '#e5e7eb';

/** From paper to ink, for counts and shares: lightness falls evenly, so that it reads in grey as well; small values are already tinted. */
export const sequential: [number, string][] = [
  [0, paper],
  [0.02, '#e6f0f7'],
  [0.1, '#c6dcec'],
  [0.4, '#7fb2d6'],
  [0.75, '#2f83b7'],
  [1, '#005b8f'],
];

/** From blue over paper to vermillion, for values around zero; the two ends differ for every eye. */
export const diverging: [number, string][] = [
  [0, '#004f7c'],
  [0.25, '#4d9ac8'],
  [0.5, paper],
  [0.75, '#e58c4a'],
  [1, '#9a3f00'],
];

/** Nuñez, Anderton and Renslow's cividis (2018), from dark blue to yellow: for pictures and maps, the same on paper and on dark pages. */
export const cividis: [number, string][] = [
  [0, '#00224e'],
  [0.125, '#123570'],
  [0.25, '#3b496c'],
  [0.375, '#575d6d'],
  [0.5, '#707173'],
  [0.625, '#8a8678'],
  [0.75, '#a59c74'],
  [0.875, '#c3b369'],
  [1, '#fee838'],
];

// Lightness of the scales is turned over.
const darkCounterparts: Record<string, string> = {
  [paper]: '#15181d',
  [ink]: '#e3e6eb',
  [faint]: '#9aa3b0',
  [grid]: '#2c323b',
  [palette.black]: '#eceff3',
  '#e6f0f7': '#1a2833',
  '#c6dcec': '#1d3748',
  '#7fb2d6': '#24658e',
  '#2f83b7': '#45a0d4',
  '#005b8f': '#c4e6f9',
  '#004f7c': '#8fd0f5',
  '#4d9ac8': '#2b7aaa',
  '#e58c4a': '#b5571a',
  '#9a3f00': '#ffb27d',
};

/** 33 steps of the sequential scale from a light tint to dark blue: for lines and marks that are coloured one by one. */
export const shades: readonly string[] = Array.from({ length: 33 }, (_, i) =>
  between(sequential, 0.1 + (0.9 * i) / 32),
);

/** What each colour of the light theme becomes in the dark one; a colour that is not here stays. */
export const darkOf: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    shades.map((shade, i) => {
      const darkScale = sequential.map(([at, colour]): [number, string] => [at, darkCounterparts[colour] ?? colour]);
      return [shade, between(darkScale, 0.1 + (0.9 * i) / 32)];
    }),
  ),
  ...darkCounterparts,
};

/** The colour at a place of a scale, mixed from the two stops beside it. */
function between(scale: readonly [number, string][], at: number): string {
  const after = Math.max(
    1,
    scale.findIndex(([stop]) => stop >= at - 1e-9),
  );
  const [[from, a], [to, b]] = [scale[after - 1]!, scale[after]!];
  const part = (at - from) / (to - from);
  const channel = (colour: string, k: number): number => Number.parseInt(colour.slice(1 + 2 * k, 3 + 2 * k), 16);
  const mixed = [0, 1, 2].map((k) => Math.round(channel(a, k) + part * (channel(b, k) - channel(a, k))));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** The house style as a plotly template: a figure's own layout goes before it. */
export const template: Layout['template'] = {
  layout: {
    colorway: Object.values(palette),
    paper_bgcolor: paper,
    plot_bgcolor: paper,
    font: { family: fontFamily, size: 13, color: ink },
    title: { x: 0.02, xanchor: 'left', y: 0.97, yanchor: 'top', font: { size: 16, color: ink } },
    margin: { l: 64, r: 24, t: 64, b: 56 },
    hoverlabel: { font: { family: fontFamily, size: 12 } },
    legend: { orientation: 'h', x: 0, xanchor: 'left', y: 1.02, yanchor: 'bottom', font: { size: 12 } },
    xaxis: axis(),
    yaxis: axis(),
  },
};

function axis(): object {
  return {
    gridcolor: grid,
    linecolor: faint,
    zeroline: false,
    ticks: 'outside',
    ticklen: 4,
    tickcolor: grid,
    tickfont: { size: 12, color: faint },
    title: { font: { size: 13, color: ink }, standoff: 10 },
    // Without a browser, positions of labels are not known, and plotly would never settle on a margin: figures set their own.
    automargin: true,
  };
}
