import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Script } from 'node:vm';
import type { DOMWindow } from 'jsdom';
import { type Box, outerBox, ownBox } from './boxes.js';
import { type Raster, RasterContext } from './canvas.js';
import type { Figure } from './figure.js';
import { pointAtLength, polylineLength } from './polyline.js';

/** What is used of Plotly inside the window. */
type PlotlyInWindow = {
  toImage(
    figure: object,
    options: { format: 'svg'; width: number; height: number; imageDataOnly: true },
  ): Promise<string>;
};

/** A window with plotly in it that is never shown. */
export type PlotWindow = {
  svg(figure: Figure, width: number, height: number): Promise<{ svg: string; rasters: Map<string, Raster> }>;
};

/** The kinds of traces that plotly's cartesian bundle draws: a seventh of the whole of plotly, and ready in a third of the time. */
const cartesian = new Set([
  ...['scatter', 'bar', 'box', 'heatmap', 'histogram', 'histogram2d', 'histogram2dcontour', 'contour'],
  ...['image', 'pie', 'violin', 'scatterternary'],
]);

/** A build of plotly.js, by the npm package and the file of it that browsers load. */
export type PlotlyBuild = { name: 'plotly.js-cartesian-dist-min' | 'plotly.js-dist'; file: string };
const small: PlotlyBuild = { name: 'plotly.js-cartesian-dist-min', file: 'plotly-cartesian.min.js' };
const whole: PlotlyBuild = { name: 'plotly.js-dist', file: 'plotly.js' };

/** The smallest build that draws all of these figures. */
export function buildFor(figures: readonly Figure[]): PlotlyBuild {
  const types = figures.flatMap(({ data }) => data.map(({ type }) => type ?? 'scatter'));
  return types.every((type) => cartesian.has(type)) ? small : whole;
}

/** A document keeps about 0.5 MB of every figure that was drawn in it (measured with jsdom 27): it is renewed after so many, and the old one is freed. */
const figuresPerWindow = 100;
const windows = new Map<PlotlyBuild, { window: Promise<PlotWindow>; figures: number }>();

/** The process' window for a build: made at the first figure (half a second), kept, and without timers, so that it does not hold the process. */
export function plotWindow(build: PlotlyBuild): Promise<PlotWindow> {
  const open = windows.get(build);
  const current =
    open !== undefined && open.figures < figuresPerWindow ? open : { window: openWindow(build), figures: 0 };
  current.figures++;
  windows.set(build, current);
  return current.window;
}

/** The text of plotly.js itself. */
export async function plotlySource({ name }: PlotlyBuild): Promise<string> {
  return readFile(createRequire(import.meta.url).resolve(name), 'utf8');
}

async function openWindow(build: PlotlyBuild): Promise<PlotWindow> {
  const [{ JSDOM, VirtualConsole }, source] = await Promise.all([import('jsdom'), plotlySource(build)]);
  const dom = new JSDOM('<!DOCTYPE html><html><body></body></html>', {
    runScripts: 'outside-only',
    virtualConsole: new VirtualConsole(),
  });
  const rasters = new Map<string, Raster>();
  furnish(dom.window, rasters);
  new Script(source, { filename: 'plotly.js' }).runInContext(dom.getInternalVMContext());
  // The script's only effect is window.Plotly, which jsdom's types cannot know.
  const { Plotly } = dom.window as unknown as { Plotly: PlotlyInWindow };
  let last: Promise<unknown> = Promise.resolve();
  return {
    svg(figure, width, height) {
      // One at a time: the rasters of a picture are those made since the last.
      const next = last.then(async () => {
        rasters.clear();
        // Parsed inside the window: plotly asks for that realm's own arrays and objects. NaN becomes null, a gap.
        const copy: object = dom.window.JSON.parse(JSON.stringify({ ...figure, config: { staticPlot: true } }));
        const svg = await Plotly.toImage(copy, { format: 'svg', width, height, imageDataOnly: true });
        dom.window.document.body.replaceChildren();
        return { svg, rasters: new Map(rasters) };
      });
      last = next.catch(() => undefined);
      return next;
    },
  };
}

/** Gives the window what plotly asks of a browser and jsdom lacks: sizes of texts, a canvas, a clock for frames. */
export function furnish(window: DOMWindow, rasters: Map<string, Raster>): void {
  const { SVGElement, HTMLCanvasElement, Element, URL } = window;
  const define = (object: object, name: string, value: unknown): void => {
    Object.defineProperty(object, name, { value, configurable: true, writable: true });
  };
  define(SVGElement.prototype, 'getBBox', function (this: SVGElement) {
    return rectangle(ownBox(this));
  });
  define(SVGElement.prototype, 'getBoundingClientRect', function (this: SVGElement) {
    return rectangle(outerBox(this));
  });
  define(SVGElement.prototype, 'getComputedTextLength', function (this: SVGElement) {
    const box = ownBox(this);
    return box === undefined ? 0 : box.right - box.left;
  });
  define(SVGElement.prototype, 'getScreenCTM', () => null);
  define(SVGElement.prototype, 'getTotalLength', function (this: SVGElement) {
    return polylineLength(this.getAttribute('d') ?? '');
  });
  define(SVGElement.prototype, 'getPointAtLength', function (this: SVGElement, length: number) {
    return pointAtLength(this.getAttribute('d') ?? '', length);
  });
  define(Element.prototype, 'scrollIntoView', () => undefined);
  define(URL, 'createObjectURL', () => '');
  define(URL, 'revokeObjectURL', () => undefined);
  define(window, 'requestAnimationFrame', (callback: (time: number) => void) =>
    window.setTimeout(() => callback(0), 0),
  );
  const contexts = new WeakMap<object, RasterContext>();
  define(HTMLCanvasElement.prototype, 'getContext', function (this: HTMLCanvasElement, kind: string) {
    if (kind !== '2d') return null;
    const context = contexts.get(this) ?? new RasterContext(this);
    contexts.set(this, context);
    return context;
  });
  define(HTMLCanvasElement.prototype, 'toDataURL', function (this: HTMLCanvasElement) {
    const name = `raster:${rasters.size}`;
    rasters.set(name, (contexts.get(this) ?? new RasterContext(this)).finished());
    return name;
  });
}

/** As a browser's DOMRect; empty at the origin where there is nothing. */
function rectangle(box: Box | undefined): object {
  const { left, top, right, bottom } = box ?? { left: 0, top: 0, right: 0, bottom: 0 };
  return { x: left, y: top, left, top, right, bottom, width: right - left, height: bottom - top };
}
