import type { Layout } from 'plotly.js-dist';

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

export const ink = '#2b2f36';
export const faint = '#6b7280';
export const grid = '#e5e7eb';

/** From paper to ink, for counts and shares: lightness falls evenly, so that it reads in grey as well; small values are already tinted. */
export const sequential: [number, string][] = [
  [0, '#ffffff'],
  [0.02, '#e6f0f7'],
  [0.1, '#c6dcec'],
  [0.4, '#7fb2d6'],
  [0.75, '#2f83b7'],
  [1, '#005b8f'],
];

/** The house style as a plotly template: a figure's own layout goes before it. */
export const template: Layout['template'] = {
  layout: {
    colorway: Object.values(palette),
    paper_bgcolor: '#ffffff',
    plot_bgcolor: '#ffffff',
    font: { family: fontFamily, size: 13, color: ink },
    title: { x: 0.02, xanchor: 'left', y: 0.97, yanchor: 'top', font: { size: 16, color: ink } },
    margin: { l: 64, r: 24, t: 64, b: 56 },
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
