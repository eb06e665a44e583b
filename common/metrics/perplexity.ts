import { UserError } from '../utils/index.js';
import { type Numbers, readLabels, readNumbers, refuseNaN, shapeText } from './inputs.js';
import { crossEntropyOf } from './logLoss.js';
import { meanMetric } from './mean.js';

export interface PerplexityOptions {
  /** Targets of this value are left out (padding); default -100, as in PyTorch. */
  ignoreIndex?: number;
}

/**
 * Perplexity of a language model, exp of the mean negative log likelihood of a token (Jelinek et al. 1977); NaN without tokens.
 * `update(logits, targets)`: logits of shape [..., vocabulary] before softmax, targets the next tokens (any shape of as many). Or
 * `update(losses)`: the tokens' negative log likelihoods in nats. Every token counts alike, whatever batch it was in.
 */
export function createPerplexity({ ignoreIndex = -100 }: PerplexityOptions = {}) {
  return meanMetric<[values: Numbers, targets?: Numbers]>(
    'perplexity',
    { ignoreIndex },
    (values, targets) => {
      const { data, shape } = readNumbers(values, targets === undefined ? 'losses' : 'logits');
      if (targets === undefined) {
        refuseNaN(data, 'losses');
        return data;
      }
      const tokens = readNumbers(targets, 'targets');
      const count = tokens.data.length;
      const vocabulary = shape?.at(-1) ?? data.length / count;
      if (count === 0 && data.length === 0) return [];
      if (!Number.isInteger(vocabulary) || vocabulary * count !== data.length)
        throw new UserError(
          `${count} targets, but logits have ${shapeText({ data, shape })}; [..., vocabulary] for each target is expected`,
        );
      const leading = shape?.slice(0, -1).join();
      if (leading !== undefined && (tokens.shape?.length ?? 0) > 1 && leading !== tokens.shape?.join())
        throw new UserError(
          `targets have ${shapeText(tokens)}, logits ${shapeText({ data, shape })}; all but the vocabulary must be equal`,
        );
      const labels = readLabels(tokens.data, vocabulary, 'targets', ignoreIndex);
      refuseNaN(data, 'logits', vocabulary);
      const losses: number[] = [];
      for (let i = 0; i < count; i++)
        if (labels[i] !== ignoreIndex) losses.push(crossEntropyOf(data, i * vocabulary, vocabulary, labels[i] ?? 0));
      return losses;
    },
    Math.exp,
  );
}
