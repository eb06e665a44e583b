// What a run's folder holds beside checkpoints and metrics: the vocabulary, the test's texts, the model as ONNX files; and how it is opened again.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findRun, loadResolvedConfig } from 'common/config';
import { loadTokenizer, type Tokenizer } from 'common/data';
import { exportDecoder, exportEncoder, type Seq2Seq } from 'common/models';
import { averageCheckpoints, loadCheckpoint, toStateDict } from 'common/training';
import { UserError, writeFileAtomic } from 'common/utils';
import { special } from './pairs.js';
import { createTranslator } from './recipe.js';
import { type Config, schema } from './schema.js';

export interface OpenedRun {
  folder: string;
  config: Config;
  tokenizer: Tokenizer;
  /** In inference mode, with the averaged weights of the last epochs or the best ones, as the config says. */
  model: Seq2Seq;
}

/** @throws UserError where there is no such run of this paper. */
export async function openRun(name: string): Promise<OpenedRun> {
  const folder = await findRun(name);
  const vocabulary = join(folder, 'tokenizer.json');
  if (!existsSync(vocabulary)) throw new UserError(`${folder} has no tokenizer.json: it is no run of this paper.`);
  const config = await loadResolvedConfig(join(folder, 'config.yaml'), schema);
  const tokenizer = await loadTokenizer(vocabulary);
  const model = createTranslator(config, tokenizer.vocabSize);
  const last = lastCheckpoints(folder, config.average);
  model.loadStateDict(last.length > 1 ? await averageOf(last) : (await loadCheckpoint(folder, 'best')).model);
  model.eval();
  return { folder, config, tokenizer, model };
}

/** The weights of the last epochs, at most `count`. */
export function lastCheckpoints(folder: string, count: number): string[] {
  const place = join(folder, 'checkpoints');
  return readdirSync(place)
    .flatMap((file) => {
      const epoch = /^epoch-(\d+)\.safetensors$/.exec(file)?.[1];
      return epoch === undefined ? [] : [{ file, epoch: Number(epoch) }];
    })
    .sort((a, b) => a.epoch - b.epoch)
    .slice(-count)
    .map(({ file }) => join(place, file));
}

/** The mean of checkpoints' weights, for `loadStateDict`. */
export async function averageOf(paths: readonly string[]): Promise<ReturnType<typeof toStateDict>> {
  return toStateDict((await averageCheckpoints(paths)).tensors);
}

/** test.source.txt, test.reference.txt and test.hypothesis.txt: a line a sentence, for other programs such as sacrebleu. */
export async function writeTexts(
  folder: string,
  texts: { source: readonly string[]; target: readonly string[]; hypotheses: readonly string[] },
): Promise<void> {
  const files = { source: texts.source, reference: texts.target, hypothesis: texts.hypotheses };
  for (const [name, lines] of Object.entries(files))
    await writeFileAtomic(
      join(folder, `test.${name}.txt`),
      lines.map((line) => `${line.replaceAll(/\s+/g, ' ')}\n`).join(''),
    );
}

/** encoder.onnx, and decoder.onnx: one step with a cache. See `exportEncoder` and `exportDecoder` for their inputs and outputs. */
export async function saveOnnxFiles(folder: string, model: Seq2Seq): Promise<void> {
  await writeFileAtomic(join(folder, 'encoder.onnx'), exportEncoder(model, special));
  await writeFileAtomic(join(folder, 'decoder.onnx'), exportDecoder(model, special));
}
