import { JSDOM } from 'jsdom';
import { type Box, outerBox } from '../boxes.js';

/** A text of a picture and where it lies, in pixels; `upright` where it is not turned, or by quarters only: then the box is no larger than the text. */
export type PlacedText = { text: string; box: Box; upright: boolean };

/** Every text of an SVG that is seen. */
export function textsOf(svg: string): PlacedText[] {
  const { document } = new JSDOM(svg, { contentType: 'image/svg+xml' }).window;
  return [...document.querySelectorAll('text')].flatMap((element) => {
    const text = (element.textContent ?? '').trim();
    const box = text === '' || hidden(element) ? undefined : outerBox(element);
    return box === undefined ? [] : [{ text, box, upright: !slanted(element) }];
  });
}

/** Pairs of upright texts that cover one another by more than two pixels; the box's height is that of the font, so neighbouring lines may touch. */
export function overlaps(texts: readonly PlacedText[]): string[] {
  const upright = texts.filter((text) => text.upright);
  return upright.flatMap((a, i) =>
    upright.slice(i + 1).flatMap((b) => {
      const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      return across > 2 && down > 4 ? [`«${a.text}» and «${b.text}»`] : [];
    }),
  );
}

function hidden(element: Element): boolean {
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    if (['defs', 'clipPath'].includes(at.tagName)) return true;
    if (/display: ?none|visibility: ?hidden/.test(at.getAttribute('style') ?? '')) return true;
  }
  return false;
}

function slanted(element: Element): boolean {
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    const angle = /rotate\(\s*(-?[\d.]+)/.exec(at.getAttribute('transform') ?? '')?.[1];
    if (angle !== undefined && Math.abs(Number(angle) % 90) > 1) return true;
  }
  return false;
}
