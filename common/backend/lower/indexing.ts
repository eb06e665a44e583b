import { arg, item, type LowerRule } from './rule.js';

const gatherND: LowerRule<'GatherND'> = (emit, inputs) => [
  emit.op('GatherND', [arg(inputs, 0), emit.cast(arg(inputs, 1), 'int64')]),
];

const scatterAdd: LowerRule<'ScatterAdd'> = (emit, inputs, { attrs, outputs }) => {
  const zeros = emit.op('Expand', [emit.scalar(item(outputs, 0).dtype, 0), emit.shape(attrs.shape)]);
  return [emit.op('ScatterND', [zeros, emit.cast(arg(inputs, 0), 'int64'), arg(inputs, 1)], { reduction: 'add' })];
};

const scatterUpdate: LowerRule<'ScatterUpdate'> = (emit, inputs) => [
  emit.op('ScatterND', [arg(inputs, 0), emit.cast(arg(inputs, 1), 'int64'), arg(inputs, 2)]),
];

const einsum: LowerRule<'Einsum'> = (emit, inputs, { attrs }) => [
  emit.op('Einsum', inputs, { equation: attrs.equation }),
];

const fourier: LowerRule<'Fourier'> = (emit, inputs, { attrs }) => [
  emit.op('DFT', [arg(inputs, 0), '', emit.scalar('int64', -2)], { inverse: Number(attrs.inverse) }),
];

export const indexingRules = {
  GatherND: gatherND,
  ScatterAdd: scatterAdd,
  ScatterUpdate: scatterUpdate,
  Einsum: einsum,
  Fourier: fourier,
};
