import type { Generator } from './generator.js';

/** Draws the first value of a parameter of the given shape (torch's layout: output features first). */
export type Initialiser = (shape: readonly number[], random: Generator) => Float32Array;

export type Nonlinearity = 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'leakyRelu' | 'selu';

/** Every element the same number. */
export const constant = (value: number): Initialiser => fill(() => () => value);
export const zeros = constant(0);
export const ones = constant(1);

/** U(-bound, bound). */
export const uniform = (bound: number): Initialiser => fill((_, random) => () => (2 * random.uniform() - 1) * bound);

/** N(0, std²). */
export const normal = (std = 1): Initialiser => fill((_, random) => () => random.normal() * std);

/** N(0, std²) drawn again while outside [a, b]. As in torch and timm the bounds are absolute, not multiples of std. */
export const truncNormal = ({ std = 1, a = -2, b = 2 } = {}): Initialiser =>
  fill((_, random) => () => {
    for (;;) {
      const value = random.normal() * std;
      if (value >= a && value <= b) return value;
    }
  });

export interface KaimingOptions {
  /** Negative slope, for `leakyRelu`. Default 0. */
  a?: number;
  mode?: 'fanIn' | 'fanOut';
  nonlinearity?: Nonlinearity;
}

/** torch.nn.init.kaiming_uniform_: bound = gain · √(3 / fan). He et al. 2015. */
export const kaimingUniform = (options: KaimingOptions = {}): Initialiser =>
  fill((shape, random) => {
    const bound = Math.sqrt(3) * kaimingStd(shape, options);
    return () => (2 * random.uniform() - 1) * bound;
  });

/** torch.nn.init.kaiming_normal_: std = gain / √fan. */
export const kaimingNormal = (options: KaimingOptions = {}): Initialiser =>
  fill((shape, random) => {
    const std = kaimingStd(shape, options);
    return () => random.normal() * std;
  });

/** torch.nn.init.xavier_uniform_: bound = gain · √(6 / (fanIn + fanOut)). Glorot and Bengio 2010. */
export const xavierUniform = ({ gain = 1 } = {}): Initialiser =>
  fill((shape, random) => {
    const { fanIn, fanOut } = fans(shape);
    const bound = gain * Math.sqrt(6 / (fanIn + fanOut));
    return () => (2 * random.uniform() - 1) * bound;
  });

/** torch.nn.init.xavier_normal_: std = gain · √(2 / (fanIn + fanOut)). */
export const xavierNormal = ({ gain = 1 } = {}): Initialiser =>
  fill((shape, random) => {
    const { fanIn, fanOut } = fans(shape);
    const std = gain * Math.sqrt(2 / (fanIn + fanOut));
    return () => random.normal() * std;
  });

/** What torch's Linear and Conv2d start with: kaiming uniform with a = √5, that is U(±1/√fanIn). */
export const torchDefault: Initialiser = kaimingUniform({ a: Math.sqrt(5), nonlinearity: 'leakyRelu' });

/** torch.nn.init.calculate_gain. */
export function gain(nonlinearity: Nonlinearity, a = 0): number {
  const gains: { [K in Nonlinearity]: number } = {
    linear: 1,
    sigmoid: 1,
    tanh: 5 / 3,
    relu: Math.SQRT2,
    leakyRelu: Math.sqrt(2 / (1 + a * a)),
    selu: 3 / 4,
  };
  return gains[nonlinearity];
}

/** Inputs and outputs of one unit for a weight [out, in, ...kernel]. */
export function fans(shape: readonly number[]): { fanIn: number; fanOut: number } {
  const [out, into, ...kernel] = shape;
  if (out === undefined || into === undefined)
    throw new Error(`fan in and fan out need two dimensions or more, not the shape [${shape.join(', ')}]`);
  const field = kernel.reduce((product, side) => product * side, 1);
  return { fanIn: into * field, fanOut: out * field };
}

function kaimingStd(shape: readonly number[], { a = 0, mode = 'fanIn', nonlinearity = 'leakyRelu' }: KaimingOptions) {
  return gain(nonlinearity, a) / Math.sqrt(fans(shape)[mode]);
}

function fill(start: (shape: readonly number[], random: Generator) => () => number): Initialiser {
  return (shape, random) => {
    const draw = start(shape, random);
    const values = new Float32Array(shape.reduce((product, side) => product * side, 1));
    for (let i = 0; i < values.length; i++) values[i] = draw();
    return values;
  };
}
