import { UserError } from '../utils/index.js';

/** The layer of a parameter, from 0 at the input; undefined for what belongs to the head, after all layers. */
export type LayerOf = (name: string) => number | undefined;

export interface LayerDecayOptions {
  /** The factor from a layer to the one below it. Default 0.75. */
  decay?: number;
  /** No factor is below it. Default 0. */
  least?: number;
  /** Default: by the names, as a Vision Transformer (`blocks.3.…`) or a sequence (`3.…`). */
  layerOf?: LayerOf;
}

/**
 * Layer-wise learning-rate decay (Clark et al. 2020, BEiT) as timm's param_groups_layer_decay: decay^(L − i) for layer i of 0…L, so that
 * the head has 1.
 *
 * @param names all parameters'.
 * @returns the factor of each, to be given as the optimizer's `lrScale`.
 */
export function layerDecay(
  names: Iterable<string>,
  { decay = 0.75, least = 0, layerOf }: LayerDecayOptions = {},
): (name: string) => number {
  if (!(decay > 0 && decay <= 1)) throw new UserError(`layer decay must be in (0, 1], not ${decay}.`);
  if (!(least >= 0 && least <= 1))
    throw new UserError(`the least factor of layer decay must be in [0, 1], not ${least}.`);
  const layers = layerIds([...names], layerOf);
  const last = Math.max(...layers.values());
  return (name) => {
    const layer = layers.get(name);
    if (layer === undefined) throw new Error(`layer decay: ${name} was not among the names it was made for`);
    return Math.max(least, decay ** (last - layer));
  };
}

/** The layer of every parameter, counted without gaps; the head's is the last. */
export function layerIds(names: readonly string[], layerOf: LayerOf = guess(names)): Map<string, number> {
  const places = names.map((name) => layerOf(name) ?? Number.POSITIVE_INFINITY);
  const order = [...new Set(places)].sort((a, b) => a - b);
  return new Map(names.map((name, i) => [name, order.indexOf(places[i] ?? 0)]));
}

/** timm's groups of a Vision Transformer: the embeddings are 0, block i is i + 1, the last norm goes with the last block, the head follows. */
export function vitLayers(names: readonly string[]): LayerOf {
  const block = (name: string) => Number(/^blocks\.(\d+)\./.exec(name)?.[1] ?? Number.NaN);
  const last = Math.max(...names.map(block).filter((n) => !Number.isNaN(n)));
  return (name) => {
    if (/^(cls_token|reg_token|pos_embed|patch_embed|norm_pre)/.test(name)) return 0;
    if (/^norm\b/.test(name)) return last + 1;
    const index = block(name);
    return Number.isNaN(index) ? undefined : index + 1;
  };
}

function guess(names: readonly string[]): LayerOf {
  if (names.some((name) => /^blocks\.\d+\./.test(name))) return vitLayers(names);
  if (names.every((name) => /^\d+\./.test(name))) return (name) => Number.parseInt(name, 10);
  throw new UserError(
    `Layer decay does not know the layers of this model, whose parameters are named like ${names.slice(0, 3).join(', ')}: give layerOf.`,
  );
}
