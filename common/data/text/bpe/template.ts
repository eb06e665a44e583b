import { didYouMean, UserError } from '../../../utils/index.js';

/**
 * Writes a template such as `'<s> $A </s> $B:1 </s>:1'` as the TemplateProcessing section of a tokenizer.json: tokens divided by spaces,
 * `$A` and `$B` for the texts, `:n` for the type id (default 0).
 *
 * @throws UserError for a token that is not in the vocabulary, a template without `$A`, a pair without `$B`.
 */
export function parseTemplate(template: { single: string; pair?: string }, vocab: readonly string[]): unknown {
  const used = new Map<string, { id: string; ids: number[]; tokens: string[] }>();
  const parse = (text: string, texts: readonly string[]) => {
    const pieces = text
      .trim()
      .split(/\s+/)
      .map((part) => {
        const [, name = '', type = '0'] = /^(.+?)(?::(\d+))?$/.exec(part) ?? [];
        const type_id = Number(type);
        if (name === '$A' || name === '$B') return { Sequence: { id: name.slice(1), type_id } };
        const id = vocab.indexOf(name);
        if (id < 0)
          throw new UserError(
            `template "${text}": the vocabulary has no token "${name}".${didYouMean(name, vocab.slice(0, 200))}`,
          );
        used.set(name, { id: name, ids: [id], tokens: [name] });
        return { SpecialToken: { id: name, type_id } };
      });
    for (const name of texts)
      if (!pieces.some((piece) => 'Sequence' in piece && piece.Sequence?.id === name))
        throw new UserError(`template "${text}": it must contain $${name}`);
    return pieces;
  };
  const single = parse(template.single, ['A']);
  const pair = parse(template.pair ?? '$A:0 $B:1', ['A', 'B']);
  return { type: 'TemplateProcessing', single, pair, special_tokens: Object.fromEntries(used) };
}
