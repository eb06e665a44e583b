/** Tests a run's best weights again: npx tsx papers/an_image_is_worth_16x16_words/evaluate.ts <run>, or npx atelier evaluate <run>. */
import { join } from 'node:path';
import { isScript, loadResolvedConfig, reportUncaught } from 'common/config';
import { createLoader, type Dataset } from 'common/data';
import { type Evaluation, evaluator, type LoadedModel, loadModel } from 'common/training';
import { shortPath, UsageError } from 'common/utils';
import { openData } from './recipe.js';
import { schema } from './schema.js';

/**
 * What a run's best weights come to on the test split of its data.
 * @param run its folder or name
 */
export async function evaluate(run: string): Promise<Evaluation & LoadedModel & { test: Dataset }> {
  const loaded = await loadModel(run);
  const config = await loadResolvedConfig(join(loaded.folder, 'config.yaml'), schema);
  const { transforms, channels } = loaded.task.preprocessing;
  const test = await openData(config.data, 'test');
  const loader = createLoader(test, { transforms, channels, workers: config.workers, batchSize: 250 });
  const evaluation = await evaluator(loaded.model)(loader).finally(() => loader.close());
  return { ...loaded, ...evaluation, test };
}

if (isScript(import.meta.url)) {
  reportUncaught();
  const [name] = process.argv.slice(2);
  if (name === undefined) throw new UsageError('Which run? evaluate.ts <run folder or name>');
  const { folder, task, test, loss, accuracy, confusion } = await evaluate(name);
  const { channels, size } = task.preprocessing;
  const lines = [
    `${shortPath(folder)}: ${test.length} test images of ${test.name}, ${channels} × ${size} × ${size}`,
    `loss ${loss.toFixed(4)}, accuracy ${(100 * accuracy).toFixed(2)} %`,
    ...confusion.perClassAccuracy.map((share, label) => `  ${task.labels[label]}: ${(100 * share).toFixed(1)} %`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
