// For reference_torch.py: npx tsx papers/attention_is_all_you_need/writeBatches.ts <folder> <steps> [key=value …]. Writes the initial weights, the
// batches of the first steps and of validation, and the resolved options, so that PyTorch trains on the same; and the losses of our own first steps
// (`--compare <steps>`, default 20), without dropout.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { compile } from 'common/backend';
import { defineConfig, reportUncaught } from 'common/config';
import { initialise } from 'common/nn';
import { createScheduledOptimizer, valueAndGrads } from 'common/optim';
import { writeSafetensors } from 'common/training';
import { UsageError } from 'common/utils';
import { encodePairs, readPairs, trainVocabulary } from './pairs.js';
import { type Batch, createTranslator, lossOf, type PairTensors, pairBatches, tensorsOf } from './recipe.js';
import { schema } from './schema.js';

reportUncaught();
const [folder, stepsText, ...rest] = process.argv.slice(2);
const steps = Number(stepsText);
if (folder === undefined || !Number.isInteger(steps))
  throw new UsageError('writeBatches.ts <folder> <steps> [key=value …]');
const at = rest.indexOf('--compare');
const compared = at < 0 ? 20 : Number(rest.splice(at, 2)[1]);
const config = await defineConfig({ schema, dir: import.meta.dirname, argv: rest });
const [train, validation] = [await readPairs(config.data, 'train'), await readPairs(config.data, 'validation')];
const tokenizer = await trainVocabulary([...train.source, ...train.target], config.data);
const trainBatches = pairBatches(encodePairs(tokenizer, train, config.data.maxLength), config, true);
const validationBatches = pairBatches(encodePairs(tokenizer, validation, config.data.maxLength), config, false);
// Dropout draws other numbers in PyTorch: what is compared step by step is trained without.
const quiet = { ...config, model: { ...config.model, dropout: 0 } };
const model = initialise(createTranslator(quiet, tokenizer.vocabSize), config.seed);
const parameters = model.namedParameters();
const { optimizer, schedule } = createScheduledOptimizer(config, parameters, trainBatches.length);

mkdirSync(folder, { recursive: true });
await writeSafetensors(join(folder, 'initial.safetensors'), model.stateDict());
const plain = (batch: Batch) =>
  Object.fromEntries(Object.entries(tensorsOf(batch)).map(([name, x]) => [name, { shape: x.shape, data: Array.from(x.dataSync()) }])); // biome-ignore format: one call
const write = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value));

const written: string[] = [];
const losses: number[] = [];
const step = compile((batch: PairTensors) => {
  const { loss, grads } = valueAndGrads(() => lossOf(model, batch, config.labelSmoothing), parameters);
  optimizer.step(grads);
  return loss;
});
const times: number[] = [];
for (let epoch = 0; written.length < steps; epoch++)
  for await (const batch of trainBatches.batches(epoch)) {
    if (written.length >= steps) break;
    written.push(JSON.stringify(plain(batch)));
    if (losses.length >= compared) continue;
    const start = performance.now();
    const loss = tf.tidy(() => step(tensorsOf(batch)).dataSync()[0] ?? Number.NaN);
    times.push((performance.now() - start) / 1000);
    losses.push(loss);
  }
writeFileSync(join(folder, 'train.jsonl'), `${written.join('\n')}\n`);
const checks: string[] = [];
for await (const batch of validationBatches.batches(0)) checks.push(JSON.stringify(plain(batch)));
writeFileSync(join(folder, 'validation.jsonl'), `${checks.join('\n')}\n`);
const { model: sizes, optimizer: recipe, labelSmoothing } = config;
const rates = Array.from({ length: steps }, (_, i) => (typeof schedule === 'number' ? schedule : schedule(i)));
write('recipe.json', {
  model: sizes,
  optimizer: recipe,
  labelSmoothing,
  rates,
  vocabulary: tokenizer.vocabSize,
  losses,
});
const middle = [...times].sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
process.stdout.write(
  `${written.length} batches of ${trainBatches.length} an epoch; ${losses.length} steps of ours, ${middle.toFixed(2)} s each\n`,
);
