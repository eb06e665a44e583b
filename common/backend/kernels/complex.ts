import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import type { Value } from '../graph.js';
import { castTo } from './elementwise.js';
import { add, binary, concat, mul, reshape, sub, unary } from './expressions.js';
import { type Context, complexKernel, kernel } from './register.js';

// A complex tensor is a pair of real ones; the kernels here work on the pairs.

kernel<{ real: TensorInfo; imag: TensorInfo }>(core.Complex, ({ real, imag }, _, k) =>
  k.complex(k.share(real), k.share(imag)),
);

const part = (name: string, which: 'real' | 'imag') => {
  complexKernel<{ input: TensorInfo }>(name, ({ input }, _, k) => k.share(k.parts(input)[which]));
};
kernel<{ input: TensorInfo }>(core.Real, ({ input }, _, k) => k.share(input));
kernel<{ input: TensorInfo }>(core.Imag, ({ input }, _, k) =>
  k.tensor(k.apply('Fill', [], { shape: input.shape, dtype: 'float32', value: 0 })),
);
part(core.Real, 'real');
part(core.Imag, 'imag');

const values = (k: Context, info: TensorInfo): { real: Value; imag: Value } => {
  if (info.dtype !== 'complex64')
    return { real: k.value(info), imag: k.apply('Fill', [], { shape: info.shape, dtype: 'float32', value: 0 }) };
  const { real, imag } = k.parts(info);
  return { real: k.value(real), imag: k.value(imag) };
};
const pair = (k: Context, real: Value, imag: Value): TensorInfo => k.complex(k.tensor(real), k.tensor(imag));

kernel<{ x: TensorInfo }>(core.ComplexAbs, ({ x }, _, k) => k.tensor(unary(k, 'Abs', k.value(x))));
complexKernel<{ x: TensorInfo }>(core.ComplexAbs, ({ x }, _, k) => {
  const { real, imag } = values(k, x);
  // The longer side leads, so that no square leaves the range of floats.
  const [a, b] = [unary(k, 'Abs', real), unary(k, 'Abs', imag)];
  const long = binary(k, 'Maximum', a, b);
  const ratio = binary(k, 'Div', binary(k, 'Minimum', a, b), binary(k, 'Maximum', long, 1.2e-38));
  return k.tensor(mul(k, long, unary(k, 'Sqrt', add(k, mul(k, ratio, ratio), 1))));
});

complexKernel<{ a: TensorInfo; b: TensorInfo }>(core.Add, ({ a, b }, _, k) => {
  const [p, q] = [values(k, a), values(k, b)];
  return pair(k, add(k, p.real, q.real), add(k, p.imag, q.imag));
});
complexKernel<{ a: TensorInfo; b: TensorInfo }>(core.Sub, ({ a, b }, _, k) => {
  const [p, q] = [values(k, a), values(k, b)];
  return pair(k, sub(k, p.real, q.real), sub(k, p.imag, q.imag));
});
complexKernel<{ a: TensorInfo; b: TensorInfo }>(core.Multiply, ({ a, b }, _, k) => {
  const [p, q] = [values(k, a), values(k, b)];
  const real = sub(k, mul(k, p.real, q.real), mul(k, p.imag, q.imag));
  return pair(k, real, add(k, mul(k, p.real, q.imag), mul(k, p.imag, q.real)));
});

/** The same pair under another shape. */
const view = (k: Context, x: TensorInfo, shape: readonly number[] = x.shape): TensorInfo => {
  const { real, imag } = k.parts(x);
  return k.complex(k.share(real, shape), k.share(imag, shape));
};
complexKernel<{ x: TensorInfo }>(core.Identity, ({ x }, _, k) => view(k, x));
complexKernel<{ x: TensorInfo }, core.ReshapeAttrs>(core.Reshape, ({ x }, { shape }, k) =>
  view(k, x, core.util.inferFromImplicitShape(shape, core.util.sizeFromShape(x.shape))),
);
complexKernel<{ input: TensorInfo }, core.ExpandDimsAttrs>(core.ExpandDims, ({ input }, { dim }, k) => {
  const place = dim < 0 ? dim + input.shape.length + 1 : dim;
  return view(k, input, [...input.shape.slice(0, place), 1, ...input.shape.slice(place)]);
});

complexKernel<{ x: TensorInfo }, core.CastAttrs>(core.Cast, ({ x }, { dtype }, k) => {
  if (dtype === 'complex64') return view(k, x);
  const real = k.parts(x).real;
  return dtype === 'float32' ? k.share(real) : castTo(k, real, dtype);
});

complexKernel<core.NamedTensorInfoMap, core.ConcatAttrs>(core.Concat, (inputs, { axis }, k) => {
  const all = Object.values(inputs).flatMap((info) => (info === undefined ? [] : [info]));
  const full = all.filter(({ shape }) => core.util.sizeFromShape(shape) > 0);
  const parts = (full.length > 0 ? full : all.slice(0, 1)).map((info) => values(k, info));
  const rank = parts[0]?.real.shape.length ?? 0;
  const place = axis < 0 ? axis + rank : axis;
  return pair(k, concat(k, parts.map(({ real }) => real), place), concat(k, parts.map(({ imag }) => imag), place)); // biome-ignore format: a pair
});
complexKernel<core.NamedTensorInfoMap, core.PackAttrs>(core.Pack, (inputs, { axis }, k) => {
  const all = Object.values(inputs).flatMap((info) => (info === undefined ? [] : [info]));
  const rank = (all[0]?.shape.length ?? 0) + 1;
  const place = axis < 0 ? axis + rank : axis;
  const wide = (x: Value) => reshape(k, x, [...x.shape.slice(0, place), 1, ...x.shape.slice(place)]);
  const parts = all.map((info) => values(k, info));
  return pair(k, concat(k, parts.map(({ real }) => wide(real)), place), concat(k, parts.map(({ imag }) => wide(imag)), place)); // biome-ignore format: a pair
});

const constant = (name: string, real: number) => {
  complexKernel<{ x: TensorInfo }>(name, ({ x }, _, k) => {
    const fill = (value: number) => k.apply('Fill', [], { shape: x.shape, dtype: 'float32', value });
    return pair(k, fill(real), fill(0));
  });
};
constant(core.ZerosLike, 0);
constant(core.OnesLike, 1);

const fourier = (name: string, inverse: boolean) => {
  const transform = ({ input }: { input: TensorInfo }, _: object, k: Context): TensorInfo => {
    const { real, imag } = values(k, input);
    if (core.util.sizeFromShape(input.shape) === 0) return pair(k, real, imag);
    const shape = [...real.shape];
    const length = shape[shape.length - 1] ?? 1;
    const rows = core.util.sizeFromShape(shape) / length;
    const place = [rows, length, 1];
    const stacked = concat(k, [reshape(k, real, place), reshape(k, imag, place)], 2);
    const [first, second] = k.node('Split', [k.apply('Fourier', [stacked], { inverse })], { axis: 2, sizes: [1, 1] });
    if (first === undefined || second === undefined) throw new Error('a Fourier transform has two parts');
    return pair(k, reshape(k, first, shape), reshape(k, second, shape));
  };
  kernel<{ input: TensorInfo }>(name, transform);
  complexKernel<{ input: TensorInfo }>(name, transform);
};
fourier(core.FFT, false);
fourier(core.IFFT, true);
