import { sameShape, type Value } from '../graph.js';
import { reducedShape } from '../infer.js';
import type { ArithmeticOp, CompareOp, OpName, ReduceOp, UnaryOp } from '../ops.js';
import { arithmeticOps, compareOps, reduceOps, unaryOps } from '../ops.js';
import type { Build, Rule, Rules } from './rewrite.js';
import { input, simplifyRules } from './simplify.js';

/**
 * tfjs computes in NHWC, ONNX Runtime in NCHW, so a recorded convolution or pooling stands between two transposes. Here the transpose after
 * it sinks through whatever follows, until it meets the transpose before the next one and both vanish: only the borders keep theirs.
 */
export const TO_NHWC = [0, 2, 3, 1] as const;
export const TO_NCHW = [0, 3, 1, 2] as const;

const isPerm = (perm: readonly number[], wanted: readonly number[]) => sameShape(perm, wanted);

/** The NCHW value behind an NHWC one, where the latter is its transpose. */
function behind(value: Value): Value | undefined {
  const { node } = value;
  return node.op === 'Transpose' && isPerm(node.attrs.perm, TO_NHWC) ? node.inputs[0] : undefined;
}

const toNHWC = (value: Value, build: Build): Value => build('Transpose', [value], { perm: [...TO_NHWC] });

/** The operand of an elementwise operator over NHWC images, laid out for NCHW ones. */
function toNCHW(value: Value, build: Build): Value {
  const source = behind(value);
  if (source !== undefined) return source;
  if (value.shape.length === 0) return value;
  const shape = [...Array.from({ length: 4 - value.shape.length }, () => 1), ...value.shape];
  const aligned = sameShape(shape, value.shape) ? value : build('Reshape', [value], { shape });
  return build('Transpose', [aligned], { perm: [...TO_NCHW] });
}

const sinkUnary =
  <K extends OpName>(op: K): Rule<K> =>
  (node, build) => {
    const x = input(node);
    const source = behind(x);
    if (source !== undefined) return [toNHWC(build(op, [source], node.attrs), build)];
    // An operator of an expanded value is the expansion of the operator: less to compute, and often nobody needs the expansion.
    if (x.node.op === 'Expand') return [build('Expand', [build(op, [input(x.node)], node.attrs)], { shape: x.shape })];
    return undefined;
  };

type BinaryOp = ArithmeticOp | CompareOp;

const sinkBinary = (op: BinaryOp): Rule<BinaryOp> => {
  const simpler = simplifyRules[op] as Rule<BinaryOp> | undefined;
  return (node, build, uses) => {
    const simple = simpler?.(node, build, uses);
    if (simple !== undefined) return simple;
    const [a, b] = [input(node, 0), input(node, 1)];
    const shape = node.outputs[0]?.shape ?? [];
    const lead = [a, b].find((v) => behind(v) !== undefined && sameShape(v.shape, shape));
    if (lead !== undefined) return [toNHWC(build(op, [toNCHW(a, build), toNCHW(b, build)], {}), build)];
    for (const [wide, other] of [
      [a, b],
      [b, a],
    ] as const) {
      if (wide.node.op !== 'Expand' || other.shape.some((d) => d !== 1)) continue;
      const x = input(wide.node);
      const small = build(op, wide === a ? [x, other] : [other, x], {});
      return [build('Expand', [small], { shape })];
    }
    return undefined;
  };
};

const sinkReduce =
  (op: ReduceOp): Rule<ReduceOp> =>
  (node, build, uses) => {
    const simpler = (simplifyRules[op] as Rule<ReduceOp> | undefined)?.(node, build, uses);
    if (simpler !== undefined) return simpler;
    const source = behind(input(node));
    if (source === undefined) return undefined;
    const { axes, keepDims } = node.attrs;
    const moved = axes.map((axis) => TO_NHWC[axis] ?? 0).sort((p, q) => p - q);
    if (keepDims) return [toNHWC(build(op, [source], { axes: moved, keepDims }), build)];
    const kept = TO_NHWC.filter((_, i) => !axes.includes(i));
    const ordered = [...kept].sort((p, q) => p - q);
    const reduced = build(op, [source], { axes: moved, keepDims });
    if (sameShape(kept, ordered)) return [reduced];
    const perm = kept.map((axis) => ordered.indexOf(axis));
    return reduced.shape.length === reducedShape(source.shape, moved, false).length
      ? [build('Transpose', [reduced], { perm })]
      : undefined;
  };

const permuted = <T>(list: readonly T[], perm: readonly number[]): T[] => perm.map((p) => list[p] as T);

const sinkPad: Rule<'Pad'> = (node, build) => {
  const source = behind(input(node));
  if (source === undefined) return undefined;
  const { before, after, value } = node.attrs;
  const attrs = { before: permuted(before, TO_NCHW), after: permuted(after, TO_NCHW), value };
  return [toNHWC(build('Pad', [source], attrs), build)];
};

const sinkSlice: Rule<'Slice'> = (node, build, uses) => {
  const simpler = simplifyRules.Slice?.(node, build, uses);
  if (simpler !== undefined) return simpler;
  const source = behind(input(node));
  if (source === undefined) return undefined;
  const { starts, ends, steps } = node.attrs;
  const attrs = { starts: permuted(starts, TO_NCHW), ends: permuted(ends, TO_NCHW), steps: permuted(steps, TO_NCHW) };
  return [toNHWC(build('Slice', [source], attrs), build)];
};

const sinkConcat: Rule<'Concat'> = (node, build, uses) => {
  const simpler = simplifyRules.Concat?.(node, build, uses);
  if (simpler !== undefined) return simpler;
  const sources = node.inputs.map(behind);
  if (!sources.every((v) => v !== undefined)) return undefined;
  return [toNHWC(build('Concat', sources, { axis: TO_NHWC[node.attrs.axis] ?? 0 }), build)];
};

/** A transpose to NCHW climbs over an expansion, so that the smaller tensor is transposed. */
const hoistTranspose: Rule<'Transpose'> = (node, build, uses) => {
  const simpler = simplifyRules.Transpose?.(node, build, uses);
  if (simpler !== undefined) return simpler;
  const x = input(node);
  if (!isPerm(node.attrs.perm, TO_NCHW) || x.node.op !== 'Expand') return undefined;
  const small = toNCHW(input(x.node), build);
  return [build('Expand', [small], { shape: node.outputs[0]?.shape ?? [] })];
};

type Loose = { [K in OpName]?: unknown };

const unaries: Loose = Object.fromEntries(
  [
    ...unaryOps.filter((op) => op !== 'Identity' && op !== 'Square'),
    'Cast',
    'Step',
    'Clip',
    'LeakyRelu',
    'Elu',
    'Not',
  ].map((op) => {
    const sink = sinkUnary(op as UnaryOp);
    const simpler = simplifyRules[op as UnaryOp] as Rule<UnaryOp> | undefined;
    return [
      op,
      ((node, build, uses) => simpler?.(node, build, uses) ?? sink(node, build, uses)) satisfies Rule<UnaryOp>,
    ];
  }),
);
const binaries: Loose = Object.fromEntries([...arithmeticOps, ...compareOps].map((op) => [op, sinkBinary(op)]));
const reductions: Loose = Object.fromEntries(reduceOps.map((op) => [op, sinkReduce(op)]));

export const layoutRules: Rules = {
  ...simplifyRules,
  ...(unaries as Rules),
  ...(binaries as Rules),
  ...(reductions as Rules),
  Pad: sinkPad,
  Slice: sinkSlice,
  Concat: sinkConcat,
  Transpose: hoistTranspose,
};
