import { JSDOM } from 'jsdom';
import { describe, expect, test } from 'vitest';
import { outerBox, ownBox } from './boxes.js';
import { pointAtLength, polylineLength } from './polyline.js';
import { textWidth } from './textSize.js';

const inside = (markup: string): Element =>
  new JSDOM(`<svg xmlns="http://www.w3.org/2000/svg">${markup}</svg>`).window.document.querySelector('#it')!;

describe('boxes', () => {
  test('a rectangle, moved by its own and its parents’ transforms', () => {
    const it = inside(
      '<g transform="translate(100,10) scale(2)"><rect id="it" x="1" y="2" width="3" height="4" transform="translate(5,0)"/></g>',
    );
    expect(ownBox(it)).toEqual({ left: 1, top: 2, right: 4, bottom: 6 });
    expect(outerBox(it)).toEqual({ left: 112, top: 14, right: 118, bottom: 22 });
  });

  test('a quarter turn about a point', () => {
    // (x, y) about (10, 10) by 90°: (20 − y, x).
    const box = outerBox(inside('<rect id="it" x="10" y="10" width="4" height="2" transform="rotate(90,10,10)"/>'))!;
    expect(box.left).toBeCloseTo(8, 9);
    expect(box.right).toBeCloseTo(10, 9);
    expect(box.top).toBeCloseTo(10, 9);
    expect(box.bottom).toBeCloseTo(14, 9);
  });

  test('a text hangs at its anchor', () => {
    const width = textWidth('abc', 20);
    for (const [anchor, left] of [
      ['start', 50],
      ['middle', 50 - width / 2],
      ['end', 50 - width],
    ] as const) {
      const box = ownBox(
        inside(`<text id="it" x="50" y="80" style="font-size: 20px" text-anchor="${anchor}">abc</text>`),
      )!;
      expect(box.left).toBeCloseTo(left, 9);
      expect(box.right - box.left).toBeCloseTo(width, 9);
      expect(box.top).toBeLessThan(80 - 15);
      expect(box.bottom).toBeGreaterThan(80);
    }
  });

  test('nothing has no box', () => {
    expect(ownBox(inside('<g id="it"><text></text><path d="M0,0L1,1"/></g>'))).toBeUndefined();
  });
});

test('text widths are those of Open Sans', () => {
  // Measured with FreeType through Python's Pillow, at a size of 1,000 pixels.
  expect(textWidth('0123456789', 1)).toBeCloseTo(5.718, 2);
  expect(textWidth('validation', 1)).toBeCloseTo(4.551, 2);
  expect(textWidth('Confusion matrix', 10)).toBeCloseTo(80.21, 0);
  expect(textWidth('Most confidently wrong: true class', 10)).toBeCloseTo(159.37, 0);
});

test('polylines: 3, 4, 5', () => {
  expect(polylineLength('M0,0L3,4')).toBe(5);
  expect(polylineLength('M-3,0L0,4L0,10')).toBe(11);
  expect(pointAtLength('M-3,0L0,4L0,10', 8)).toEqual({ x: 0, y: 7 });
  expect(pointAtLength('M0,0L3,4', 99)).toEqual({ x: 3, y: 4 });
});
