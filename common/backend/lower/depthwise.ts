import { arg, item, type LowerRule } from './rule.js';
import { outputPadding, reachOf } from './window.js';

// Convolutions whose every input channel has filters of its own: the forward form is Conv with as many groups as channels.

const depthwiseInputGrad: LowerRule<'DepthwiseInputGrad'> = (emit, inputs, { attrs, inputs: values }) => {
  const [dy, w] = [arg(inputs, 0), arg(inputs, 1)];
  const { kernel, strides, pads, dilations, inputShape } = attrs;
  const channels = item(inputShape, 1);
  const [filters] = item(values, 1).shape as [number];
  const reach = reachOf(attrs);
  const turnedPads = [reach[0] - pads[0], reach[1] - pads[1], reach[0] - pads[2], reach[1] - pads[3]];
  if (strides[0] === 1 && strides[1] === 1 && turnedPads.every((p) => p >= 0)) {
    const cells = kernel[0] * kernel[1];
    const flat = emit.op('Reshape', [w, emit.int64([channels, filters / channels, cells])]);
    const turned = emit.op('Gather', [flat, emit.int64(Array.from({ length: cells }, (_, i) => cells - 1 - i))], {
      axis: 2,
    });
    const weights = emit.op('Reshape', [turned, emit.int64([channels, filters / channels, ...kernel])]);
    return [
      emit.op('Conv', [dy, weights], {
        kernel_shape: kernel,
        strides: [1, 1],
        pads: turnedPads,
        dilations,
        group: channels,
      }),
    ];
  }
  const rest = outputPadding(attrs, inputShape, item(values, 0).shape);
  const attributes = { kernel_shape: kernel, strides, pads, dilations, output_padding: rest, group: channels };
  return [emit.op('ConvTranspose', [dy, w], attributes)];
};

/** dw[c·m + q, u, v] = Σ over images and places of dy[c·m + q]·x[c] shifted by (u, v). */
const depthwiseFilterGrad: LowerRule<'DepthwiseFilterGrad'> = (emit, inputs, { attrs, inputs: values }) => {
  const { kernel, strides, pads, dilations } = attrs;
  const [batch, channels] = item(values, 0).shape as [number, number];
  const [, filters, h, w] = item(values, 1).shape as [number, number, number, number];
  const multiplier = filters / channels;
  const x = pads.some((p) => p > 0)
    ? emit.op('Pad', [arg(inputs, 0), emit.int64([0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]]), emit.float(0)])
    : arg(inputs, 0);
  const dy =
    multiplier === 1
      ? arg(inputs, 1)
      : emit.op('Reshape', [arg(inputs, 1), emit.int64([batch, channels, multiplier, h, w])]);
  const cells: string[] = [];
  for (let u = 0; u < kernel[0]; u++) {
    for (let v = 0; v < kernel[1]; v++) {
      const [top, left] = [u * dilations[0], v * dilations[1]];
      const shifted = emit.op('Slice', [
        x,
        emit.int64([top, left]),
        emit.int64([top + (h - 1) * strides[0] + 1, left + (w - 1) * strides[1] + 1]),
        emit.int64([2, 3]),
        emit.int64(strides),
      ]);
      const aligned =
        multiplier === 1 ? shifted : emit.op('Reshape', [shifted, emit.int64([batch, channels, 1, h, w])]);
      const sum = emit.op(
        'ReduceSum',
        [emit.op('Mul', [aligned, dy]), emit.int64(multiplier === 1 ? [0, 2, 3] : [0, 3, 4])],
        {
          keepdims: 0,
        },
      );
      cells.push(emit.op('Reshape', [sum, emit.int64([filters, 1, 1])]));
    }
  }
  const all = cells.length === 1 ? item(cells, 0) : emit.op('Concat', cells, { axis: 2 });
  return [emit.op('Reshape', [all, emit.int64([filters, 1, ...kernel])])];
};

export const depthwiseRules = { DepthwiseInputGrad: depthwiseInputGrad, DepthwiseFilterGrad: depthwiseFilterGrad };
