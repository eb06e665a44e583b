import { expect, test } from 'vitest';
import { constantSchedule, cosineSchedule, linearSchedule } from './index.js';

test('cosine: linear warm-up, peak, half way, floor', () => {
  const lr = cosineSchedule({ peak: 1, total: 110, warmup: 10, floor: 0.2 });
  expect([0, 4, 9].map(lr)).toEqual([0.1, 0.5, 1]);
  expect(lr(10)).toBe(1);
  expect(lr(60)).toBeCloseTo(0.6, 12);
  expect(lr(35)).toBeCloseTo(0.2 + 0.4 * (1 + Math.SQRT1_2), 12);
  expect([110, 111, 5000].map(lr)).toEqual([0.2, 0.2, 0.2]);
});

test('linear: a straight line from peak to floor', () => {
  const lr = linearSchedule({ peak: 2, total: 12, warmup: 2, floor: 1 });
  expect([0, 1, 2, 7, 12, 20].map(lr)).toEqual([1, 2, 2, 1.5, 1, 1]);
});

test('constant after warm-up; no warm-up starts at the peak', () => {
  expect([0, 1, 2, 99].map(constantSchedule({ peak: 3, warmup: 2 }))).toEqual([1.5, 3, 3, 3]);
  expect(cosineSchedule({ peak: 3, total: 10 })(0)).toBe(3);
  expect(linearSchedule({ peak: 3, total: 4, warmup: 4 })(3)).toBe(3);
});

test('impossible options are refused', () => {
  expect(() => cosineSchedule({ peak: 1, total: 5, warmup: 6 })).toThrow('between 0 and its 5 steps, not 6');
  expect(() => linearSchedule({ peak: -1, total: 5 })).toThrow('a peak and a floor of 0 or more');
});
