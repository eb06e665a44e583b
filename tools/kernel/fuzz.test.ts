import { expect, test } from 'vitest';
import { fuzzWire } from './testing/fuzzWire.js';
import { startTestKernel } from './testing/testKernel.js';

test('400 mutated messages leave a kernel that answers and forgets nothing', async () => {
  const kernel = await startTestKernel();
  await kernel.run('const kept = 5;');
  await fuzzWire(kernel, 400, 1);
  expect((await kernel.run('kept')).result).toBe('5');
  expect(kernel.violations).toEqual([]);
  await kernel.remove();
}, 120_000);
