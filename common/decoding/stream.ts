import { type ChoiceOptions, chooseBy } from './sample.js';
import { type LengthOptions, limitOf, type SequenceModel } from './sequenceModel.js';

/**
 * The tokens of one text as they are written, without beginning and end.
 *
 * @param options.choice how the next token is drawn. Default: the likeliest.
 */
export function* streamTokens(
  model: SequenceModel,
  source: ArrayLike<number>,
  { choice, ...lengths }: LengthOptions & { choice?: ChoiceOptions } = {},
): Generator<number, void, void> {
  const choose = choice && chooseBy(choice);
  const state = model.start(choice === undefined ? 1 : Math.min(model.vocabulary, choice.topK ?? model.vocabulary));
  state.add([source]);
  const limit = limitOf(model, lengths, source.length);
  let token = model.bos;
  for (let place = 0; place < limit; place++) {
    const found = state.step(Int32Array.of(token));
    token = choose === undefined ? found.ids[0]! : choose(found, 0, 0, place);
    if (token === model.eos) return;
    yield token;
  }
}
