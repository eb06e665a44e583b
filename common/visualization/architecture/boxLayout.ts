import { textWidth } from '../textSize.js';
import type { ArchitectureNode } from './describeModule.js';

/** A box in pixels from the top left corner, y downwards. */
export type PlacedBox = {
  node: ArchitectureNode;
  depth: number;
  left: number;
  top: number;
  width: number;
  height: number;
  title: string;
  detail: string;
};

/** From the lower edge of a box to the upper edge of the next, both siblings. */
export type Arrow = { x: number; from: number; to: number };

const line = 30;
const inset = 14;
const gap = 16;

/** Boxes in boxes: the parts of a module stand below one another inside it, as wide as the widest text below the root asks for. */
export function boxLayout(root: ArchitectureNode): {
  boxes: PlacedBox[];
  arrows: Arrow[];
  width: number;
  height: number;
} {
  const boxes: PlacedBox[] = [];
  const arrows: Arrow[] = [];
  const width = neededWidth(root, 0);
  const place = (node: ArchitectureNode, depth: number, top: number): number => {
    const left = depth * inset;
    const box: PlacedBox = { node, depth, left, top, width: width - 2 * left, height: line, ...textsOf(node) };
    boxes.push(box);
    let at = top + line;
    node.children.forEach((child, i) => {
      if (i > 0) arrows.push({ x: width / 2, from: at, to: at + gap });
      at = place(child, depth + 1, at + (i > 0 ? gap : 0));
    });
    if (node.children.length > 0) at += inset - 4;
    box.height = at - top;
    return at;
  };
  const height = place(root, 0, 0);
  return { boxes, arrows, width, height };
}

function neededWidth(node: ArchitectureNode, depth: number): number {
  const { title, detail } = textsOf(node);
  const own = textWidth(title, 13) * 1.08 + textWidth(detail, 11) + 48 + 2 * depth * inset;
  return Math.max(own, ...node.children.map((child) => neededWidth(child, depth + 1)));
}

/** What is written into a box at its left and at its right. */
function textsOf({ name, kind, parameters, shape, repeat }: ArchitectureNode): { title: string; detail: string } {
  const title = name === '' ? kind : `${name} ${kind}`;
  const parts = [
    ...(repeat > 1 ? [`${repeat} ×`] : []),
    ...(parameters > 0 ? [countOf(parameters)] : []),
    ...(shape === undefined ? [] : [`[${shape.join(', ')}]`]),
  ];
  return { title, detail: parts.join(' · ') };
}

/** 850, 12.3 k, 4.56 M. */
export function countOf(n: number): string {
  if (n < 1000) return String(n);
  const [size, letter] = n < 999_500 ? [1e3, 'k'] : n < 999.5e6 ? [1e6, 'M'] : [1e9, 'G'];
  return `${Number((n / size).toPrecision(3))} ${letter}`;
}
