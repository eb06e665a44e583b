/** Tests a run's best weights again: npx tsx papers/paper_name/evaluate.ts <run>, or npx atelier evaluate <run>. */
import { join } from 'node:path';
import { loadResolvedConfig, reportUncaught } from 'common/config';
import { createLoader } from 'common/data';
import { evaluator, loadModel } from 'common/training';
import { shortPath, UsageError } from 'common/utils';
import { openData } from './recipe.js';
import { schema } from './schema.js';

reportUncaught();
const [name] = process.argv.slice(2);
if (name === undefined) throw new UsageError('Which run? evaluate.ts <run folder or name>');
const { model, task, folder } = await loadModel(name);
const config = await loadResolvedConfig(join(folder, 'config.yaml'), schema);
const { transforms, size, channels } = task.preprocessing;

const test = await openData(config.data, 'test');
const loader = createLoader(test, { transforms, channels, workers: config.workers, batchSize: 250 });
const { loss, accuracy, confusion } = await evaluator(model, { classes: task.labels.length })(loader);
await loader.close();

process.stdout.write(
  `${shortPath(folder)}: ${test.length} test images of ${test.name}, ${channels} × ${size} × ${size}\n`,
);
process.stdout.write(`loss ${loss.toFixed(4)}, accuracy ${(100 * accuracy).toFixed(2)} %\n`);
for (const [label, share] of confusion.perClassAccuracy.entries())
  process.stdout.write(`  ${task.labels[label]}: ${(100 * share).toFixed(1)} %\n`);
