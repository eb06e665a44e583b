import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkpoints } from './index.js';
import { readSafetensors } from './safetensors.js';
import { makePaper, trainSmall } from './testing/small.js';

let dir: string;
let assets: string;

beforeEach(async () => {
  ({ dir, assets } = await makePaper());
  process.env.ATELIER_ASSETS = assets;
});
afterEach(async () => {
  globalThis.atelierNotebook = undefined;
  await rm(assets, { recursive: true, force: true });
});

const weights = async (folder: string) => {
  const { tensors } = await readSafetensors(join(folder, 'checkpoints', 'last.safetensors'));
  return [...tensors].map(([name, { data }]) => [name, [...data]]);
};
const callbacks = () => ({ callbacks: [checkpoints()] });

it('an interrupt in a notebook ends the loop with an error, saved, and not the process; the run goes on from there', async () => {
  globalThis.atelierNotebook = { display: () => undefined };
  const whole = await trainSmall(dir, ['epochs=2'], callbacks());
  await whole.close();
  const before = process.listenerCount('SIGINT');
  let steps = 0;
  const output = join(assets, 'stopped');
  const stopped = trainSmall(dir, ['epochs=2', '--output', output], {
    ...callbacks(),
    afterStep: () => {
      // Twice: a second one must not end the process either.
      if (++steps === 4) for (const signal of ['SIGINT', 'SIGINT'] as const) process.emit(signal, signal);
    },
  });
  await expect(stopped).rejects.toThrow(/^Stopped; saved epoch 1, batch 4, step 4\. .*resume: '/);
  expect(process.listenerCount('SIGINT')).toBe(before);
  const resumed = await trainSmall(dir, ['--resume', output], callbacks());
  await resumed.close();
  expect(await weights(output)).toEqual(await weights(whole.folder));
});

it("run.save() in the loop's body is refused: a resume would repeat the step", async () => {
  const saving = trainSmall(dir, ['epochs=1'], { afterStep: (run) => run.save() });
  await expect(saving).rejects.toThrow(/run\.save\(\) in the loop's body.*checkpoints\(\{ steps \}\)/);
});
