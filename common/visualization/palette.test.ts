import { describe, expect, test } from 'vitest';
import { darkOf, palette, paper } from './theme.js';
import { withTheme } from './withTheme.js';

type Triple = readonly [number, number, number];

/** Linear light of `#rrggbb`, 0 to 1 (IEC 61966-2-1). */
function linear(colour: string): Triple {
  const channel = (at: number): number => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

const times = (matrix: readonly Triple[], [r, g, b]: Triple): Triple => {
  const [x = 0, y = 0, z = 0] = matrix.map((row) => row[0] * r + row[1] * g + row[2] * b);
  return [x, y, z];
};

/** What people without one kind of cones see, in linear light: Machado, Oliveira and Fernandes (2009), severity 1. */
const vision = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
} as const;

/** CIE L*a*b* under D65. */
function lab(rgb: Triple): Triple {
  const clipped = rgb.map((value) => Math.min(1, Math.max(0, value))) as unknown as Triple;
  const [x, y, z] = times(
    [
      [0.4124564, 0.3575761, 0.1804375],
      [0.2126729, 0.7151522, 0.072175],
      [0.0193339, 0.119192, 0.9503041],
    ],
    clipped,
  );
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const [fx, fy, fz] = [f(x / 0.95047), f(y), f(z / 1.08883)];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

/** The least ΔE*ab (1976) between two of the colours; 2.3 is just noticed. */
function leastDistance(colours: readonly string[], eyes: keyof typeof vision): number {
  const seen = colours.map((colour) => lab(times(vision[eyes], linear(colour))));
  return Math.min(
    ...seen.flatMap((a, i) => seen.slice(i + 1).map((b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]))),
  );
}

const contrast = (a: string, b: string): number => {
  const [x = 0, y = 0] = [a, b]
    .map((colour) => times([[0.2126, 0.7152, 0.0722]], linear(colour))[0])
    .sort((p, q) => q - p);
  return (x + 0.05) / (y + 0.05);
};

const light = Object.values(palette);
const dark = light.map((colour) => darkOf[colour] ?? colour);

describe.each([
  ['light', light],
  ['dark', dark],
] as const)('the %s palette', (_, colours) => {
  test.each([
    ['normal', 20],
    ['protanopia', 16],
    ['deuteranopia', 16],
    ['tritanopia', 12],
  ] as const)('any two of its colours differ for %s by %d or more', (eyes, least) => {
    expect(leastDistance(colours, eyes)).toBeGreaterThanOrEqual(least);
  });
});

test('the distance can fail: red and green of one lightness are one for deuteranopes', () => {
  expect(leastDistance(['#d62728', '#7a7a00'], 'normal')).toBeGreaterThan(40);
  expect(leastDistance(['#c8483c', '#8a7a20'], 'deuteranopia')).toBeLessThan(16);
});

test('texts stand out from the paper by 4.5 : 1 in both themes (WCAG AA)', () => {
  for (const ink of ['#2b2f36', '#6b7280']) {
    expect(contrast(ink, paper)).toBeGreaterThan(4.5);
    expect(contrast(darkOf[ink]!, darkOf[paper]!)).toBeGreaterThan(4.5);
  }
});

describe('withTheme', () => {
  test('turns colours wherever they stand and shares numbers', () => {
    const x = [1, 2, 3];
    const figure = {
      data: [
        {
          type: 'heatmap' as const,
          x,
          z: [[1]],
          colorscale: [
            [0, '#ffffff'],
            [1, '#123456'],
          ] as [number, string][],
        },
      ],
      layout: { paper_bgcolor: '#ffffff', annotations: [{ text: '#fff', bgcolor: 'rgba(255, 255, 255, 0.8)' }] },
    };
    const before = structuredClone(figure);
    const turned = withTheme(figure, 'dark');
    expect(turned.data[0]).toMatchObject({
      colorscale: [
        [0, '#15181d'],
        [1, '#123456'],
      ],
    });
    expect(turned.layout).toEqual({
      paper_bgcolor: '#15181d',
      annotations: [{ text: '#fff', bgcolor: 'rgba(21, 24, 29, 0.8)' }],
    });
    expect((turned.data[0] as { x: unknown }).x).toBe(x);
    expect(figure).toEqual(before);
    expect(withTheme(figure, 'light')).toBe(figure);
  });
});
