import type { PostProcessorConfig } from './schema.js';

/** Ids of a sequence and which of the two sequences each belongs to (BERT's token types). */
export interface Sequence {
  ids: number[];
  typeIds: number[];
}

/** Adds special tokens around one sequence, or joins two; without them a template still gives the types. */
export type PostProcess = (sequences: readonly Sequence[], addSpecialTokens: boolean) => Sequence[];

type Factory<T extends PostProcessorConfig['type']> = (
  config: Extract<PostProcessorConfig, { type: T }>,
) => PostProcess;

const factories: { [T in PostProcessorConfig['type']]: Factory<T> } = {
  // It trims offsets only.
  ByteLevel: () => (sequences) => [...sequences],
  TemplateProcessing: ({ single, pair, special_tokens }) => {
    return (sequences, addSpecialTokens) =>
      (sequences.length === 1 ? single : pair).map((piece): Sequence => {
        if ('SpecialToken' in piece) {
          const ids = addSpecialTokens ? (special_tokens[piece.SpecialToken.id]?.ids ?? []) : [];
          return { ids: [...ids], typeIds: ids.map(() => piece.SpecialToken.type_id) };
        }
        const { ids } = sequences[piece.Sequence.id === 'A' ? 0 : 1] ?? { ids: [] };
        return { ids, typeIds: ids.map(() => piece.Sequence.type_id) };
      });
  },
  BertProcessing: ({ cls, sep }) => {
    return (sequences, addSpecialTokens) =>
      sequences.map(({ ids, typeIds }, i) => {
        if (!addSpecialTokens) return { ids, typeIds };
        const all = i === 0 ? [cls[1], ...ids, sep[1]] : [...ids, sep[1]];
        return { ids: all, typeIds: all.map(() => Math.min(i, 1)) };
      });
  },
  RobertaProcessing: ({ cls, sep }) => {
    return (sequences, addSpecialTokens) =>
      sequences.map(({ ids, typeIds }, i) => {
        if (!addSpecialTokens) return { ids, typeIds };
        const all = [i === 0 ? cls[1] : sep[1], ...ids, sep[1]];
        return { ids: all, typeIds: all.map(() => 0) };
      });
  },
  Sequence: ({ processors }) => {
    const steps = processors.map(createPostProcessor);
    return (sequences, addSpecialTokens) =>
      steps.reduce<Sequence[]>((current, step) => step(current, addSpecialTokens), [...sequences]);
  },
};

export function createPostProcessor(config: PostProcessorConfig): PostProcess {
  // The table is typed by the key; TypeScript cannot follow that key and config belong together.
  const factory = factories[config.type] as (config: PostProcessorConfig) => PostProcess;
  return factory(config);
}
