/**
 * Tests a run's weights again: npx tsx papers/attention_is_all_you_need/evaluate.ts <run> [sentence…], or npx atelier evaluate <run>.
 *
 * Prints loss, perplexity, BLEU with sacreBLEU's signature and exact matches of the test split, and writes into the run's folder the texts
 * (test.source.txt, test.reference.txt, test.hypothesis.txt), plots/length_quality.png and plots/attention.html for the sentences given or
 * the first of the test.
 */
import { join } from 'node:path';
import { configureEngine } from 'common/backend';
import { reportUncaught } from 'common/config';
import { cachedModel } from 'common/decoding';
import { createBleu } from 'common/metrics';
import { shortPath, UsageError, writeFileAtomic } from 'common/utils';
import { barFigure, savePng } from 'common/visualization';
import { attentionPage } from './attention.js';
import { lossEvaluator, scoreTranslations } from './evaluation.js';
import { encode, encodePairs, readPairs, special } from './pairs.js';
import { pairBatches } from './recipe.js';
import { openRun, writeTexts } from './runFiles.js';
import { searchOf } from './translation.js';

reportUncaught();
const [name, ...sentences] = process.argv.slice(2);
if (name === undefined) throw new UsageError('Which run? evaluate.ts <run folder or name> [sentence …]');
const { folder, config, tokenizer, model } = await openRun(name);
if (config.threads !== null) configureEngine({ threads: config.threads });

const test = await readPairs(config.data, 'test');
const loss = await lossEvaluator(model)(
  pairBatches(encodePairs(tokenizer, test, config.data.maxLength), config, false),
);
const { bleu, exact, hypotheses } = scoreTranslations(model, tokenizer, test, searchOf(config));
const { beams, lengthPenalty } = config.search;
process.stdout.write(`${shortPath(folder)}: ${hypotheses.length} test sentences of ${config.data.name}\n`);
process.stdout.write(`loss ${loss.toFixed(4)} nats a token, perplexity ${Math.exp(loss).toFixed(3)}\n`);
process.stdout.write(`${bleu.text}\n${bleu.signature} (beams ${beams}, length penalty ${lengthPenalty})\n`);
process.stdout.write(`${(100 * exact).toFixed(2)} % are the reference letter by letter\n`);

await writeTexts(folder, { ...test, hypotheses });
await savePng(lengthFigure(), join(folder, 'plots', 'length_quality.png'));
const writer = cachedModel(model, special);
const chosen = sentences.length > 0 ? sentences : test.source.slice(0, 4);
await writeFileAtomic(join(folder, 'plots', 'attention.html'), await attentionPage(model, writer, tokenizer, chosen));
writer.dispose();
process.stdout.write(`Texts, plots/length_quality.png and plots/attention.html: ${shortPath(folder)}\n`);

/** BLEU and exact matches of sentences of similar length, a quarter of the test each. */
function lengthFigure() {
  const lengths = test.source.map((text) => encode(tokenizer, text).length);
  const order = Array.from(lengths.keys()).sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0));
  const parts = Array.from({ length: 4 }, (_, i) =>
    order.slice(Math.floor((i * order.length) / 4), Math.floor(((i + 1) * order.length) / 4)),
  ).filter((part) => part.length > 0);
  const x = parts.map((part) => `${lengths[part[0] ?? 0]} to ${lengths[part.at(-1) ?? 0]}`);
  const scores = parts.map((part) => {
    const bleu = createBleu();
    bleu.update(
      part.map((i) => hypotheses[i] ?? ''),
      part.map((i) => test.target[i] ?? ''),
    );
    return bleu.compute().score;
  });
  const matches = parts.map(
    (part) => (100 * part.filter((i) => hypotheses[i] === test.target[i]).length) / part.length,
  );
  return barFigure(
    [
      { name: 'BLEU', x, y: scores },
      { name: 'exact matches in percent', x, y: matches },
    ],
    { title: 'Quality by length', xTitle: 'tokens of the source', yTitle: '' },
  );
}
