import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { configureEngine } from 'common/backend';
import { type Figure, palette, savePng, template } from 'common/visualization';
import { textTable } from './compare.js';
import { countOperations, weigh } from './operationCount.js';
import { prepareImages } from './training.js';

// The cost of a ViT's training step against its sizes, beside what the operations in its graph explain. Processor time of one thread: the
// machine's other work hardly changes it.

interface Size {
  batch: number;
  dim: number;
  depth: number;
  patch: number;
}

const base: Size = { batch: 32, dim: 128, depth: 4, patch: 7 };
const sides = 28;
const tokens = ({ patch }: Size) => (sides / patch) ** 2 + 1;

const sweeps: readonly { title: string; x: (size: Size) => number; sizes: readonly Size[] }[] = [
  { title: 'batch', x: ({ batch }) => batch, sizes: [8, 16, 32, 64, 128].map((batch) => ({ ...base, batch })) },
  { title: 'width', x: ({ dim }) => dim, sizes: [64, 128, 192, 256, 384].map((dim) => ({ ...base, dim })) },
  { title: 'depth', x: ({ depth }) => depth, sizes: [1, 2, 4, 8].map((depth) => ({ ...base, depth })) },
  { title: 'sequence length', x: tokens, sizes: [14, 7, 4, 2].map((patch) => ({ ...base, batch: 8, patch })) },
];

/** A step may cost this much more than its operations explain: caches are left, and clocks waver. */
const TOLERANCE = 1.25;

interface Point {
  x: number;
  /** Milliseconds of the processor. */
  cost: number;
  /** The operations in the graph. */
  count: number;
  /** Growth of the cost since the point before, over that of the operations; 1 or less where they explain it. */
  excess?: number;
}

function measurePoint(size: Size, x: number, steps: number): Point {
  const { batch, dim, depth, patch } = size;
  const prepared = prepareImages({
    spec: { name: 'vit', dim, depth, patch, heads: dim / 32 },
    task: { classes: 10, channels: 1, size: sides },
    batch,
  });
  for (let i = 0; i < 3; i++) prepared.step();
  // The least of a few: what interrupts only adds.
  const costs = Array.from({ length: steps }, () => {
    const before = process.cpuUsage();
    prepared.step();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e3;
  });
  const cost = Math.min(...costs);
  const count = prepared.graphs().reduce((sum, graph) => sum + weigh(countOperations(graph)), 0);
  prepared.dispose();
  return { x, cost, count };
}

/** Measures the sweeps, prints a table, writes the plot and says which steps cost more than their operations explain. */
export async function measureScaling({
  output,
  steps,
  threads = 1,
}: {
  output: string;
  steps: number;
  threads?: number;
}): Promise<void> {
  configureEngine({ threads });
  const results: { title: string; points: Point[] }[] = [];
  for (const { title, x, sizes } of sweeps) {
    const points: Point[] = [];
    for (const size of sizes) {
      const point = measurePoint(size, x(size), steps);
      const before = points.at(-1);
      if (before !== undefined) point.excess = point.cost / before.cost / (point.count / before.count);
      points.push(point);
    }
    results.push({ title, points });
    const rows = points.map(({ x, cost, count, excess }) => [
      String(x),
      cost.toFixed(1),
      (count / 1e9).toFixed(3),
      ((cost * 1e9) / count).toFixed(1),
      excess === undefined ? '' : `${excess.toFixed(2)}${excess > TOLERANCE ? ' !' : ''}`,
    ]);
    console.log(textTable([[title, 'cpu ms', 'Gop', 'ms/Gop', 'growth/explained'], ...rows]));
    console.log();
  }
  const worse = results.flatMap(({ title, points }) =>
    points.flatMap(({ x, excess = 0 }, i) =>
      excess > TOLERANCE ? [`${title} ${points[i - 1]?.x} → ${x}: ${excess.toFixed(2)} times`] : [],
    ),
  );
  console.log(
    worse.length === 0
      ? `No step costs more than its operations explain (within ${TOLERANCE}).`
      : `Worse than the operation count explains: ${worse.join('; ')}.`,
  );
  await mkdir(dirname(output), { recursive: true });
  await savePng(scalingFigure(results), output);
  console.log(`${output} written`);
}

/** A panel a sweep: measured cost, and the cost of the largest point shared out by operations. */
function scalingFigure(results: readonly { title: string; points: readonly Point[] }[]): Figure {
  const data: Figure['data'] = [];
  const layout: Figure['layout'] = {
    template,
    title: { text: 'Processor time of a training step (ViT)' },
    ...{ width: 1280, height: 400, margin: { l: 64, r: 24, t: 88, b: 56 } },
    legend: { orientation: 'h', x: 0, xanchor: 'left', y: 1.04, yanchor: 'bottom' },
  };
  const gap = 0.06;
  const width = (1 - gap * (results.length - 1)) / results.length;
  results.forEach(({ title, points }, i) => {
    const suffix = i === 0 ? '' : String(i + 1);
    const left = i * (width + gap);
    const ticks = { tickmode: 'array', tickvals: points.map(({ x }) => x), ticktext: points.map(({ x }) => String(x)) };
    Object.assign(layout, {
      [`xaxis${suffix}`]: {
        title: { text: title },
        type: 'log',
        domain: [left, left + width],
        anchor: `y${suffix}`,
        ...ticks,
      },
      [`yaxis${suffix}`]: { title: { text: i === 0 ? 'ms' : '' }, type: 'log', dtick: 'D2', anchor: `x${suffix}` },
    });
    const last = points.at(-1);
    const rate = last === undefined ? 0 : last.cost / last.count;
    const shared = { type: 'scatter', xaxis: `x${suffix}`, yaxis: `y${suffix}`, showlegend: i === 0 } as const;
    const x = points.map((point) => point.x);
    data.push(
      {
        ...shared,
        ...{ name: 'measured', mode: 'lines+markers', x, y: points.map(({ cost }) => cost) },
        ...{ line: { width: 2, color: palette.blue }, marker: { size: 6, color: palette.blue } },
      },
      {
        ...shared,
        ...{ name: 'explained by the operations', mode: 'lines', x, y: points.map(({ count }) => count * rate) },
        line: { width: 2, color: palette.vermillion, dash: 'dash' },
      },
    );
  });
  return { data, layout };
}
