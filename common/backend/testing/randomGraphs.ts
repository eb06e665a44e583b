import * as tf from '@tensorflow/tfjs-core';

// Random programs of tfjs operators, for comparing backends: the same program on each, values and gradients side by side. For tests.

type Draw = () => number;

/** A small generator of its own: the programs must not depend on what is tested. */
export function generator(seed: number): Draw {
  let state = (seed * 2654435761 + 1) >>> 0;
  return () => {
    // xorshift32
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

interface Step {
  readonly text: string;
  readonly run: (pool: readonly tf.Tensor[]) => tf.Tensor;
}

export interface Program {
  readonly inputs: readonly { readonly shape: number[]; readonly values: readonly number[] }[];
  readonly steps: readonly Step[];
}

interface Choice {
  /** A whole number below n. */
  below(n: number): number;
  /** A number within (−1, 1). */
  number(): number;
  /** A tensor of the pool that fits, by its place. */
  pick(fits?: (tensor: tf.Tensor) => boolean): number;
  /** A constant of this shape. */
  constant(shape: number[], scale?: number): () => tf.Tensor;
}

type Make = (pool: readonly tf.Tensor[], choose: Choice) => Step;

/** An operator whose gradient in tfjs forgets that its operands were broadcast. */
const alike =
  (fn: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor) =>
  (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
    fn(tf.add(a, tf.zerosLike(b)), tf.add(b, tf.zerosLike(a)));

const unary =
  (name: string, fn: (x: tf.Tensor) => tf.Tensor): Make =>
  (_, choose) => {
    const place = choose.pick();
    return { text: `${name}(${place})`, run: (pool) => fn(pool[place] as tf.Tensor) };
  };

const binary =
  (name: string, fn: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Make =>
  (pool, choose) => {
    const a = choose.pick();
    const b = choose.pick((tensor) => broadcasts((pool[a] as tf.Tensor).shape, tensor.shape));
    const [p, q] = choose.below(2) === 0 ? [a, b] : [b, a];
    return { text: `${name}(${p}, ${q})`, run: (tensors) => fn(tensors[p] as tf.Tensor, tensors[q] as tf.Tensor) };
  };

const broadcasts = (a: readonly number[], b: readonly number[]): boolean =>
  Array.from({ length: Math.min(a.length, b.length) }, (_, i) => [a[a.length - 1 - i], b[b.length - 1 - i]]).every(
    ([p, q]) => p === q || p === 1 || q === 1,
  );

const reduction =
  (name: string, fn: (x: tf.Tensor, axes: number[], keepDims: boolean) => tf.Tensor): Make =>
  (pool, choose) => {
    const place = choose.pick(({ rank }) => rank > 0);
    const axes = (pool[place] as tf.Tensor).shape.map((_, i) => i).filter(() => choose.below(2) === 0);
    const [some, keep] = [axes.length > 0 ? axes : [0], choose.below(2) === 0];
    return {
      text: `${name}(${place}, [${some}], ${keep})`,
      run: (tensors) => fn(tensors[place] as tf.Tensor, some, keep),
    };
  };

const shuffled = (n: number, choose: Choice): number[] => {
  const list = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = choose.below(i + 1);
    [list[i], list[j]] = [list[j] ?? 0, list[i] ?? 0];
  }
  return list;
};

/** Functions are kept away from their poles, so that values stay of ordinary size and rounding does not decide. */
const operators: readonly Make[] = [
  binary('add', tf.add), binary('sub', tf.sub), binary('mul', tf.mul), binary('maximum', alike(tf.maximum)), binary('minimum', alike(tf.minimum)),
  binary('squaredDifference', alike(tf.squaredDifference)),
  binary('div', (a, b) => tf.div(a, tf.add(tf.abs(b), 0.5))),
  binary('pow', (a, b) => tf.pow(tf.add(tf.abs(a), 0.5), tf.tanh(b))),
  binary('where', alike((a, b) => tf.where(tf.greaterEqual(a, b), tf.mul(a, 2), b))),
  binary('mask', alike((a, b) => tf.mul(a, tf.cast(tf.greaterEqual(a, b), 'float32')))),
  unary('relu', tf.relu), unary('relu6', tf.relu6), unary('sigmoid', tf.sigmoid), unary('tanh', tf.tanh), unary('elu', tf.elu),
  unary('abs', tf.abs), unary('neg', tf.neg), unary('square', (x) => tf.square(tf.tanh(x))), unary('softplus', tf.softplus),
  unary('exp', (x) => tf.exp(tf.tanh(x))), unary('expm1', (x) => tf.expm1(tf.tanh(x))), unary('log', (x) => tf.log(tf.add(tf.abs(x), 0.5))),
  unary('log1p', (x) => tf.log1p(tf.abs(x))), unary('sqrt', (x) => tf.sqrt(tf.add(tf.abs(x), 0.5))),
  unary('rsqrt', (x) => tf.rsqrt(tf.add(tf.abs(x), 0.5))), unary('reciprocal', (x) => tf.reciprocal(tf.add(tf.abs(x), 0.5))),
  unary('sin', tf.sin), unary('cos', tf.cos), unary('atan', tf.atan), unary('erf', tf.erf), unary('selu', tf.selu),
  unary('leakyRelu', (x) => tf.leakyRelu(x, 0.1)), unary('step', (x) => tf.mul(x, tf.step(x))),
  unary('clip', (x) => tf.clipByValue(x, -0.5, 0.75)), unary('scale', (x) => tf.add(tf.mul(x, 0.7), 0.1)), unary('cube', (x) => tf.pow(tf.tanh(x), 3)),
  unary('round', (x) => tf.add(x, tf.mul(tf.floor(tf.add(x, 0.25)), 0.1))),
  unary('flatten', (x) => tf.reshape(x, [-1])),
  reduction('sum', (x, axes, keep) => tf.mul(tf.sum(x, axes, keep), 0.25)), reduction('mean', tf.mean), reduction('max', tf.max), reduction('min', tf.min),
  reduction('variance', (x, axes, keep) => tf.moments(x, axes, keep).variance), reduction('logSumExp', tf.logSumExp),
  (pool, choose) => {
    const place = choose.pick(({ rank }) => rank > 0);
    const { rank } = pool[place] as tf.Tensor;
    const [kind, axis] = [choose.below(4), choose.below(rank)];
    const name = ['softmax', 'logSoftmax', 'cumsum', 'reverse'][kind];
    return {
      text: `${name}(${place}, ${axis})`,
      run: (tensors) => {
        const x = tensors[place] as tf.Tensor;
        if (kind === 0) return tf.softmax(x);
        if (kind === 1) return tf.logSoftmax(x);
        return kind === 2 ? tf.mul(tf.cumsum(x, axis), 0.5) : tf.reverse(x, axis);
      },
    };
  },
  (pool, choose) => {
    const place = choose.pick(({ rank }) => rank > 1);
    const perm = shuffled((pool[place] as tf.Tensor).rank, choose);
    return { text: `transpose(${place}, [${perm}])`, run: (tensors) => tf.transpose(tensors[place] as tf.Tensor, perm) };
  },
  (pool, choose) => {
    // The same elements under a shape of shuffled axes.
    const place = choose.pick(({ rank }) => rank > 0);
    const { shape } = pool[place] as tf.Tensor;
    const wanted = shuffled(shape.length, choose).map((i) => shape[i] ?? 1);
    const other = choose.below(2) === 0 ? [1, ...wanted] : wanted;
    return { text: `reshape(${place}, [${other}])`, run: (tensors) => tf.reshape(tensors[place] as tf.Tensor, other) };
  },
  (pool, choose) => {
    const a = choose.pick(({ rank }) => rank >= 2);
    const { shape } = pool[a] as tf.Tensor;
    const [transA, transB, out] = [choose.below(2) === 0, choose.below(2) === 0, 1 + choose.below(4)];
    const inner = shape[shape.length - (transA ? 2 : 1)] ?? 1;
    const stacked = choose.below(2) === 0 ? shape.slice(0, -2) : shape.slice(0, -2).map(() => 1);
    const b = choose.constant([...stacked, ...(transB ? [out, inner] : [inner, out])]);
    return { text: `matMul(${a}, [${out}], ${transA}, ${transB})`, run: (tensors) => tf.matMul(tensors[a] as tf.Tensor, b(), transA, transB) };
  },
  (pool, choose) => {
    const a = choose.pick(({ rank }) => rank >= 2);
    const shape = (pool[a] as tf.Tensor).shape.slice(0, -2);
    const b = choose.pick((t) => t.rank === shape.length + 2 && shape.every((d, i) => d === t.shape[i]) && t.shape.at(-1) === (pool[a] as tf.Tensor).shape.at(-1));
    return { text: `scores(${a}, ${b})`, run: (tensors) => tf.mul(tf.matMul(tensors[a] as tf.Tensor, tensors[b] as tf.Tensor, false, true), 0.3) };
  },
  (pool, choose) => {
    const a = choose.pick(({ rank }) => rank > 0);
    const { rank, shape } = pool[a] as tf.Tensor;
    const axis = choose.below(rank);
    const b = choose.pick((t) => t.rank === rank && t.shape.every((d, i) => i === axis || d === shape[i]));
    return { text: `concat(${a}, ${b}, ${axis})`, run: (tensors) => tf.concat([tensors[a] as tf.Tensor, tensors[b] as tf.Tensor], axis) };
  },
  (pool, choose) => {
    const a = choose.pick(({ rank }) => rank > 0);
    const { shape } = pool[a] as tf.Tensor;
    const begin = shape.map((d) => choose.below(d));
    const size = shape.map((d, i) => 1 + choose.below(d - (begin[i] ?? 0)));
    return { text: `slice(${a}, [${begin}], [${size}])`, run: (tensors) => tf.slice(tensors[a] as tf.Tensor, begin, size) };
  },
  (pool, choose) => {
    const a = choose.pick(({ rank }) => rank > 0);
    const pads = (pool[a] as tf.Tensor).shape.map((): [number, number] => [choose.below(2), choose.below(2)]);
    return { text: `pad(${a}, ${pads.join(';')})`, run: (tensors) => tf.pad(tensors[a] as tf.Tensor, pads, 0.5) };
  },
  (pool, choose) => {
    // tfjs has no gradient for more axes.
    const a = choose.pick(({ rank }) => rank > 0 && rank < 5);
    const reps = (pool[a] as tf.Tensor).shape.map(() => 1 + choose.below(2));
    return { text: `tile(${a}, [${reps}])`, run: (tensors) => tf.tile(tensors[a] as tf.Tensor, reps) };
  },
  (pool, choose) => {
    const a = choose.pick(({ rank }) => rank > 0);
    const { rank, shape } = pool[a] as tf.Tensor;
    const axis = choose.below(rank);
    const indices = Array.from({ length: 3 }, () => choose.below(shape[axis] ?? 1));
    return { text: `gather(${a}, [${indices}], ${axis})`, run: (tensors) => tf.gather(tensors[a] as tf.Tensor, tf.tensor1d(indices, 'int32'), axis) };
  },
  (pool, choose) => {
    // tfjs's gradient fails where there is only one part.
    const a = choose.pick(({ rank, shape }) => rank > 0 && shape.every((d) => d > 1));
    const { rank, shape } = pool[a] as tf.Tensor;
    const axis = choose.below(rank);
    const part = choose.below(shape[axis] ?? 1);
    return { text: `unstack(${a}, ${axis})[${part}]`, run: (tensors) => tf.unstack(tensors[a] as tf.Tensor, axis)[part] as tf.Tensor };
  },
  (_, choose) => {
    const a = choose.pick();
    const axis = choose.below(2);
    return { text: `stack(${a}, ${axis})`, run: (tensors) => tf.stack([tensors[a] as tf.Tensor, tf.neg(tensors[a] as tf.Tensor)], axis === 0 ? 0 : (tensors[a] as tf.Tensor).rank) };
  },
  ...[0, 1, 2].map((): Make => (pool, choose) => {
    const a = choose.pick(({ rank, shape }) => rank === 4 && (shape[1] ?? 0) > 1 && (shape[2] ?? 0) > 1);
    const [, , , channels = 1] = (pool[a] as tf.Tensor).shape;
    const [side, stride, same] = [1 + choose.below(3), 1 + choose.below(2), choose.below(2) === 0];
    const filter = choose.constant([side, side, channels, 1 + choose.below(3)], 0.5);
    return {
      text: `conv2d(${a}, ${side}, ${stride}, ${same ? 'same' : 'valid'})`,
      run: (tensors) => tf.conv2d(tensors[a] as tf.Tensor4D, filter() as tf.Tensor4D, stride, same ? 'same' : 'valid'),
    };
  }),
  (_, choose) => {
    const a = choose.pick(({ rank, shape }) => rank === 4 && (shape[1] ?? 0) > 2 && (shape[2] ?? 0) > 2);
    const [side, stride, kind, padded] = [2 + choose.below(2), 1 + choose.below(2), choose.below(2), choose.below(2) === 0];
    // The CPU backend's gradient of a padded mean divides by the whole window where the mean was over the cells inside.
    const same = padded && kind === 0;
    const pool2d = kind === 0 ? tf.maxPool : tf.avgPool;
    return {
      text: `${kind === 0 ? 'maxPool' : 'avgPool'}(${a}, ${side}, ${stride}, ${same ? 'same' : 'valid'})`,
      run: (tensors) => pool2d(tensors[a] as tf.Tensor4D, side, stride, same ? 'same' : 'valid'),
    };
  },
]; // biome-ignore format: a table

class Unfit extends Error {}

/** A program of this many operators over inputs of several ranks. Builds it on the backend that is selected. */
export function randomProgram(seed: number, length: number): Program {
  const draw = generator(seed);
  const inputs = [[2, 4, 4, 3], [3, 4], [2, 3, 4], [4]].map((shape) => ({
    shape,
    values: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => draw() * 2 - 1),
  }));
  const steps: Step[] = [];
  tf.tidy(() => {
    const pool: tf.Tensor[] = inputs.map(({ shape, values }) => tf.tensor([...values], shape));
    const choose: Choice = {
      below: (n) => Math.floor(draw() * n),
      number: () => draw() * 2 - 1,
      pick: (fits = () => true) => {
        const places = pool.flatMap((tensor, i) => (fits(tensor) ? [i] : []));
        if (places.length === 0) throw new Unfit();
        // Late tensors more often, so that chains become long.
        return places[Math.floor(Math.sqrt(draw()) * places.length)] ?? 0;
      },
      constant: (shape, scale = 1) => {
        const values = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => (draw() * 2 - 1) * scale);
        return () => tf.tensor(values, shape);
      },
    };
    for (let attempt = 0; steps.length < length && attempt < 40 * length; attempt++) {
      try {
        const step = (operators[Math.floor(draw() * operators.length)] as Make)(pool, choose);
        const result = step.run(pool);
        if (result.rank > 5 || result.size > 600 || result.size === 0) continue;
        const values = Array.from(result.dataSync());
        if (!values.every((v) => Math.abs(v) < 50)) continue;
        pool.push(result);
        steps.push(step);
      } catch (error) {
        if (!(error instanceof Unfit)) throw error;
      }
    }
  });
  return { inputs, steps };
}

/** The values of the last few tensors and the gradients of a sum of them by every input. */
export function runProgram(program: Program, inputs: readonly tf.Tensor[]): tf.Tensor[] {
  const evaluate = (...given: tf.Tensor[]): tf.Tensor[] => {
    const pool = [...given];
    for (const step of program.steps) pool.push(step.run(pool));
    return pool.slice(-4);
  };
  const loss = (...given: tf.Tensor[]): tf.Tensor =>
    evaluate(...given).reduce<tf.Tensor>((sum, tensor, i) => {
      const weights = Array.from({ length: tensor.size }, (_, j) => Math.cos(1 + i + 3 * j));
      return tf.add(sum, tf.sum(tf.mul(tensor, tf.tensor(weights, tensor.shape))));
    }, given.reduce<tf.Tensor>((sum, tensor) => tf.add(sum, tf.mul(tf.sum(tensor), 0.01)), tf.scalar(0))); // biome-ignore format: a sum
  return [...evaluate(...inputs), ...tf.grads(loss)([...inputs])];
}

/** The program as text. */
export function printProgram({ inputs, steps }: Program): string {
  return [
    ...inputs.map(({ shape }, i) => `${i} = input [${shape}]`),
    ...steps.map(({ text }, i) => `${inputs.length + i} = ${text}`),
  ].join('\n');
}
