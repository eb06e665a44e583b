import { textWidth } from './textSize.js';

/** Edges of an upright rectangle, in pixels; y downwards. */
export type Box = { left: number; top: number; right: number; bottom: number };

/** Open Sans' height above and below the baseline, in ems. */
const ascent = 1.07;
const descent = 0.29;

/** As an affine map: (x, y) → (a x + c y + e, b x + d y + f). */
type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** Where the texts and rectangles of an SVG element lie, in the element's own coordinates (`getBBox`); undefined where there are none. */
export function ownBox(element: Element): Box | undefined {
  if (element.tagName === 'text') return textBox(element);
  if (element.tagName === 'rect') {
    const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((name) => Number(element.getAttribute(name) ?? 0));
    return { left: x!, top: y!, right: x! + width!, bottom: y! + height! };
  }
  const inside = [...element.children].flatMap((child) => {
    const box = ownBox(child);
    return box === undefined ? [] : [moved(box, transformOf(child))];
  });
  return inside.length === 0 ? undefined : union(inside);
}

/** The same in the coordinates of the outermost svg (`getBoundingClientRect`). */
export function outerBox(element: Element): Box | undefined {
  let box = ownBox(element);
  for (let at: Element | null = element; box !== undefined && at !== null; at = at.parentElement)
    box = moved(box, transformOf(at));
  return box;
}

function textBox(text: Element): Box | undefined {
  const spans = [...text.querySelectorAll('tspan.line')];
  const lines = spans.length > 0 ? spans : [text];
  if ((text.textContent ?? '') === '') return undefined;
  const size = fontSize(text);
  const anchor = inherited(text, 'text-anchor') ?? 'start';
  const boxes = lines.map((line) => {
    const x = Number(line.getAttribute('x') ?? text.getAttribute('x') ?? 0);
    const down = Number.parseFloat(line.getAttribute('dy') ?? '0') * size;
    const y = Number(line.getAttribute('y') ?? text.getAttribute('y') ?? 0) + down;
    const width = textWidth(line.textContent ?? '', size);
    const left = x - (anchor === 'middle' ? width / 2 : anchor === 'end' ? width : 0);
    return { left, top: y - ascent * size, right: left + width, bottom: y + descent * size };
  });
  return union(boxes);
}

function fontSize(element: Element): number {
  return Number.parseFloat(inherited(element, 'font-size') ?? '12');
}

/** A style or attribute of the element or of the nearest one above that has it. */
function inherited(element: Element, name: string): string | undefined {
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    const style = new RegExp(`(?:^|;)\\s*${name}:\\s*([^;]+)`).exec(at.getAttribute('style') ?? '');
    const value = style?.[1] ?? at.getAttribute(name);
    if (value !== null && value !== undefined) return value.trim();
  }
  return undefined;
}

/** The element's own `transform`: translate, rotate (about a point too) and scale, in their order. */
function transformOf(element: Element): Matrix {
  let result: Matrix = [1, 0, 0, 1, 0, 0];
  for (const [, kind, text] of (element.getAttribute('transform') ?? '').matchAll(/(\w+)\(([^)]*)\)/g)) {
    const [p = 0, q, r = 0] = text!.split(/[\s,]+/).map(Number);
    if (kind === 'translate') result = times(result, [1, 0, 0, 1, p, q ?? 0]);
    else if (kind === 'scale') result = times(result, [p, 0, 0, q ?? p, 0, 0]);
    else if (kind === 'rotate') {
      const sin = Math.sin((p * Math.PI) / 180);
      const cos = Math.cos((p * Math.PI) / 180);
      const x = q ?? 0;
      result = times(result, [cos, sin, -sin, cos, x - cos * x + sin * r, r - sin * x - cos * r]);
    }
  }
  return result;
}

function times(m: Matrix, n: Matrix): Matrix {
  return [
    m[0] * n[0] + m[2] * n[1],
    m[1] * n[0] + m[3] * n[1],
    m[0] * n[2] + m[2] * n[3],
    m[1] * n[2] + m[3] * n[3],
    m[0] * n[4] + m[2] * n[5] + m[4],
    m[1] * n[4] + m[3] * n[5] + m[5],
  ];
}

/** The upright box around the moved corners. */
function moved({ left, top, right, bottom }: Box, [a, b, c, d, e, f]: Matrix): Box {
  const corners: [number, number][] = [
    [left, top],
    [right, top],
    [left, bottom],
    [right, bottom],
  ];
  return union(
    corners.map(([x, y]) => {
      const u = a * x + c * y + e;
      const v = b * x + d * y + f;
      return { left: u, top: v, right: u, bottom: v };
    }),
  );
}

function union(boxes: readonly Box[]): Box {
  return {
    left: Math.min(...boxes.map((box) => box.left)),
    top: Math.min(...boxes.map((box) => box.top)),
    right: Math.max(...boxes.map((box) => box.right)),
    bottom: Math.max(...boxes.map((box) => box.bottom)),
  };
}
