import { describe, expect, test } from 'vitest';
import type { Figure } from '../figure.js';
import { figurePng, figureSvg, sizeOf } from '../save.js';
import { lineFigure } from '../series.js';
import { darkOf } from '../theme.js';
import { withTheme } from '../withTheme.js';
import { cases } from './cases.js';
import { expectAsBefore } from './check.js';
import { difference, thumbnail } from './snapshot.js';
import { overlaps, type PlacedText, textsOf } from './texts.js';

/** Texts that reach beyond the picture. */
function cut(texts: readonly PlacedText[], { width, height }: { width: number; height: number }): string[] {
  return texts
    .filter(({ box }) => box.left < -1 || box.top < -2 || box.right > width + 1 || box.bottom > height + 2)
    .map(({ text }) => text);
}

describe.each(cases)('$name', ({ name, figure: make }) => {
  let figure: Figure;

  test('looks as before; every text is inside the picture and none covers another', async () => {
    figure = await make();
    const svg = await figureSvg(figure);
    expect(svg.match(/ (?:d|x|y|cx|cy|width|height|transform)="[^"]*(?:NaN|Infinity|undefined)/g)).toBeNull();
    const texts = textsOf(svg);
    expect(cut(texts, sizeOf(figure))).toEqual([]);
    expect(overlaps(texts)).toEqual([]);
    await expectAsBefore(name, svg, 'light');
  });

  test('no colour of the light theme is left in the dark one', () => {
    const light = new Set(Object.keys(darkOf).filter((colour) => !Object.values(darkOf).includes(colour)));
    const { data, layout } = withTheme({ ...figure, layout: { ...figure.layout, images: [], meta: null } }, 'dark');
    const left = JSON.stringify([data, layout]).match(/#[0-9a-f]{6}\b/g) ?? [];
    expect([...new Set(left)].filter((colour) => light.has(colour))).toEqual([]);
  });
});

describe('the checks themselves', () => {
  const line = (title: string): Figure => lineFigure([{ name: 'a', x: [1, 2, 3], y: [1, 2, 3] }], { title });

  test('see texts that cover each other and texts that are cut', async () => {
    const figure = line(
      'a title that is far too long for a picture of this width, so that its end is cut off by the edge of it',
    );
    figure.layout.annotations = ['one', 'two'].map((text) => ({ text, x: 2, y: 2, showarrow: false }));
    const texts = textsOf(await figureSvg(figure, { width: 400, height: 300 }));
    expect(overlaps(texts)).toEqual(['«one» and «two»']);
    expect(cut(texts, { width: 400, height: 300 })).toEqual([expect.stringMatching('far too long')]);
  });

  test('see a line that has moved and a colour that has changed', async () => {
    const thumb = async (figure: Figure): Promise<Uint8Array> => thumbnail(await figurePng(figure, { scale: 1 }));
    const before = await thumb(line('title'));
    expect(await difference(before, await thumb(line('title')))).toEqual({ mean: 0, most: 0 });
    const moved = lineFigure([{ name: 'a', x: [1, 2, 3], y: [1, 1, 3] }], { title: 'title' });
    expect((await difference(before, await thumb(moved))).most).toBeGreaterThan(24);
    expect((await difference(before, await thumb(withTheme(line('title'), 'dark')))).mean).toBeGreaterThan(100);
  });
});
