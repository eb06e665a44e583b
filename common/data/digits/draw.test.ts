import { describe, expect, test } from 'vitest';
import { limits, randomAffine, randomElastic } from './deform.js';
import { digitLabel, drawDigit } from './draw.js';
import { RandomStream } from './philox.js';
import { curveThrough, parseStroke } from './stroke.js';
import { styles } from './styles.js';

describe('curveThrough', () => {
  test('passes every point in its order', () => {
    const points = parseStroke('0,0 30,10! 40,60 10,90');
    const curve = curveThrough(points, 5);
    expect(curve.x.length).toBe(16);
    points.forEach((point, i) => {
      expect(curve.x[i * 5]).toBeCloseTo(point.x, 9);
      expect(curve.y[i * 5]).toBeCloseTo(point.y, 9);
    });
    expect([curve.along[0], curve.along[15]]).toEqual([0, 1]);
  });

  test('points in a line stay in the line', () => {
    const curve = curveThrough(parseStroke('0,0 10,20 15,30 40,80'), 7);
    curve.x.forEach((x, i) => {
      expect(curve.y[i]).toBeCloseTo(2 * x, 9);
    });
  });

  test('a misspelt point is told', () => {
    expect(() => parseStroke('1,2 3;4')).toThrow('"3;4"');
  });
});

describe('deformation', () => {
  test('the elastic field stays within its limit and is smooth', () => {
    for (let seed = 0; seed < 20; seed++) {
      const warp = randomElastic(new RandomStream(seed, 0, 0, 0), 1);
      let before = warp(-1, 0.3);
      for (let x = -1; x <= 1; x += 0.01) {
        const at = warp(x, 0.3);
        expect(Math.abs(at[0] - x)).toBeLessThanOrEqual(limits.elastic + 1e-12);
        expect(Math.abs(at[1] - 0.3)).toBeLessThanOrEqual(limits.elastic + 1e-12);
        // Neighbouring knots lie 1 apart and differ by twice the limit at most.
        expect(Math.abs(at[1] - before[1])).toBeLessThanOrEqual(0.01 * 2 * limits.elastic + 1e-9);
        before = at;
      }
    }
  });

  test('the affine map is linear, with the area and the rotation within the limits', () => {
    for (let seed = 0; seed < 100; seed++) {
      const warp = randomAffine(new RandomStream(seed, 0, 0, 0));
      const [a, b] = warp(1, 0);
      const [c, d] = warp(0, 1);
      const [x, y] = warp(0.3, -0.7);
      expect(x).toBeCloseTo(0.3 * a - 0.7 * c, 12);
      expect(y).toBeCloseTo(0.3 * b - 0.7 * d, 12);
      // The x axis is only rotated and scaled; shear does not change the area.
      expect(Math.abs(Math.atan2(b, a))).toBeLessThanOrEqual(limits.rotation + 1e-6);
      const area = a * d - b * c;
      expect(area).toBeGreaterThan(limits.scaleX[0] * limits.scaleY[0] - 1e-6);
      expect(area).toBeLessThan(limits.scaleX[1] * limits.scaleY[1] + 1e-6);
    }
  });
});

describe('drawDigit', () => {
  test('the same key draws the same, another seed, split or index something else', () => {
    const key = { seed: 3, split: 'train', index: 5 } as const;
    expect(drawDigit(key)).toEqual(drawDigit(key));
    for (const other of [
      { ...key, seed: 4 },
      { ...key, split: 'test' as const },
      { ...key, index: 6 },
    ])
      expect(drawDigit(other).pixels).not.toEqual(drawDigit(key).pixels);
  });

  test('ten consecutive digits hold each class once', () => {
    for (const start of [0, 10, 990]) {
      const labels = Array.from({ length: 10 }, (_, i) => digitLabel({ seed: 1, split: 'test', index: start + i }));
      expect(labels.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
  });

  test('ink lies inside the picture: bright somewhere, and the border nearly empty', () => {
    for (let index = 0; index < 300; index++) {
      const { pixels } = drawDigit({ seed: 0, split: 'train', index });
      expect(pixels.length).toBe(784);
      expect(Math.max(...pixels)).toBeGreaterThan(150);
      const ink = pixels.reduce((sum, value) => sum + (value > 100 ? 1 : 0), 0);
      expect(ink).toBeGreaterThan(15);
      expect(ink).toBeLessThan(784 / 3);
      for (let i = 0; i < 28; i++)
        for (const at of [i, 27 * 28 + i, i * 28, i * 28 + 27]) expect(pixels[at]).toBeLessThan(80);
    }
  });

  test('every style of every class is drawn, and each class has at least five', () => {
    const seen = Array.from({ length: 10 }, () => new Set<string>());
    for (let index = 0; index < 1500; index++) {
      const { label, style } = drawDigit({ seed: 0, split: 'train', index });
      seen[label]!.add(style);
    }
    styles.forEach((all, label) => {
      expect(all.length).toBeGreaterThanOrEqual(5);
      expect([...seen[label]!].toSorted()).toEqual(all.map((style) => style.name).toSorted());
    });
  });
});
