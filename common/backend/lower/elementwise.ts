import type { Value } from '../graph.js';
import type { arithmeticOps, UnaryOp } from '../ops.js';
import type { Emitter } from './emitter.js';
import { arg, item, type LowerRule } from './rule.js';

type Simple = (emit: Emitter, inputs: readonly string[], node: { readonly outputs: readonly Value[] }) => string[];

/** An operator that ONNX has under the same meaning. */
const direct =
  (opType: string): Simple =>
  (emit, inputs) => [emit.op(opType, inputs)];

/** An operator made of several ONNX operators. */
const composed =
  (write: (emit: Emitter, x: string, y: string) => string): Simple =>
  (emit, inputs) => [write(emit, arg(inputs, 0), inputs[1] ?? '')];

const unary: { readonly [K in UnaryOp]: Simple } = {
  Abs: direct('Abs'),
  Acos: direct('Acos'),
  Acosh: direct('Acosh'),
  Asin: direct('Asin'),
  Asinh: direct('Asinh'),
  Atan: direct('Atan'),
  Atanh: direct('Atanh'),
  Ceil: direct('Ceil'),
  Cos: direct('Cos'),
  Cosh: direct('Cosh'),
  Erf: direct('Erf'),
  Exp: direct('Exp'),
  // exp(x) − 1 loses every digit near 0; tanh(x/2)·(exp(x) + 1) is the same number and keeps them.
  Expm1: composed((emit, x) =>
    emit.op('Mul', [
      emit.op('Tanh', [emit.op('Mul', [x, emit.float(0.5)])]),
      emit.op('Add', [emit.op('Exp', [x]), emit.float(1)]),
    ]),
  ),
  Floor: direct('Floor'),
  Gelu: direct('Gelu'),
  Identity: direct('Identity'),
  Log: direct('Log'),
  Log1p: composed((emit, x) => emit.op('Log', [emit.op('Add', [x, emit.float(1)])])),
  Neg: direct('Neg'),
  Reciprocal: direct('Reciprocal'),
  Relu: direct('Relu'),
  Round: direct('Round'),
  Rsqrt: composed((emit, x) => emit.op('Reciprocal', [emit.op('Sqrt', [x])])),
  Sigmoid: direct('Sigmoid'),
  // NaN has the sign 0 in tfjs; two comparisons cost less than ONNX Runtime's Sign, too.
  Sign: (emit, inputs, node) => {
    const { dtype } = item(node.outputs, 0);
    const [x, zero] = [arg(inputs, 0), emit.scalar(dtype, 0)];
    const [above, below] = [emit.op('Greater', [x, zero]), emit.op('Less', [x, zero])];
    return [emit.op('Sub', [emit.cast(above, dtype), emit.cast(below, dtype)])];
  },
  Sin: direct('Sin'),
  Sinh: direct('Sinh'),
  // ONNX Runtime's own Softplus is several times slower than its parts; relu(x) + log(1 + exp(−|x|)) does not overflow.
  Softplus: composed((emit, x) =>
    emit.op('Add', [
      emit.op('Relu', [x]),
      emit.op('Log', [emit.op('Add', [emit.op('Exp', [emit.op('Neg', [emit.op('Abs', [x])])]), emit.float(1)])]),
    ]),
  ),
  Sqrt: direct('Sqrt'),
  Square: composed((emit, x) => emit.op('Mul', [x, x])),
  Tan: direct('Tan'),
  Tanh: direct('Tanh'),
};

/** Integers that can be divided by: 1 where there is 0, and where that is. ONNX Runtime fails at a division by 0; in tfjs it gives 0. */
function divisor(emit: Emitter, b: string): { safe: string; isZero: string } {
  const isZero = emit.op('Equal', [b, emit.scalar('int32', 0)]);
  return { safe: emit.op('Where', [isZero, emit.scalar('int32', 1), b]), isZero };
}

const div: LowerRule<'Div'> = (emit, inputs, node) => {
  if (item(node.outputs, 0).dtype === 'float32') return [emit.op('Div', inputs)];
  const { safe, isZero } = divisor(emit, arg(inputs, 1));
  return [emit.op('Where', [isZero, emit.scalar('int32', 0), emit.op('Div', [arg(inputs, 0), safe])])];
};

const floorDiv: LowerRule<'FloorDiv'> = (emit, inputs, node) => {
  if (item(node.outputs, 0).dtype === 'float32') return [emit.op('Floor', [emit.op('Div', inputs)])];
  const a = arg(inputs, 0);
  const { safe: b, isZero } = divisor(emit, arg(inputs, 1));
  const quotient = emit.op('Div', [a, b]);
  // Integer division rounds towards zero: one less where a remainder is left and the signs differ.
  const zero = emit.scalar('int32', 0);
  const rest = emit.op('Sub', [a, emit.op('Mul', [quotient, b])]);
  const signs = emit.op('Xor', [emit.op('Less', [rest, zero]), emit.op('Less', [b, zero])]);
  const off = emit.op('And', [emit.op('Not', [emit.op('Equal', [rest, zero])]), signs]);
  return [emit.op('Where', [isZero, zero, emit.op('Sub', [quotient, emit.cast(off, 'int32')])])];
};

const mod: LowerRule<'Mod'> = (emit, inputs, node) => {
  const [a, b] = [arg(inputs, 0), arg(inputs, 1)];
  if (item(node.outputs, 0).dtype !== 'float32') {
    const { safe, isZero } = divisor(emit, b);
    return [emit.op('Where', [isZero, emit.scalar('int32', 0), emit.op('Mod', [a, safe])])];
  }
  // The remainder has the sign of the divisor.
  const rest = emit.op('Mod', inputs, { fmod: 1 });
  const zero = emit.float(0);
  const differ = emit.op('Xor', [emit.op('Less', [a, zero]), emit.op('Less', [b, zero])]);
  return [emit.op('Where', [differ, emit.op('Mod', [emit.op('Add', [rest, b]), b], { fmod: 1 }), rest])];
};

/** ONNX Runtime's integer power knows no negative exponents: there the result is a fraction, which is 0 but for ±1. */
const pow: LowerRule<'Pow'> = (emit, inputs, node) => {
  if (item(node.outputs, 0).dtype === 'float32') return [emit.op('Pow', inputs)];
  const [a, b] = [arg(inputs, 0), arg(inputs, 1)];
  const zero = emit.scalar('int32', 0);
  const whole = emit.op('Pow', [a, emit.op('Max', [b, zero])]);
  const { safe, isZero } = divisor(emit, a);
  const fraction = emit.cast(emit.op('Pow', [emit.cast(safe, 'float32'), emit.cast(b, 'float32')]), 'int32');
  return [emit.op('Where', [emit.op('Less', [b, zero]), emit.op('Where', [isZero, zero, fraction]), whole])];
};

const arithmetic = {
  Add: direct('Add'),
  Sub: direct('Sub'),
  Mul: direct('Mul'),
  Div: div,
  FloorDiv: floorDiv,
  Mod: mod,
  Pow: pow,
  Maximum: direct('Max'),
  Minimum: direct('Min'),
} satisfies Record<(typeof arithmeticOps)[number], unknown>;

const comparison = {
  Equal: direct('Equal'),
  NotEqual: composed((emit, x, y) => emit.op('Not', [emit.op('Equal', [x, y])])),
  Greater: direct('Greater'),
  GreaterOrEqual: direct('GreaterOrEqual'),
  Less: direct('Less'),
  LessOrEqual: direct('LessOrEqual'),
  And: direct('And'),
  Or: direct('Or'),
  Xor: direct('Xor'),
  BitwiseAnd: direct('BitwiseAnd'),
  Not: direct('Not'),
  IsNaN: direct('IsNaN'),
  IsInf: direct('IsInf'),
};

const cast: LowerRule<'Cast'> = (emit, inputs, node) => [emit.cast(arg(inputs, 0), node.attrs.to)];

// Greater and Cast: Where and Sign cost several times as much.
const step: LowerRule<'Step'> = (emit, inputs, node) => {
  const x = arg(inputs, 0);
  const positive = emit.cast(emit.op('Greater', [x, emit.float(0)]), 'float32');
  const { alpha, nan } = node.attrs;
  const step =
    alpha === 0 ? positive : emit.op('Add', [emit.op('Mul', [positive, emit.float(1 - alpha)]), emit.float(alpha)]);
  return [nan === true ? emit.op('Where', [emit.op('IsNaN', [x]), x, step]) : step];
};

const clip: LowerRule<'Clip'> = (emit, inputs, { attrs, outputs }) => {
  const { dtype } = item(outputs, 0);
  return [emit.op('Clip', [arg(inputs, 0), emit.scalar(dtype, attrs.min), emit.scalar(dtype, attrs.max)])];
};

const leakyRelu: LowerRule<'LeakyRelu'> = (emit, inputs, { attrs }) => [
  emit.op('LeakyRelu', inputs, { alpha: { float: attrs.alpha } }),
];

const elu: LowerRule<'Elu'> = (emit, inputs, { attrs }) => [emit.op('Elu', inputs, { alpha: { float: attrs.alpha } })];

const where: LowerRule<'Where'> = (emit, inputs, { outputs }) => {
  if (item(outputs, 0).dtype !== 'bool') return [emit.op('Where', inputs)];
  const [test, yes, no] = [arg(inputs, 0), arg(inputs, 1), arg(inputs, 2)];
  return [emit.op('Or', [emit.op('And', [test, yes]), emit.op('And', [emit.op('Not', [test]), no])])];
};

// dy · (Φ(x) + x·φ(x)), with Φ the normal distribution and φ its density.
const geluGrad: LowerRule<'GeluGrad'> = (emit, inputs) => {
  const [dy, x] = [arg(inputs, 0), arg(inputs, 1)];
  const scaled = emit.op('Mul', [x, emit.float(Math.SQRT1_2)]);
  const density = emit.op('Exp', [emit.op('Neg', [emit.op('Mul', [scaled, scaled])])]);
  const slope = emit.op('Mul', [emit.op('Mul', [x, emit.float(1 / Math.sqrt(2 * Math.PI))]), density]);
  const half = emit.op('Mul', [emit.op('Erf', [scaled]), emit.float(0.5)]);
  const derivative = emit.op('Add', [emit.op('Add', [half, emit.float(0.5)]), slope]);
  return [emit.op('Mul', [dy, derivative])];
};

/** atan(y/x), half a turn further where x is negative (−0 too); 0/0 is the angle 0, ∞/∞ counts as 1/1. */
const atan2: LowerRule<'Atan2'> = (emit, inputs) => {
  const [y, x] = [arg(inputs, 0), arg(inputs, 1)];
  const zero = emit.float(0);
  const origin = emit.op('And', [emit.op('Equal', [y, zero]), emit.op('Equal', [x, zero])]);
  const far = emit.op('And', [emit.op('IsInf', [y]), emit.op('IsInf', [x])]);
  const diagonal = emit.op('Mul', [emit.op('Sign', [y]), emit.op('Sign', [x])]);
  const ratio = emit.op('Div', [y, emit.op('Where', [origin, emit.float(1), x])]);
  const angle = emit.op('Atan', [emit.op('Where', [far, diagonal, ratio])]);
  const negative = (v: string) =>
    emit.op('Or', [emit.op('Less', [v, zero]), emit.op('Less', [emit.op('Reciprocal', [v]), zero])]);
  const turn = emit.op('Where', [negative(y), emit.float(-Math.PI), emit.float(Math.PI)]);
  const behind = emit.op('Where', [negative(x), turn, zero]);
  return [emit.op('Add', [angle, behind])];
};

export const elementwiseRules = {
  Atan2: atan2,
  ...unary,
  ...arithmetic,
  ...comparison,
  Cast: cast,
  Step: step,
  Clip: clip,
  LeakyRelu: leakyRelu,
  Elu: elu,
  Where: where,
  GeluGrad: geluGrad,
};
