import { z } from 'zod';

const count = z.number().int().positive();
const rate = z.number().min(0).lt(1);

/** Vision Transformer (Dosovitskiy et al. 2021), pre-norm, with a class token. */
export const vitSchema = z.strictObject({
  name: z.literal('vit'),
  patch: count.default(7).describe('side of a patch in pixels; must divide the image'),
  dim: count.default(128).describe('features of a token; a multiple of heads'),
  depth: count.default(4).describe('number of blocks'),
  heads: count.default(4).describe('attention heads'),
  mlpRatio: z.number().positive().default(4).describe('width of the MLP as a multiple of dim'),
  dropout: rate.default(0).describe('dropout after embedding, projections and MLP layers'),
  attentionDropout: rate.default(0).describe('dropout of attention weights'),
  dropPath: rate.default(0).describe('stochastic depth of the last block; grows linearly from 0 at the first'),
  eps: z.number().positive().default(1e-6).describe('epsilon of the layer norms'),
});
export const cnnSchema = z.strictObject({ name: z.literal('cnn') });
export const mlpSchema = z.strictObject({
  name: z.literal('mlp'),
  hidden: count.default(512).describe('features of the hidden layer'),
});
export const resnet9Schema = z.strictObject({ name: z.literal('resnet9') });
export const resnet18Schema = z.strictObject({ name: z.literal('resnet18') });

/** Every architecture with its options: what a config holds and a checkpoint records. */
export const modelSchema = z.discriminatedUnion('name', [
  vitSchema,
  cnnSchema,
  mlpSchema,
  resnet9Schema,
  resnet18Schema,
]);

/** A complete description of an architecture, told apart by `name`. */
export type ModelSpec = z.output<typeof modelSchema>;
/** The same with defaults left out. */
export type ModelSpecInput = z.input<typeof modelSchema>;
export type SpecOf<N extends ModelSpec['name']> = Extract<ModelSpec, { name: N }>;

/** What a model takes and gives: `size`×`size` images of `channels`, scores for `classes`. */
export interface ImageTask {
  classes: number;
  channels: number;
  /** Side of the square images in pixels. */
  size: number;
}

/** Vision Transformers for small images: `tiny` is made for 28×28 on two cores, `small` takes several times as long. */
export const vitSizes = {
  tiny: { name: 'vit', patch: 7, dim: 128, depth: 4, heads: 4 },
  small: { name: 'vit', patch: 4, dim: 192, depth: 6, heads: 6 },
} as const satisfies Record<string, ModelSpecInput>;
