// What the decoder looks at in the source while it writes each word: a page of maps for chosen sentences.
import * as tf from '@tensorflow/tfjs-core';
import type { Tokenizer } from 'common/data';
import { greedy, type SequenceModel } from 'common/decoding';
import type { Seq2Seq } from 'common/models';
import { observeAttention } from 'common/nn';
import { attentionFigure, figurePage } from 'common/visualization';
import { special } from './pairs.js';
import { piecesOf } from './translation.js';

export interface AttentionMaps {
  /** The source's tokens, with its end, and what was written, with its end. */
  source: string[];
  target: string[];
  /** [heads, target, source] of each decoder layer. */
  layers: { data: Float32Array; shape: [number, number, number] }[];
}

/** Translates a sentence greedily and gives the weights of the decoder's attention to the source. Row t is of the step that wrote token t. */
export function attentionOf(
  model: Seq2Seq,
  writer: SequenceModel,
  tokenizer: Tokenizer,
  sentence: string,
): AttentionMaps | undefined {
  const [source] = piecesOf(tokenizer, sentence, writer.maxLength);
  if (source === undefined) return undefined;
  const [written = new Int32Array()] = greedy(writer, [source]);
  const input = Int32Array.of(special.bos, ...written);
  const row = (ids: Int32Array) => tf.tensor2d(ids, [1, ids.length], 'int32');
  const layers: AttentionMaps['layers'] = [];
  const { encoderLayers, decoderLayers } = depths(model);
  tf.tidy(() => {
    const seen: tf.Tensor[] = [];
    observeAttention((weights) => seen.push(tf.keep(weights)), () => model.forward(row(source), row(input))); // biome-ignore format: one call
    // The encoder's layers come first; each of the decoder's looks at the text so far, then at the source.
    for (let i = 0; i < decoderLayers; i++) {
      const weights = seen[encoderLayers + 2 * i + 1];
      if (weights === undefined) throw new Error('the model has fewer attentions than layers');
      const [, heads = 1, T = 1, S = 1] = weights.shape;
      layers.push({ data: Float32Array.from(weights.dataSync()), shape: [heads, T, S] });
    }
    tf.dispose(seen);
  });
  const names = (ids: Iterable<number>) =>
    Array.from(ids, (id) => (id === special.eos ? '[end]' : tokenizer.decode([id]) || (tokenizer.idToToken(id) ?? '')));
  return { source: names(source), target: names([...written, special.eos]), layers };
}

const depths = ({ transformer: { encoder, decoder } }: Seq2Seq) => ({
  encoderLayers: encoder.layers.length,
  decoderLayers: decoder.layers.length,
});

/** An HTML page: a sentence, its translation and a map a head of each decoder layer. */
export function attentionPage(
  model: Seq2Seq,
  writer: SequenceModel,
  tokenizer: Tokenizer,
  sentences: readonly string[],
): Promise<string> {
  const sections = sentences.flatMap((sentence) => {
    const maps = attentionOf(model, writer, tokenizer, sentence);
    if (maps === undefined) return [];
    const { source, target, layers } = maps;
    const figures = layers.map((weights, i) =>
      attentionFigure(weights, { title: `decoder layer ${i + 1}`, queries: unique(target), keys: unique(source) }),
    );
    return [{ heading: sentence, text: target.slice(0, -1).join('').trim(), figures }];
  });
  return figurePage(sections, { title: 'What the decoder looks at' });
}

/** Tokens are told apart by their place where they come twice: an axis has each name once. */
function unique(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} (${times})`;
  });
}
