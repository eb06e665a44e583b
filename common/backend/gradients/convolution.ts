import type { Tensor } from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import { BACKEND_NAME } from '../kernels/names.js';
import { at, gradient, run } from './gradient.js';

// tfjs has the gradients of convolutions without dilation, and of some of their gradients. Here each is given with its dilation, and the
// gradients of the gradients too: x and dy enter a filter's gradient as they enter a convolution.

type Sides = [number, number] | number;
interface Conv {
  strides: Sides;
  pad: core.Conv2DAttrs['pad'];
  dataFormat?: 'NHWC' | 'NCHW';
  dilations?: Sides | null;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** The attributes all kernels of one convolution share. Other backends' gradient kernels ignore dilations, so they refuse them. */
function shared({ strides, pad, dataFormat = 'NHWC', dilations: given, dimRoundingMode }: Conv): Conv {
  const dilations = given ?? 1;
  const dilated = Array.isArray(dilations) ? dilations.some((d) => d !== 1) : dilations !== 1;
  if (dilated && core.getBackend() !== BACKEND_NAME)
    throw new Error(
      `on the ${core.getBackend()} backend dilation rates greater than 1 are not yet supported in gradients: got ${dilations}`,
    );
  return { strides, pad, dataFormat, dilations, dimRoundingMode };
}

const family = (forward: string, backInput: string, backFilter: string) => {
  const toInput = (dy: Tensor, filter: Tensor, shape: number[], attrs: Conv) =>
    run(backInput, { dy, filter }, { ...shared(attrs), inputShape: shape });
  const toFilter = (x: Tensor, dy: Tensor, shape: number[], attrs: Conv) =>
    run(backFilter, { x, dy }, { ...shared(attrs), filterShape: shape });
  const convolve = (x: Tensor, filter: Tensor, attrs: Conv) => run(forward, { x, filter }, shared(attrs));
  return [
    gradient<Conv>(forward, {
      save: ['x', 'filter'],
      of: (dy, saved, attrs) => {
        const [x, filter] = [at(saved, 0), at(saved, 1)];
        return { x: () => toInput(dy, filter, x.shape, attrs), filter: () => toFilter(x, dy, filter.shape, attrs) };
      },
    }),
    gradient<Conv>(backInput, {
      save: ['dy', 'filter'],
      of: (ddx, saved, attrs) => {
        const [dy, filter] = [at(saved, 0), at(saved, 1)];
        return { dy: () => convolve(ddx, filter, attrs), filter: () => toFilter(ddx, dy, filter.shape, attrs) };
      },
    }),
    gradient<Conv>(backFilter, {
      save: ['x', 'dy'],
      of: (ddw, saved, attrs) => {
        const [x, dy] = [at(saved, 0), at(saved, 1)];
        return { x: () => toInput(dy, ddw, x.shape, attrs), dy: () => convolve(x, ddw, attrs) };
      },
    }),
  ];
};

interface Conv3D {
  strides: [number, number, number] | number;
  pad: 'valid' | 'same';
}
const volume = ({ strides, pad }: Conv3D) => ({ strides, pad });
const conv3D = (x: Tensor, filter: Tensor, attrs: Conv3D) =>
  run(core.Conv3D, { x, filter }, { ...volume(attrs), dataFormat: 'NDHWC', dilations: 1 });
const toVolume = (dy: Tensor, filter: Tensor, inputShape: number[], attrs: Conv3D) =>
  run(core.Conv3DBackpropInputV2, { dy, filter }, { ...volume(attrs), inputShape });
const toFilter3D = (x: Tensor, dy: Tensor, filterShape: number[], attrs: Conv3D) =>
  run(core.Conv3DBackpropFilterV2, { x, dy }, { ...volume(attrs), filterShape });

export const convolutionGradients = [
  ...family(core.Conv2D, core.Conv2DBackpropInput, core.Conv2DBackpropFilter),
  ...family(
    core.DepthwiseConv2dNative,
    core.DepthwiseConv2dNativeBackpropInput,
    core.DepthwiseConv2dNativeBackpropFilter,
  ),
  gradient<Conv3D>(core.Conv3DBackpropInputV2, {
    save: ['dy', 'filter'],
    of: (ddx, saved, attrs) => {
      const [dy, filter] = [at(saved, 0), at(saved, 1)];
      return { dy: () => conv3D(ddx, filter, attrs), filter: () => toFilter3D(ddx, dy, filter.shape, attrs) };
    },
  }),
  gradient<Conv3D>(core.Conv3DBackpropFilterV2, {
    save: ['x', 'dy'],
    of: (ddw, saved, attrs) => {
      const [x, dy] = [at(saved, 0), at(saved, 1)];
      return { x: () => toVolume(dy, ddw, x.shape, attrs), dy: () => conv3D(x, ddw, attrs) };
    },
  }),
];
