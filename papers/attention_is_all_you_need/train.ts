/**
 * Attention Is All You Need (Vaswani et al. 2017), https://arxiv.org/abs/1706.03762
 *
 *   npx atelier train papers/attention_is_all_you_need                                       numbers in words, German to English
 *   npx atelier train papers/attention_is_all_you_need data=multi30k model=small             Multi30k, German to English
 *   npx atelier train papers/attention_is_all_you_need data=wmt14 model=base                 WMT 2014, English to German, as a stream
 *   npx atelier train papers/attention_is_all_you_need --resume <run>                        goes on bitwise where it was stopped
 *
 * What to expect, and what was obtained on which machine in which time, is in README.md.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { compile, configureEngine } from 'common/backend';
import { configInfo, defineConfig } from 'common/config';
import { loadTokenizer } from 'common/data';
import { initialise } from 'common/nn';
import { accumulator, clipGradNorm, createScheduledOptimizer, valueAndGrads } from 'common/optim';
import { checkpoints, csv, loggers, progress, startRun, stopAtNaN, summary } from 'common/training';
import { lossEvaluator, scoreTranslations } from './evaluation.js';
import { encodePairs, firstTexts, readPairs, streamPairs, trainVocabulary } from './pairs.js';
import { createTranslator, lossOf, type PairTensors, pairBatches, streamBatches, tensorsOf } from './recipe.js';
import { averageOf, lastCheckpoints, saveOnnxFiles, writeTexts } from './runFiles.js';
import { schema } from './schema.js';
import { searchOf } from './translation.js';

const config = await defineConfig({ schema, dir: import.meta.dirname });
const { seed, epochs, data, labelSmoothing, clipNorm } = config;
if (config.threads !== null) configureEngine({ threads: config.threads });

// Data: pairs of sentences, a vocabulary of byte pairs that both languages share, batches of similar length.
const stream = data.streaming === null ? undefined : await streamPairs(data);
const train = stream === undefined ? await readPairs(data, 'train') : undefined;
const validation = await readPairs(data, 'validation');
const { resume } = configInfo(config).options;
const texts = stream
  ? firstTexts(stream, data.streaming?.vocabularyTexts ?? 0)
  : [...(train?.source ?? []), ...(train?.target ?? [])];
const known = resume === undefined ? '' : join(resume, 'tokenizer.json');
const tokenizer = existsSync(known) ? await loadTokenizer(known) : await trainVocabulary(texts, data);
const encoded = train && encodePairs(tokenizer, train, data.maxLength);
const trainBatches = encoded ? pairBatches(encoded, config, true) : streamBatches(stream!, tokenizer, config);
const validationBatches = pairBatches(encodePairs(tokenizer, validation, data.maxLength), config, false);

// Model and optimizer.
const model = initialise(createTranslator(config, tokenizer.vocabSize), seed);
const parameters = model.namedParameters();
const { optimizer, schedule } = createScheduledOptimizer(config, parameters, trainBatches.length);
const sums = config.limits.accumulate > 1 ? accumulator(parameters) : undefined;

const run = await startRun(config, {
  ...{ model, optimizer, schedule, dataset: train?.fingerprint ?? stream?.fingerprint },
  task: { model: { name: 'seq2seq', ...config.model, vocabulary: tokenizer.vocabSize }, labels: [] },
  metrics: ['val_loss', 'val_bleu', 'val_exact'],
  monitor: { metric: 'val_loss', mode: 'min' },
  callbacks: [progress(), csv(), loggers(), stopAtNaN({ forward }), checkpoints({ everyEpochs: 1 }), summary()],
});
await tokenizer.save(join(run.folder, 'tokenizer.json'));
run.log(describe());

// One step: forward, backward and update are one graph a width of batches, recorded at the first call and replayed after it.
const step = compile((batch: PairTensors, updates: boolean) => {
  const { loss, grads } = valueAndGrads(() => lossOf(model, batch, labelSmoothing), parameters);
  sums?.add(grads, 1); // batches have about as many tokens
  if (updates) {
    const whole = sums?.take() ?? grads;
    optimizer.step(clipNorm === null ? whole : clipGradNorm(whole, clipNorm).grads);
  }
  return { loss };
});
const evaluate = lossEvaluator(model);
const samples = {
  source: validation.source.slice(0, config.samples),
  target: validation.target.slice(0, config.samples),
};

for await (const epoch of run.epochs(epochs)) {
  model.train();
  for await (const batch of epoch.batches(trainBatches)) epoch.log(step(tensorsOf(batch), epoch.updates));

  const loss = await evaluate(epoch.validation(validationBatches));
  const { bleu, exact } = scoreTranslations(model, tokenizer, samples, { ...searchOf(config), beams: 1 });
  epoch.log({ val_loss: loss, val_perplexity: Math.exp(loss), val_bleu: bleu.score, val_exact: exact });
}

// The end: the mean of the last epochs' weights (section 6.1) or the best ones, tested with beam search and exported.
const last = lastCheckpoints(run.folder, config.average);
if (last.length > 1) model.loadStateDict(await averageOf(last));
else await run.loadBest();
const test = await readPairs(data, 'test');
const testLoss = await evaluate(pairBatches(encodePairs(tokenizer, test, data.maxLength), config, false));
const { bleu, exact, hypotheses } = scoreTranslations(model, tokenizer, test, searchOf(config));
await writeTexts(run.folder, { ...test, hypotheses });
await saveOnnxFiles(run.folder, model);
run.log(`${bleu.text}\n${bleu.signature}`);
await run.finish({ test: { loss: testLoss, perplexity: Math.exp(testLoss), bleu: bleu.score, exact_accuracy: exact } });

/** What stopAtNaN looks through layer by layer. */
function forward(batch: unknown) {
  const { source, input } = batch as PairTensors;
  return model.forward(source, input);
}

function describe(): string {
  const count = [...parameters.values()].reduce((sum, { size }) => sum + size, 0);
  const pairs =
    encoded === undefined
      ? 'a stream'
      : `${encoded.source.length.toLocaleString('en')} pairs (${encoded.leftOut} left out)`;
  return `${data.name}: ${pairs}, vocabulary ${tokenizer.vocabSize}; ${count.toLocaleString('en')} parameters; ${epochs} epochs of ${trainBatches.length} steps`;
}
