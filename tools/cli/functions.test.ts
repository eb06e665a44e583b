// What the commands do, as functions: in one process, more than once.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDigits, generateDigits } from 'common/data';
import { diffRuns, readRunInfo, readSafetensors, toStateDict } from 'common/training';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { average } from './averageFiles.js';
import { evaluateRun } from './evaluate.js';
import { exportModel } from './export.js';
import { findLearningRate } from './findLearningRate.js';
import { predictImages } from './predict.js';
import { trainPaper } from './train.js';

const best = join('checkpoints', 'best.safetensors');
const paper = 'an_image_is_worth_16x16_words';
let assets: string;
let args: string[];
const before = { assets: process.env.ATELIER_ASSETS, argv: process.argv };

beforeAll(async () => {
  assets = await mkdtemp(join(tmpdir(), 'atelier-functions-'));
  process.env.ATELIER_ASSETS = assets;
  const digits = await ensureDigits({ folder: join(assets, 'digits'), train: 160, test: 50 });
  args = [
    ...[`data.folder=${digits}`, 'epochs=2', 'batchSize=16', 'model.dim=16', 'model.depth=1', 'model.heads=2'],
    ...['workers=0', 'optimizer.lr=3e-3'],
  ];
});
afterAll(async () => {
  if (before.assets === undefined) delete process.env.ATELIER_ASSETS;
  else process.env.ATELIER_ASSETS = before.assets;
  await rm(assets, { recursive: true, force: true });
});

it('train, evaluate, predict, export, lr-find: what they found comes back, and nothing of the process is changed', async () => {
  const first = await trainPaper(paper, args);
  const second = await trainPaper(paper, [...args, 'seed=1']);
  expect(process.argv).toBe(before.argv);
  if (first === undefined || second === undefined) throw new Error('no folder');
  expect(first).not.toBe(second);
  const [a, b] = [await readRunInfo(first), await readRunInfo(second)];
  expect([a.status, b.status, a.config.seed, b.config.seed]).toEqual(['finished', 'finished', 0, 1]);
  expect(diffRuns(a, b).config).toMatchObject([{ key: 'seed' }]);

  const { loss, accuracy, confusion } = await evaluateRun(first);
  expect(accuracy).toBe(a.metrics.test_accuracy);
  expect(loss).toBeCloseTo(a.metrics.test_loss ?? Number.NaN, 6);
  expect(confusion.total).toBe(50);

  const image = join(assets, 'digit.png');
  const { test } = await generateDigits({ train: 0, test: 1 });
  await writeFile(image, test[0]?.image.bytes ?? '');
  const exported = await exportModel(first, join(assets, 'model.onnx'), { validate: true, benchmark: true });
  expect(exported.bytes).toBe((await readFile(join(assets, 'model.onnx'))).length);
  expect(exported.comparison).toMatchObject({ samples: 50, agreeing: 50 });
  expect(exported.timings?.map(({ batch }) => batch)).toContain(64);
  const found = [];
  for await (const one of predictImages(first, [image, 'none.png'], 2)) found.push(one);
  expect(found).toMatchObject([
    { path: image, classes: [{ label: expect.any(String) }, { label: expect.any(String) }] },
    { path: 'none.png', error: expect.stringContaining('no such file') },
  ]);

  const { result, folder } = await findLearningRate(paper, args, { steps: 20 });
  expect(result.lrs.length).toBeGreaterThan(5);
  expect((await readdir(folder)).sort()).toContain('results.json');
  const again = await findLearningRate(paper, args, { steps: 20 });
  expect(again.result.losses).toEqual(result.losses);

  const output = join(assets, 'average.safetensors');
  await average([first, second], output);
  const [one, other, mean] = await Promise.all(
    [join(first, best), join(second, best), output].map(async (path) => {
      const { tensors } = await readSafetensors(path);
      return toStateDict(tensors).get('head.weight')?.data ?? [];
    }),
  );
  expect(mean?.length).toBe(160);
  for (let i = 0; i < 160; i++) expect(mean?.[i]).toBe(Math.fround((Number(one?.[i]) + Number(other?.[i])) / 2));
}, 180_000);
