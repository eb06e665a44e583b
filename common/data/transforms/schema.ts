// The transforms as a person writes them. zod takes 0.15 s to load, so worker threads are given checked transforms and never import this file.
import * as z from 'zod';
import { messageOf } from '../../utils/errors.js';
import { parseRandAugment } from './randAugmentPolicy.js';

const often = (p: number) => z.number().min(0).max(1).default(p).describe('how often, 0 … 1');
const side = z.int().min(1).max(65535);
const size = z.union([side, z.tuple([side, side])]).describe('pixels: a square’s side, or [height, width]');
const ordered = <S extends z.ZodType<[number, number]>>(range: S) =>
  range.refine(([low, high]) => low <= high, 'the lower end of a range comes first');
const positiveRange = ordered(z.tuple([z.number().positive(), z.number().positive()]));
const degrees = z.union([z.number().min(0).max(360), ordered(z.tuple([z.number(), z.number()]))]);
const part = z.number().min(0).max(1);
const interpolation = z.enum(['nearest', 'bilinear', 'bicubic']);
const bilinear = interpolation.default('bilinear').describe('how values between pixels are found');
const mode = z.enum(['constant', 'edge', 'reflect', 'symmetric']).default('constant').describe('what is added outside');
const colour = (value: number) =>
  z
    .array(z.int().min(0).max(255))
    .min(1)
    .max(3)
    .default([value])
    .describe('colour outside the image, 0 … 255: a number a channel, or one for all');
const padding = z.int().min(0).max(65535);
const policy = z.string().superRefine((text, context) => {
  try {
    parseRandAugment(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: messageOf(error) });
  }
});
const jitter = (most: number) =>
  z
    .union([z.number().min(0).max(most), ordered(z.tuple([z.number().min(-0.5), z.number()]))])
    .default(0)
    .describe('a number v: 1 − v … 1 + v (of hue −v … v); or the range');

const resize = z.strictObject({
  name: z.literal('resize'),
  size: z.union([side, z.tuple([side, side])]).describe('the shorter side in pixels, or [height, width]'),
  interpolation: bilinear,
});
const normalize = z.strictObject({
  name: z.literal('normalize'),
  mean: z.array(z.number()).min(1).max(3).describe('of pixels in 0 … 1, a number a channel or one for all; subtracted'),
  std: z.array(z.number().positive()).min(1).max(3).describe('divided by'),
});

const viewOptions = [
  resize,
  z.strictObject({ name: z.literal('centerCrop'), size }),
  z.strictObject({
    name: z.literal('pad'),
    padding: z
      .union([padding, z.tuple([padding, padding, padding, padding])])
      .describe('pixels at every side, or [left, top, right, bottom]'),
    mode,
    fill: colour(0),
  }),
  z.strictObject({
    name: z.literal('randomCrop'),
    size: size.nullable().default(null).describe('of the window: a side or [height, width]; null: the image’s own'),
    padding: padding.default(0).describe('pixels added on each side before'),
    mode,
    fill: colour(0),
  }),
  z.strictObject({
    name: z.literal('randomResizedCrop'),
    size,
    scale: ordered(z.tuple([part, part]))
      .default([0.08, 1])
      .describe('the window’s part of the image’s area'),
    ratio: positiveRange.default([3 / 4, 4 / 3]).describe('its width / height'),
    interpolation: bilinear,
  }),
  z.strictObject({
    name: z.literal('flip'),
    p: often(0.5),
    direction: z
      .enum(['horizontal', 'vertical'])
      .default('horizontal')
      .describe('horizontal: left and right change places'),
  }),
  z.strictObject({
    name: z.literal('rotation'),
    degrees: degrees.describe('to both sides, or a range; counter-clockwise'),
    interpolation: bilinear,
    fill: colour(0),
  }),
  z.strictObject({
    name: z.literal('affine'),
    degrees: degrees.default(0).describe('rotation to both sides, or a range'),
    translate: z.tuple([part, part]).default([0, 0]).describe('shift at most, as parts of width and height'),
    scale: positiveRange.default([1, 1]).describe('smallest and largest scale'),
    shear: z
      .union([z.number().min(0).lt(90), z.tuple([z.number().min(0).lt(90), z.number().min(0).lt(90)])])
      .default(0)
      .describe('degrees to both sides along x, or [along x, along y]'),
    interpolation: bilinear,
    fill: colour(0),
  }),
  z.strictObject({
    name: z.literal('perspective'),
    p: often(0.5),
    distortion: part.default(0.5).describe('how far a corner moves at most, as a part of half the side'),
    interpolation: bilinear,
    fill: colour(0),
  }),
  z.strictObject({
    name: z.literal('colorJitter'),
    p: often(1),
    brightness: jitter(100),
    contrast: jitter(100),
    saturation: jitter(100),
    hue: jitter(0.5),
  }),
  z.strictObject({ name: z.literal('grayscale'), p: often(0.1) }),
  z.strictObject({
    name: z.literal('gaussianBlur'),
    p: often(1),
    sigma: positiveRange.default([0.1, 2]).describe('standard deviation in pixels'),
    kernelSize: z
      .int()
      .positive()
      .refine((value) => value % 2 === 1, 'a kernel has a middle: its size is odd')
      .nullable()
      .default(null)
      .describe('pixels, odd; null: three standard deviations to each side'),
  }),
  z.strictObject({
    name: z.literal('solarize'),
    p: often(0.5),
    threshold: z.number().min(0).max(256).default(128).describe('values from here on are inverted'),
  }),
  z.strictObject({
    name: z.literal('posterize'),
    p: often(0.5),
    bits: z.int().min(0).max(8).describe('bits kept of 8'),
  }),
  z.strictObject({ name: z.literal('equalize'), p: often(0.5) }),
  z.strictObject({ name: z.literal('autocontrast'), p: often(0.5) }),
  z.strictObject({ name: z.literal('invert'), p: often(0.5) }),
  z.strictObject({
    name: z.literal('sharpness'),
    p: often(0.5),
    factor: z.number().min(0).describe('0 smooth, 1 unchanged, 2 sharper'),
  }),
  z.strictObject({
    name: z.literal('randAugment'),
    policy: policy.default('rand-m9-mstd0.5-inc1').describe('timm’s string, e.g. rand-m9-n2-mstd0.5-inc1'),
    interpolation: z.enum(['random', 'nearest', 'bilinear', 'bicubic']).default('random'),
    fill: colour(128),
  }),
  z.strictObject({
    name: z.literal('trivialAugment'),
    bins: z.int().min(1).default(31).describe('strengths, equally spaced'),
    interpolation: interpolation.default('nearest'),
    fill: colour(0),
  }),
  z.strictObject({
    name: z.literal('randomErasing'),
    p: often(0.5),
    scale: ordered(z.tuple([part, part]))
      .default([0.02, 1 / 3])
      .describe('the rectangle’s part of the image’s area'),
    ratio: positiveRange.default([0.3, 1 / 0.3]).describe('its height / width'),
    mode: z
      .enum(['const', 'rand', 'pixel'])
      .default('const')
      .describe('filled with value, one random colour, or noise'),
    value: z
      .array(z.number())
      .min(1)
      .max(3)
      .default([0])
      .describe('of const: 0 … 255 before normalize, normalised after it'),
    count: ordered(z.tuple([z.int().min(1), z.int().min(1)]))
      .default([1, 1])
      .describe('rectangles, at least and at most'),
  }),
  normalize,
] as const;

const view = z.discriminatedUnion('name', viewOptions);
const multiCrop = z.strictObject({
  name: z.literal('multiCrop'),
  crops: z
    .array(
      z.strictObject({
        count: z.int().min(1).default(1).describe('views made this way'),
        transforms: z.array(view).min(1).describe('how; they must fix the size'),
      }),
    )
    .min(1)
    .describe('kinds of views'),
});

/** One transform in a config: `{ name: flip, p: 0.5 }`. Its own output passes it unchanged. */
export const transformSchema = z.discriminatedUnion('name', [...viewOptions, multiCrop]);

/** A list of them. */
export const transformsSchema = z.array(transformSchema).describe('what is done to an image, in this order');

/** For a config with both parts: `transforms: { train: […], eval: […] }`. */
export const recipeSchema = z.strictObject({ train: transformsSchema, eval: transformsSchema });

/** What a person writes: what has a default may be left out. */
export type TransformInput = Frozen<z.input<typeof transformSchema>>;

type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;

/** The keys of each transform, without its name. */
export const transformKeys: ReadonlyMap<string, readonly string[]> = new Map(
  [...viewOptions, multiCrop].map((option) => {
    const { name, ...rest } = option.shape;
    return [name.value, Object.keys(rest)];
  }),
);
