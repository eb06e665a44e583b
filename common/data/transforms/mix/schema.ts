import * as z from 'zod';

const part = z.number().min(0).max(1);

/** mixup and CutMix in a config. */
export const mixSchema = z
  .strictObject({
    mixup: z.number().min(0).default(1).describe('α of mixup: λ is from Beta(α, α); 0: off'),
    cutmix: z.number().min(0).default(0).describe('α of CutMix; 0: off'),
    cutmixMinmax: z
      .tuple([part, part])
      .refine(([low, high]) => low <= high, 'the lower end of a range comes first')
      .nullable()
      .default(null)
      .describe('sides of the rectangle as parts of the image’s, instead of λ; null: by λ'),
    p: part.default(1).describe('how often a batch (pair, element) is mixed'),
    switchP: part.default(0.5).describe('how often it is CutMix where both are on'),
    mode: z.enum(['batch', 'pair', 'elem']).default('batch').describe('what shares one λ'),
    correctLambda: z.boolean().default(true).describe('λ is the part of the image really kept'),
  })
  .describe('mixing of images and labels (timm’s Mixup)');

export type MixInput = z.input<typeof mixSchema>;
