import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { barFigure, confusionMatrixFigure, figurePng, figureSvg, learningCurves, lineFigure } from './index.js';
import { splitOfMetric } from './learningCurves.js';

/** Brightness (0–255) of a PNG at places given in its pixels. */
async function brightness(png: Uint8Array): Promise<(x: number, y: number) => number> {
  const { data, info } = await sharp(png).greyscale().toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  return (x, y) => data[(Math.round(y) * info.width + Math.round(x)) * info.channels] ?? Number.NaN;
}

const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;
const texts = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1]!);

describe('learningCurves', () => {
  const rows = [1, 2, 3, 4, 5].map((epoch) => ({
    epoch,
    loss: 1 / epoch,
    val_loss: 1.2 / epoch,
    accuracy: 1 - 0.5 / epoch,
    val_accuracy: [0.4, 0.6, 0.85, 0.8, 0.7][epoch - 1]!,
    lr: 0.001,
  }));

  test('loss and accuracy have a panel each, with training and validation in it', async () => {
    const figure = learningCurves(rows);
    expect(figure.data.length).toBe(4);
    const svg = await figureSvg(figure);
    expect(count(svg, /class="trace scatter/g)).toBe(4);
    // A marker for each row of each curve.
    expect(count(svg, /<path class="point"/g)).toBe(20);
    for (const text of ['epoch', 'loss', 'accuracy', 'train', 'validation', '3', '60%'])
      expect(texts(svg)).toContain(text);
    expect(texts(svg)).not.toContain('lr');
  });

  test('the best validation is the largest accuracy and the least loss', async () => {
    const svg = await figureSvg(learningCurves(rows));
    expect(texts(svg)).toContain('best 85.0 %');
    expect(texts(svg)).toContain('best 0.240');
  });

  test('a metric that is logged at some rows only keeps its own places', () => {
    const { data } = learningCurves([
      { step: 10, loss: 3 },
      { step: 20, loss: 2, val_loss: 2.5 },
      { step: 30, loss: Number.NaN },
    ]);
    expect(data.map((trace) => ('x' in trace ? trace.x : undefined))).toEqual([[10, 20], [20]]);
  });

  test('a run of no rows gives an empty picture, no error', async () => {
    const info = await sharp(await figurePng(learningCurves([]), { scale: 1 })).metadata();
    expect(info.width).toBe(480);
  });

  test.each([
    ['loss', 'train', 'loss'],
    ['train_loss', 'train', 'loss'],
    ['val_accuracy', 'validation', 'accuracy'],
    ['valLoss', 'validation', 'loss'],
    ['validation/top5', 'validation', 'top5'],
    ['test.loss', 'test', 'loss'],
    ['value', 'train', 'value'],
    ['tested', 'train', 'tested'],
  ])('%s belongs to %s and shows %s', (key, split, metric) => {
    expect(splitOfMetric(key)).toEqual({ split, metric });
  });
});

describe('confusionMatrixFigure', () => {
  test('colour is the share of the row, text the count', async () => {
    const matrix = [
      [9, 1, 0],
      [50, 50, 0],
      [0, 0, 3],
    ];
    const figure = confusionMatrixFigure(matrix, ['cat', 'dog', 'cow']);
    const svg = await figureSvg(figure, { width: 400, height: 360 });
    for (const text of ['cat', 'dog', 'cow', 'predicted', 'true', '9', '1', '3']) expect(texts(svg)).toContain(text);
    expect(texts(svg).filter((text) => text === '50').length).toBe(2);
    // Where the heatmap lies: plotly draws it as one image.
    const image = /<image[^>]*>/.exec(svg)?.[0] ?? '';
    const number = (name: string): number => Number(new RegExp(` ${name}="([\\d.]+)"`).exec(image)?.[1]);
    const plot = /class="xy" transform="translate\(([\d.]+), ?([\d.]+)\)"/.exec(svg);
    expect(plot).not.toBeNull();
    const png = await figurePng(figure, { width: 400, height: 360, scale: 2 });
    expect(await sharp(png).metadata()).toMatchObject({ width: 800, height: 720, format: 'png' });
    const at = await brightness(png);
    // Beside the text, a quarter into the cell.
    const cell = (i: number, j: number): number =>
      at(
        2 * (Number(plot?.[1]) + number('x') + (number('width') * (j + 0.2)) / 3),
        2 * (Number(plot?.[2]) + number('y') + (number('height') * (i + 0.2)) / 3),
      );
    expect(cell(0, 0)).toBeLessThan(cell(1, 0));
    expect(cell(1, 0)).toBe(cell(1, 1));
    expect(cell(1, 1)).toBeLessThan(cell(0, 1));
    expect(cell(0, 1)).toBeLessThan(cell(0, 2));
    expect(cell(0, 2)).toBe(255);
    // A class of three counts as much as one of a hundred.
    expect(cell(2, 2)).toBeLessThan(cell(0, 0) + 1);
  });

  test('a hundred classes: no counts, few labels', async () => {
    const n = 100;
    const matrix = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 7 : 0)));
    const svg = await figureSvg(
      confusionMatrixFigure(
        matrix,
        matrix.map((_, i) => `class ${i}`),
      ),
    );
    expect(texts(svg)).not.toContain('7');
    expect(texts(svg).filter((text) => text.startsWith('class')).length).toBe(50);
  });

  test('a matrix that does not fit its labels is refused', () => {
    expect(() => confusionMatrixFigure([[1, 2]], ['a', 'b'])).toThrow('2 labels has 2 rows of 2 counts');
  });
});

describe('lineFigure and barFigure', () => {
  test('what is not finite leaves a gap', async () => {
    const svg = await figureSvg(lineFigure([{ name: 'a', x: [1, 2, 3, 4, 5], y: [1, 3, Number.NaN, 2, 5] }]));
    expect(count(svg, /<path class="js-line"/g)).toBe(2);
    expect(count(svg, /<path class="point"/g)).toBe(4);
  });

  test('a bar for each value, as high as it', async () => {
    const svg = await figureSvg(barFigure([{ name: 'ms', x: ['mlp', 'cnn'], y: [10, 30] }], { yTitle: 'ms' }));
    // M left,bottom V top H right V bottom Z
    const heights = [...svg.matchAll(/<g class="point"><path[^>]* d="M[\d.]+,([\d.]+)V([\d.]+)/g)].map(
      (bar) => Number(bar[1]) - Number(bar[2]),
    );
    expect(heights.length).toBe(2);
    expect(heights[1]! / heights[0]!).toBeCloseTo(3, 1);
    expect(texts(svg)).toContain('cnn');
  });
});
