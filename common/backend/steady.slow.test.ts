import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { trainSmallModel } from './testing/steadyModel.js';

it('3,000 steps: resident memory flat after warm-up, tf.memory() constant', () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const { step, memory, dispose } = trainSmallModel({ layers: 12, momenta: true });
  const resident = () => {
    gc();
    gc();
    return process.memoryUsage().rss / 2 ** 20;
  };
  for (let i = 0; i < 500; i++) step(i);
  const before = memory();
  const marks: number[] = [resident()];
  for (let i = 500; i < 3000; i++) {
    step(i);
    if ((i + 1) % 500 === 0) marks.push(resident());
  }
  console.log(`resident MB every 500 steps: ${marks.map((mb) => mb.toFixed(1)).join(' ')}`);
  expect(memory()).toEqual(before);
  // One tensor of 1 kB lost a step would be 2.5 MB; the allocator's own unrest is about as large.
  expect((marks.at(-1) ?? 0) - (marks[0] ?? 0)).toBeLessThan(8);
  dispose();
});
