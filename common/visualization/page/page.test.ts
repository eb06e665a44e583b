import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';
import { JSDOM, VirtualConsole } from 'jsdom';
import sharp from 'sharp';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { MimeBundle } from '../../utils/index.js';
import { buildFor, furnish } from '../browserless.js';
import { embeddingFigure, type Figure, figureBundle, figurePage, lineFigure, show } from '../index.js';
import { libraryAddress } from './library.js';

const figure = lineFigure(
  [{ name: 'a', x: Array.from({ length: 100 }, (_, i) => i), y: Array.from({ length: 100 }, (_, i) => Math.sin(i)) }],
  { title: 'a <b>wave</b>' },
);

/** Opens HTML as a browser would that runs scripts, with what jsdom lacks of one, and waits until every figure is drawn. */
async function open(html: string, figures: number): Promise<Document> {
  const { window } = new JSDOM(html, {
    runScripts: 'dangerously',
    pretendToBeVisual: true,
    virtualConsole: new VirtualConsole(),
    beforeParse(window) {
      furnish(window, new Map());
      Object.assign(window, { DecompressionStream, Response, Blob });
    },
  });
  await vi.waitFor(() => expect(window.document.querySelectorAll('.plot-container').length).toBe(figures), {
    timeout: 20_000,
    interval: 50,
  });
  return window.document;
}

describe('figurePage', () => {
  test('draws every figure when it is opened, in its theme', async () => {
    const html = await figurePage([{ heading: 'Two & more', figures: [figure, figure] }], { theme: 'dark' });
    const document = await open(html, 2);
    expect(document.querySelector('h2')?.textContent).toBe('Two & more');
    const titles = [...document.querySelectorAll('.gtitle')].map((title) => title.textContent);
    expect(titles).toEqual(['a wave', 'a wave']);
    expect(document.querySelector('.main-svg')?.getAttribute('style')).toContain('rgb(21, 24, 29)');
    document.defaultView?.close();
  });
});

describe('figureBundle', () => {
  test('has a form for each reader and stays small', async () => {
    const bundle = await figureBundle(figure);
    expect(Object.keys(bundle)).toEqual(['application/vnd.plotly.v1+json', 'text/html', 'image/png', 'text/plain']);
    // Numbers of five digits: enough for any picture.
    const sent = JSON.parse(JSON.stringify(figure), (_, value) =>
      typeof value === 'number' && !Number.isInteger(value) ? expect.closeTo(value, 4) : value,
    );
    expect(bundle['application/vnd.plotly.v1+json']).toEqual(sent);
    expect(bundle['text/plain']).toBe('Figure «a wave» (scatter)');
    const widthOf = async (png: unknown) => (await sharp(Buffer.from(String(png), 'base64')).metadata()).width;
    expect(await widthOf(bundle['image/png'])).toBe(800); // finer it would be large
    expect(await widthOf((await figureBundle(figure, { scale: 1.5 }))['image/png'])).toBe(1200);
    const small = lineFigure([{ name: 'a', x: [1, 2], y: [3, 4] }]);
    expect(await widthOf((await figureBundle(small))['image/png'])).toBe(1200);
    expect(JSON.stringify(bundle).length).toBeLessThan(150_000);
  });

  test('a reader that drops scripts still has the picture', async () => {
    const html = String((await figureBundle(figure))['text/html']);
    const without = html.replace(/<script>[\s\S]*?<\/script>/g, '');
    const image = new JSDOM(without).window.document.querySelector('img');
    expect(image?.alt).toBe('a wave');
    const png = Buffer.from((image?.src ?? '').replace('data:image/png;base64,', ''), 'base64');
    expect((await sharp(png).metadata()).format).toBe('png');
    expect(without).not.toContain('atelierFigures');
  });

  test('with the library inside it is drawn by itself', async () => {
    const html = String((await figureBundle(figure, { library: 'inside' }))['text/html']);
    const document = await open(html, 1);
    expect(document.querySelector('img')).toBeNull();
    document.defaultView?.close();
  });

  test('thumbnails travel as one image beside the points', async () => {
    const thumbnails = [10, 200].map((grey) => ({
      data: new Uint8Array(4).fill(grey),
      width: 2,
      height: 2,
      channels: 1 as const,
    }));
    const made = await embeddingFigure([0, 0, 1, 1], { labels: [0, 1], thumbnails });
    const { sprite, columns } = (made.layout.meta as { thumbnails: { sprite: string; columns: number } }).thumbnails;
    const { data, info } = await sharp(Buffer.from(sprite.split(',')[1]!, 'base64'))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, columns]).toEqual([4, 2, 2]);
    expect([data[0], data[3 * 2]]).toEqual([10, 200]);
    expect(made.data.map((trace) => 'customdata' in trace && trace.customdata)).toEqual([[0], [1]]);
  });
});

test('the address of the library is that of the very bytes here', async () => {
  for (const [type, name] of [
    ['scatter', 'plotly.js-cartesian-dist-min'],
    ['scatter3d', 'plotly.js-dist'],
  ] as const) {
    const build = buildFor([{ data: [{ type }], layout: {} } as Figure]);
    expect(build.name).toBe(name);
    const source = await readFile(createRequire(import.meta.url).resolve(name));
    const { src, integrity } = await libraryAddress(build);
    expect(integrity).toBe(`sha384-${createHash('sha384').update(source).digest('base64')}`);
    expect(src).toMatch(new RegExp(`/${name}@4\\.\\d+\\.\\d+/plotly`));
  }
});

describe('show', () => {
  afterEach(() => {
    globalThis.atelierNotebook = undefined;
  });

  test('outside a notebook: one line of text', async () => {
    expect(await show(figure)).toBe('Figure «a wave» (scatter)');
  });

  test('in a notebook the library comes with the first figure and leaves its output again', async () => {
    const shown: { bundle: MimeBundle; displayId?: string; update?: boolean }[] = [];
    globalThis.atelierNotebook = { display: (bundle, options) => shown.push({ bundle, ...options }) };
    await show(figure);
    await show(figure);
    const sizes = shown.map(({ bundle }) => String(bundle['text/html']).length);
    expect(shown.map(({ update }) => update === true)).toEqual([false, true, false]);
    expect(shown[0]?.displayId).toBe(shown[1]?.displayId);
    expect(shown[2]?.displayId).not.toBe(shown[1]?.displayId);
    expect(sizes[0]).toBeGreaterThan(600_000);
    expect(Math.max(sizes[1]!, sizes[2]!)).toBeLessThan(100_000);
    // What is sent at first is the library, whole.
    const packed =
      /define\('plotly.js-cartesian-dist-min', '([^']+)'\)/.exec(String(shown[0]?.bundle['text/html']))?.[1] ?? '';
    expect(gunzipSync(Buffer.from(packed, 'base64')).toString()).toContain('window.Plotly');
  });
});
