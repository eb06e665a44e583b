import { UserError } from '../../utils/errors.js';
import { didYouMean } from '../../utils/nearest.js';
import type { AugmentLevel } from './augmentLevels.js';

/** What timm's string says, e.g. `rand-m9-mstd0.5-inc1`. */
export interface RandAugmentPolicy {
  /** `m`: 0 … mmax. Default 10. */
  magnitude: number;
  /** `n`: operations an image. Default 2. */
  layers: number;
  /** `p`: how often a chosen operation is done. Default 0.5. */
  p: number;
  /** `mstd`: the magnitude is drawn from a normal distribution of this width; above 100, from 0 … m uniformly (Infinity here). Default 0. */
  std: number;
  /** `mmax`: the magnitude is cut off there. Default 10. */
  max: number;
  /** `inc1`: operations that grow stronger with the magnitude. Default false. */
  increasing: boolean;
  /** `t`: the set of operations. Default `all`. */
  set: 'all' | 'weights' | '3a' | '3aw';
}

const sections = {
  m: 'magnitude, e.g. m9',
  n: 'operations an image, e.g. n2',
  p: 'probability of each, e.g. p0.5',
  mstd: 'width of the magnitude, e.g. mstd0.5',
  mmax: 'largest magnitude, e.g. mmax10',
  inc: '1: stronger with the magnitude, e.g. inc1',
  t: 'set of operations: tweights, t3a or t3aw',
} as const;

const known = new Map<string, RandAugmentPolicy>();

/**
 * Reads timm's string: sections divided by dashes, `rand` first, the others in any order. What timm would pass over in silence (a section without a
 * number, one that is there twice, a fraction for a whole number) is an error here.
 *
 * @throws UserError naming the section.
 */
export function parseRandAugment(text: string): RandAugmentPolicy {
  let policy = known.get(text);
  if (policy === undefined) {
    policy = parse(text);
    known.set(text, policy);
  }
  return policy;
}

function parse(text: string): RandAugmentPolicy {
  const [first, ...rest] = text.split('-');
  if (first !== 'rand') throw wrong(text, first ?? '', 'the first section is "rand", e.g. rand-m9-mstd0.5-inc1');
  const policy: RandAugmentPolicy = {
    magnitude: 10,
    layers: 2,
    p: 0.5,
    std: 0,
    max: 10,
    increasing: false,
    set: 'all',
  };
  const seen = new Set<string>();
  for (const section of rest) {
    const { key, value } = split(section, text);
    if (seen.has(key)) throw wrong(text, section, `"${key}" stands there twice`);
    seen.add(key);
    read(policy, key, value, section, text);
  }
  if (policy.magnitude > policy.max)
    throw wrong(text, `m${policy.magnitude}`, `the magnitude is above its limit of ${policy.max}; set another by mmax`);
  return policy;
}

function split(section: string, text: string): { key: string; value: string } {
  if (section.startsWith('t')) return { key: 't', value: section.slice(1) };
  const [, key = '', value = ''] = /^([a-zA-Z]*)(.*)$/.exec(section) ?? [];
  if (Object.hasOwn(sections, key)) return { key, value };
  const list = Object.entries(sections).map(([name, meaning]) => `${name} (${meaning})`);
  const hint = didYouMean(key, Object.keys(sections));
  throw wrong(text, section, `there is no section "${key}".${hint} Sections are ${list.join(', ')}`);
}

function read(policy: RandAugmentPolicy, key: string, value: string, section: string, text: string): void {
  const number = value.trim() === '' ? Number.NaN : Number(value);
  const expect = (holds: boolean, allowed: string) => {
    if (!holds) throw wrong(text, section, `${key} takes ${allowed}, not "${value}"`);
  };
  switch (key) {
    case 'm':
      expect(Number.isInteger(number) && number >= 0, 'a whole number, 0 or more');
      policy.magnitude = number;
      break;
    case 'n':
      expect(Number.isInteger(number) && number >= 1 && number <= 14, 'a whole number in 1 … 14');
      policy.layers = number;
      break;
    case 'p':
      expect(number >= 0 && number <= 1, 'a number in 0 … 1');
      policy.p = number;
      break;
    case 'mstd':
      expect(number >= 0, 'a number, 0 or more');
      policy.std = number > 100 ? Number.POSITIVE_INFINITY : number;
      break;
    case 'mmax':
      expect(Number.isInteger(number) && number > 0, 'a whole number above 0');
      policy.max = number;
      break;
    case 'inc':
      expect(number === 0 || number === 1, '0 or 1');
      policy.increasing = number === 1;
      break;
    default:
      if (value !== 'weights' && value !== '3a' && value !== '3aw')
        throw wrong(
          text,
          section,
          `there is no set "${value}".${didYouMean(value, ['weights', '3a', '3aw'])} Sets are weights, 3a, 3aw`,
        );
      policy.set = value;
  }
}

function wrong(text: string, section: string, why: string): UserError {
  return new UserError(`RandAugment "${text}": section "${section}": ${why}`);
}

const gentle: readonly AugmentLevel[] = [
  'AutoContrast',
  'Equalize',
  'Invert',
  'Rotate',
  'Posterize',
  'Solarize',
  'SolarizeAdd',
  'Color',
  'Contrast',
  'Brightness',
  'Sharpness',
  'ShearX',
  'ShearY',
  'TranslateXRel',
  'TranslateYRel',
];

const increasing = gentle.map((name): AugmentLevel => {
  switch (name) {
    case 'Posterize':
    case 'Solarize':
    case 'Color':
    case 'Contrast':
    case 'Brightness':
    case 'Sharpness':
      return `${name}Increasing`;
    default:
      return name;
  }
});

const weighted: Partial<Record<AugmentLevel, number>> = {
  Rotate: 3,
  ShearX: 2,
  ShearY: 2,
  TranslateXRel: 1,
  TranslateYRel: 1,
  ColorIncreasing: 0.25,
  SharpnessIncreasing: 0.25,
  AutoContrast: 0.25,
  SolarizeIncreasing: 0.05,
  SolarizeAdd: 0.05,
  ContrastIncreasing: 0.05,
  BrightnessIncreasing: 0.05,
  Equalize: 0.05,
  PosterizeIncreasing: 0.05,
  Invert: 0.05,
};

const weighted3a: Partial<Record<AugmentLevel, number>> = {
  SolarizeIncreasing: 6,
  Desaturate: 6,
  GaussianBlur: 6,
  Rotate: 3,
  ShearX: 2,
  ShearY: 2,
  PosterizeIncreasing: 1,
  AutoContrast: 1,
  ColorIncreasing: 1,
  SharpnessIncreasing: 1,
  ContrastIncreasing: 1,
  BrightnessIncreasing: 1,
  Equalize: 1,
  Invert: 1,
};

/** The operations of a policy. With weights they are drawn without replacement, as in timm; else each is as likely, again and again. */
export function operationsOf({ set, increasing: grows }: RandAugmentPolicy): {
  names: readonly AugmentLevel[];
  weights: readonly number[] | undefined;
} {
  if (set === '3a') return { names: ['SolarizeIncreasing', 'Desaturate', 'GaussianBlur'], weights: undefined };
  if (set === 'all') return { names: grows ? increasing : gentle, weights: undefined };
  const table = set === 'weights' ? weighted : weighted3a;
  const names = [...increasing, 'Desaturate' as const, 'GaussianBlur' as const].filter(
    (name) => table[name] !== undefined,
  );
  return { names, weights: names.map((name) => table[name] ?? 0) };
}
