import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import type { Value } from '../graph.js';
import type { ArithmeticOp, CompareOp, DType, LogicalOp, UnaryOp } from '../ops.js';
import { gateKernel } from './names.js';
import { type Context, kernel } from './register.js';

/** tfjs kernel → operator of the same meaning. */
// biome-ignore format: a table
const unaries: readonly (readonly [string, UnaryOp])[] = [
  [core.Abs, 'Abs'], [core.Acos, 'Acos'], [core.Acosh, 'Acosh'], [core.Asin, 'Asin'], [core.Asinh, 'Asinh'], [core.Atan, 'Atan'],
  [core.Atanh, 'Atanh'], [core.Ceil, 'Ceil'], [core.Cos, 'Cos'], [core.Cosh, 'Cosh'], [core.Erf, 'Erf'], [core.Exp, 'Exp'],
  [core.Expm1, 'Expm1'], [core.Floor, 'Floor'], [core.Log, 'Log'], [core.Log1p, 'Log1p'], [core.Neg, 'Neg'],
  [core.Reciprocal, 'Reciprocal'], [core.Relu, 'Relu'], [core.Round, 'Round'], [core.Rsqrt, 'Rsqrt'], [core.Sigmoid, 'Sigmoid'],
  [core.Sign, 'Sign'], [core.Sin, 'Sin'], [core.Sinh, 'Sinh'], [core.Softplus, 'Softplus'], [core.Sqrt, 'Sqrt'],
  [core.Square, 'Square'], [core.Tan, 'Tan'], [core.Tanh, 'Tanh'],
];

// biome-ignore format: a table
const binaries: readonly (readonly [string, ArithmeticOp | CompareOp | LogicalOp])[] = [
  [core.Add, 'Add'], [core.Sub, 'Sub'], [core.Multiply, 'Mul'], [core.RealDiv, 'Div'], [core.FloorDiv, 'FloorDiv'], [core.Mod, 'Mod'],
  [core.Pow, 'Pow'], [core.Maximum, 'Maximum'], [core.Minimum, 'Minimum'], [core.Equal, 'Equal'], [core.NotEqual, 'NotEqual'],
  [core.Greater, 'Greater'], [core.GreaterEqual, 'GreaterOrEqual'], [core.Less, 'Less'], [core.LessEqual, 'LessOrEqual'],
  [core.LogicalAnd, 'And'], [core.LogicalOr, 'Or'],
];

/** Operators that ONNX Runtime only has for numbers: bool goes through int32. */
const numeric = (k: Context, value: Value): Value =>
  value.dtype === 'bool' ? k.apply('Cast', [value], { to: 'int32' }) : value;

const toFloat = (k: Context, value: Value): Value =>
  value.dtype === 'float32' ? value : k.apply('Cast', [value], { to: 'float32' });

/** Numbers without their fractions; what is not finite is 0, as in JavaScript. */
function toInteger(k: Context, value: Value): Value {
  if (value.dtype === 'int32') return value;
  if (value.dtype === 'bool') return k.apply('Cast', [value], { to: 'int32' });
  const zero = k.apply('Fill', [], { shape: [], dtype: 'float32', value: 0 });
  // x − x is 0 for finite x only.
  const finite = k.apply('Equal', [k.apply('Sub', [value, value], {}), zero], {});
  return k.apply('Cast', [k.apply('Where', [finite, value, zero], {})], { to: 'int32' });
}

/** Operators that keep int32; the others compute in float. */
const keepsIntegers: ReadonlySet<UnaryOp> = new Set(['Abs', 'Neg', 'Sign', 'Square', 'Ceil', 'Floor', 'Round', 'Relu']);
const alreadyWhole: ReadonlySet<UnaryOp> = new Set(['Ceil', 'Floor', 'Round']);

for (const [name, op] of unaries) {
  kernel<{ x: TensorInfo }>(name, ({ x }, _, k) => {
    const value = numeric(k, k.value(x));
    if (value.dtype === 'int32' && keepsIntegers.has(op)) {
      if (alreadyWhole.has(op)) return k.share(x);
      if (op === 'Relu')
        return k.tensor(k.apply('Maximum', [value, k.apply('Fill', [], { shape: [], dtype: 'int32', value: 0 })], {}));
      return k.tensor(k.apply(op, [value], {}));
    }
    return k.tensor(k.apply(op, [toFloat(k, value)], {}));
  });
}

for (const [name, op] of binaries) {
  kernel<{ a: TensorInfo; b: TensorInfo }>(name, ({ a, b }, _, k) => {
    const logical = op === 'And' || op === 'Or' || op === 'Xor';
    const [left, right] = logical ? [k.value(a), k.value(b)] : [numeric(k, k.value(a)), numeric(k, k.value(b))];
    const result = k.apply(op, [left, right], {});
    return k.tensor(op === 'FloorDiv' ? toInteger(k, result) : result);
  });
}

kernel<{ a: TensorInfo; b: TensorInfo }>(core.SquaredDifference, ({ a, b }, _, k) =>
  k.tensor(k.apply('Square', [k.apply('Sub', [numeric(k, k.value(a)), numeric(k, k.value(b))], {})], {})),
);

kernel<{ a: TensorInfo; b: TensorInfo }>(core.BitwiseAnd, ({ a, b }, _, k) =>
  k.tensor(k.apply('BitwiseAnd', [k.value(a), k.value(b)], {})),
);

/** The angle of (b, a): atan(a/b), half a turn further where b is negative, a quarter turn where it is 0. */
kernel<{ a: TensorInfo; b: TensorInfo }>(core.Atan2, ({ a, b }, _, k) => {
  const [y, x] = [toFloat(k, k.value(a)), toFloat(k, k.value(b))];
  return k.tensor(k.apply('Atan2', [y, x], {}));
});

kernel<core.NamedTensorInfoMap>(core.AddN, (inputs, _, k) => {
  const values = Object.values(inputs).flatMap((info) => (info === undefined ? [] : [numeric(k, k.value(info))]));
  return k.tensor(values.reduce((sum, value) => k.apply('Add', [sum, value], {})));
});

kernel<{ x: TensorInfo }>(core.LogicalNot, ({ x }, _, k) => k.tensor(k.apply('Not', [k.value(x)], {})));
kernel<{ x: TensorInfo }>(core.IsNan, ({ x }, _, k) => k.tensor(k.apply('IsNaN', [toFloat(k, k.value(x))], {})));
kernel<{ x: TensorInfo }>(core.IsInf, ({ x }, _, k) => k.tensor(k.apply('IsInf', [toFloat(k, k.value(x))], {})));
kernel<{ x: TensorInfo }>(core.IsFinite, ({ x }, _, k) => {
  const value = toFloat(k, k.value(x));
  const off = k.apply('Or', [k.apply('IsNaN', [value], {}), k.apply('IsInf', [value], {})], {});
  return k.tensor(k.apply('Not', [off], {}));
});

kernel<{ x: TensorInfo }>(gateKernel, ({ x }, _, k) =>
  k.tensor(k.apply('Step', [toFloat(k, k.value(x))], { alpha: 0 })),
);

/** tfjs gives back the type that came in, and NaN where NaN came in. */
kernel<{ x: TensorInfo }, core.StepAttrs>(core.Step, ({ x }, { alpha }, k) => {
  const value = k.value(x);
  const step = k.apply('Step', [toFloat(k, value)], { alpha, nan: value.dtype === 'float32' });
  return k.tensor(value.dtype === 'int32' ? k.apply('Cast', [step], { to: 'int32' }) : step);
});
kernel<{ x: TensorInfo }, core.ClipByValueAttrs>(core.ClipByValue, ({ x }, { clipValueMin, clipValueMax }, k) =>
  k.tensor(k.apply('Clip', [numeric(k, k.value(x))], { min: clipValueMin, max: clipValueMax })),
);
kernel<{ x: TensorInfo }>(core.Relu6, ({ x }, _, k) =>
  k.tensor(k.apply('Clip', [numeric(k, k.value(x))], { min: 0, max: 6 })),
);
kernel<{ x: TensorInfo }, core.LeakyReluAttrs>(core.LeakyRelu, ({ x }, { alpha }, k) =>
  k.tensor(k.apply('LeakyRelu', [toFloat(k, k.value(x))], { alpha })),
);
kernel<{ x: TensorInfo }>(core.Elu, ({ x }, _, k) => k.tensor(k.apply('Elu', [toFloat(k, k.value(x))], { alpha: 1 })));

kernel<{ condition: TensorInfo; t: TensorInfo; e: TensorInfo }>(core.Select, ({ condition, t, e }, _, k) => {
  const test = k.value(condition);
  const yes = k.value(t);
  // A vector condition chooses whole rows.
  const shape = [...test.shape, ...yes.shape.slice(test.shape.length).map(() => 1)];
  const aligned = shape.length === test.shape.length ? test : k.apply('Reshape', [test], { shape });
  return k.tensor(k.apply('Where', [aligned, yes, k.value(e)], {}));
});

/** A tensor's values as another type. In tfjs a number is true where it is not 0, NaN included, and NaN is 0 as an integer. */
export function castTo(k: Context, x: TensorInfo, dtype: string): TensorInfo {
  if (dtype === x.dtype) return k.share(x);
  const value = k.value(x);
  if (dtype === 'complex64') {
    const real = k.tensor(toFloat(k, value));
    return k.complex(real, k.tensor(k.apply('Fill', [], { shape: x.shape, dtype: 'float32', value: 0 })));
  }
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
    throw new Error(`Error in Cast: failed to cast ${x.dtype} to ${dtype}`);
  if (dtype === 'bool') {
    const zero = k.apply('Fill', [], { shape: [], dtype: value.dtype, value: 0 });
    return k.tensor(k.apply('NotEqual', [value, zero], {}));
  }
  if (dtype === 'int32') return k.tensor(toInteger(k, value));
  return k.tensor(k.apply('Cast', [value], { to: dtype satisfies DType }));
}

kernel<{ x: TensorInfo }, core.CastAttrs>(core.Cast, ({ x }, { dtype }, k) => castTo(k, x, dtype));

kernel<{ x: TensorInfo }>(core.Identity, ({ x }, _, k) => k.share(x));
kernel<{ x: TensorInfo }, core.ReshapeAttrs>(core.Reshape, ({ x }, { shape }, k) => {
  const size = core.util.sizeFromShape(x.shape);
  return k.share(x, core.util.inferFromImplicitShape(shape, size));
});
kernel<{ input: TensorInfo }, core.ExpandDimsAttrs>(core.ExpandDims, ({ input }, { dim }, k) => {
  const rank = input.shape.length;
  if (dim < -(rank + 1) || dim > rank)
    throw new Error(`Axis must be in the interval [${-(rank + 1)}, ${rank}], not ${dim}`);
  const place = dim < 0 ? dim + rank + 1 : dim;
  return k.share(input, [...input.shape.slice(0, place), 1, ...input.shape.slice(place)]);
});

const storedType = (dtype: string): 'float32' | 'int32' | 'bool' =>
  dtype === 'int32' ? 'int32' : dtype === 'bool' ? 'bool' : 'float32';
const fill = (k: Context, shape: readonly number[], dtype: string, value: number) =>
  k.tensor(k.apply('Fill', [], { shape, dtype: storedType(dtype), value }));
kernel<{ x: TensorInfo }>(core.ZerosLike, ({ x }, _, k) => fill(k, x.shape, x.dtype, 0));
kernel<{ x: TensorInfo }>(core.OnesLike, ({ x }, _, k) => fill(k, x.shape, x.dtype, 1));
kernel<object, core.FillAttrs>(core.Fill, (_, { shape, value, dtype }, k) => {
  const type = dtype ?? core.util.inferDtype(value);
  if (typeof value === 'string') return k.strings(core.util.sizeFromShape(shape), value, shape);
  if (value === 0 || value === 1) return fill(k, shape, type, value);
  // Another number may change from call to call: outside of a recording it is data, or each would be compiled anew.
  const size = core.util.sizeFromShape(shape);
  const stored = storedType(type);
  const Values = stored === 'float32' ? Float32Array : stored === 'int32' ? Int32Array : Uint8Array;
  return k.write(new Values(size).fill(value), shape);
});
