import type { Calibration } from '../../metrics/index.js';
import type { Figure } from '../figure.js';
import { faint, palette, template } from '../theme.js';
import { translucent } from '../withTheme.js';
import { colourOf, dashOf } from './colours.js';
import { plain } from './text.js';

export type NamedCalibration = { name: string; calibration: Calibration };

export type CalibrationFigureOptions = { title?: string };

/**
 * A reliability diagram (Guo et al. 2017) of what `createCalibration` computes: how often the model is right against how sure it is, bin by bin, with the gap to the
 * diagonal, and below how many samples each bin has. Several models are lines instead of bars.
 */
export function calibrationFigure(
  models: Calibration | readonly NamedCalibration[],
  { title = 'Calibration' }: CalibrationFigureOptions = {},
): Figure {
  const named = 'bins' in models ? [{ name: 'model', calibration: models }] : models;
  const [only] = named;
  const heading =
    named.length === 1 && only !== undefined
      ? `${title}: ECE ${percent(only.calibration.ece)}, largest gap ${percent(only.calibration.mce)}`
      : title;
  const data: Figure['data'] = [];
  if (named.length === 1 && only !== undefined) data.push(...barsAndGaps(only.calibration));
  else
    named.forEach(({ name, calibration: { bins, ece } }, i) => {
      const filled = bins.filter(({ count }) => count > 0);
      data.push({
        ...{ type: 'scatter', mode: 'lines+markers', name: `${plain(name)}, ECE ${percent(ece)}`, marker: { size: 6 } },
        ...{ x: filled.map(({ confidence }) => confidence), y: filled.map(({ accuracy }) => accuracy) },
        line: { width: 2, color: colourOf(i), dash: dashOf(i) },
      });
    });
  data.push({
    ...{ type: 'scatter', mode: 'lines', x: [0, 1], y: [0, 1], hoverinfo: 'skip', showlegend: false },
    line: { width: 1, color: faint, dash: 'dash' },
  });
  named.forEach(({ calibration: { bins } }, i) => {
    data.push({
      ...{ type: 'bar', x: bins.map(middle), y: bins.map(({ count }) => count), yaxis: 'y2', showlegend: false },
      ...{
        width: bins.map(({ lower, upper }) => upper - lower),
        marker: { color: translucent(colourOf(i), named.length > 1 ? 0.5 : 0.8), line: { width: 0 } },
      },
      hovertemplate: '%{y} samples<extra></extra>',
    });
  });
  const range: [number, number] = [0, 1.005];
  const shares = { tickformat: '.0%', dtick: 0.2, range };
  return {
    data,
    layout: {
      ...{ template, title: { text: heading }, width: 560, height: 660, margin: { l: 72, r: 28, t: 56, b: 60 } },
      ...{ barmode: 'overlay', showlegend: true },
      xaxis: { ...shares, title: { text: 'confidence' }, anchor: 'y2' },
      yaxis: { ...shares, title: { text: 'share that is right' }, domain: [0.26, 1] },
      yaxis2: { title: { text: 'samples' }, domain: [0, 0.2], rangemode: 'tozero', nticks: 4 },
      legend: {
        orientation: 'v',
        x: 0.02,
        xanchor: 'left',
        y: 0.99,
        yanchor: 'top',
        bgcolor: 'rgba(255, 255, 255, 0.8)',
      },
    },
  };
}

function barsAndGaps({ bins }: Calibration): Figure['data'] {
  const filled = bins.filter(({ count }) => count > 0);
  const shared = {
    type: 'bar',
    x: filled.map(middle),
    width: filled.map(({ lower, upper }) => upper - lower),
  } as const;
  return [
    {
      ...{ ...shared, name: 'share that is right', y: filled.map(({ accuracy }) => accuracy) },
      marker: { color: palette.blue, line: { width: 1, color: '#ffffff' } },
      hovertemplate: '%{y:.1%} right<extra></extra>',
    },
    ...gaps(
      'surer than right',
      filled.filter(({ accuracy, confidence }) => confidence > accuracy),
      palette.vermillion,
    ),
    ...gaps(
      'less sure than right',
      filled.filter(({ accuracy, confidence }) => confidence < accuracy),
      '#ffffff',
    ),
  ];
}

/** Between how often the bins are right and how sure they are: hatched, over paper in a colour, over bars in paper's own. */
function gaps(name: string, bins: Calibration['bins'], hatch: string): Figure['data'] {
  if (bins.length === 0) return [];
  return [
    {
      ...{ type: 'bar', name, x: bins.map(middle), width: bins.map(({ lower, upper }) => upper - lower) },
      ...{
        base: bins.map(({ accuracy }) => accuracy),
        y: bins.map(({ accuracy, confidence }) => confidence - accuracy),
      },
      marker: {
        ...{ color: palette.blue, line: { width: 1.5, color: palette.vermillion } },
        pattern: {
          shape: '/',
          fgcolor: hatch,
          bgcolor: hatch === palette.vermillion ? '#ffffff' : palette.blue,
          size: 7,
          solidity: 0.25,
        },
      },
      hovertemplate: 'gap %{y:.1%}<extra></extra>',
    },
  ];
}

const middle = ({ lower, upper }: { lower: number; upper: number }): number => (lower + upper) / 2;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
