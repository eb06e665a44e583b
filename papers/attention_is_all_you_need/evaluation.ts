// How good a model is on pairs: loss and perplexity of the right tokens, BLEU and exact matches of what it writes.
import { compile } from 'common/backend';
import type { Tokenizer } from 'common/data';
import { cachedModel } from 'common/decoding';
import { type Bleu, createBleu } from 'common/metrics';
import type { Seq2Seq } from 'common/models';
import type { BatchSource } from 'common/training';
import { type Pairs, special } from './pairs.js';
import { type Batch, lossOf, type PairTensors, tensorsOf } from './recipe.js';
import { type TranslateOptions, translateLines } from './translation.js';

/** A function that gives the mean loss in nats of a target token over all batches, without label smoothing or dropout. */
export function lossEvaluator(model: Seq2Seq) {
  const lossOfBatch = compile((batch: PairTensors) => lossOf(model, batch), { name: 'evaluation' });
  return async (batches: BatchSource<Batch>): Promise<number> => {
    let [sum, tokens] = [0, 0];
    const wasTraining = model.training;
    model.eval();
    try {
      for await (const batch of batches.batches(0)) {
        const loss = lossOfBatch(tensorsOf(batch));
        sum += (loss.dataSync()[0] ?? Number.NaN) * batch.tokens;
        tokens += batch.tokens;
        loss.dispose();
      }
    } finally {
      model.train(wasTraining);
    }
    return sum / tokens;
  };
}

export interface TranslationScore {
  hypotheses: string[];
  bleu: Bleu;
  /** The share of translations that are the reference letter by letter. */
  exact: number;
}

/** Translates the sources of pairs with the model as it now is, and compares with the targets. */
export function scoreTranslations(
  model: Seq2Seq,
  tokenizer: Tokenizer,
  { source, target }: Pick<Pairs, 'source' | 'target'>,
  options: TranslateOptions,
): TranslationScore {
  const writer = cachedModel(model, special);
  try {
    const hypotheses = translateLines(writer, tokenizer, source, options);
    const bleu = createBleu();
    bleu.update(hypotheses, target);
    const right = hypotheses.filter((text, i) => text === target[i]).length;
    return { hypotheses, bleu: bleu.compute(), exact: right / hypotheses.length };
  } finally {
    writer.dispose();
  }
}
