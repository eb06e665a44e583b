import * as nodeModule from 'node:module';
// For its types alone: chained operators (x.add(y)) are declared there.
import type {} from '@tensorflow/tfjs';
import {
  engine,
  type GradConfig,
  getGradient,
  getKernelsForBackend,
  Reshape,
  registerGradient,
  Tensor,
} from '@tensorflow/tfjs-core';
import { lazy } from '../utils/lazy.js';
import { gradients } from './gradients/index.js';
import { BACKEND_NAME } from './kernels/names.js';

// What runs is @tensorflow/tfjs-core. The package @tensorflow/tfjs around it adds layers, data, a converter and two backends, which take three
// times as long to load as the core, and two things of which a program needs neither before it trains: the gradients of tfjs's kernels and the
// chained operators. Both are fetched from it at their first use, so that a plain import of common stays quick.

const load = nodeModule.createRequire(import.meta.url);

/** The operators that @tensorflow/tfjs adds to tensors as methods. */
export const chainedOperators: readonly string[] = [
  'abs', 'acos', 'acosh', 'add', 'all', 'any', 'argMax', 'argMin', 'as1D', 'as2D', 'as3D', 'as4D', 'as5D', 'asScalar', 'asType', 'asin', 'asinh',
  'atan', 'atan2', 'atanh', 'avgPool', 'batchNorm', 'batchToSpaceND', 'broadcastTo', 'ceil', 'clipByValue', 'concat', 'conv1d', 'conv2d',
  'conv2dTranspose', 'cos', 'cosh', 'cumprod', 'cumsum', 'depthToSpace', 'depthwiseConv2d', 'dilation2d', 'div', 'divNoNan', 'dot', 'elu',
  'equal', 'erf', 'euclideanNorm', 'exp', 'expandDims', 'expm1', 'fft', 'flatten', 'floor', 'floorDiv', 'gather', 'greater', 'greaterEqual',
  'ifft', 'irfft', 'isFinite', 'isInf', 'isNaN', 'leakyRelu', 'less', 'lessEqual', 'localResponseNormalization', 'log', 'log1p', 'logSigmoid',
  'logSoftmax', 'logSumExp', 'logicalAnd', 'logicalNot', 'logicalOr', 'logicalXor', 'matMul', 'max', 'maxPool', 'maximum', 'mean', 'min',
  'minimum', 'mirrorPad', 'mod', 'mul', 'neg', 'norm', 'notEqual', 'oneHot', 'onesLike', 'pad', 'pool', 'pow', 'prelu', 'prod', 'reciprocal',
  'relu', 'relu6', 'reshape', 'reshapeAs', 'resizeBilinear', 'resizeNearestNeighbor', 'reverse', 'rfft', 'round', 'rsqrt', 'selu',
  'separableConv2d', 'sigmoid', 'sign', 'sin', 'sinh', 'slice', 'softmax', 'softplus', 'spaceToBatchND', 'split', 'sqrt', 'square',
  'squaredDifference', 'squeeze', 'stack', 'step', 'stridedSlice', 'sub', 'sum', 'tan', 'tanh', 'tile', 'toBool', 'toFloat', 'toInt', 'topk',
  'transpose', 'unique', 'unsortedSegmentSum', 'unstack', 'where', 'zerosLike',
]; // biome-ignore format: a word list

/** Loads @tensorflow/tfjs, and puts back the gradients that were registered before: ours, and a user's own. */
const loadWhole = lazy(() => {
  const before = [...gradients, ...getKernelsForBackend(BACKEND_NAME)]
    .map(({ kernelName }) => getGradient(kernelName))
    .filter((config): config is GradConfig => config !== undefined);
  load('@tensorflow/tfjs');
  for (const config of before) registerGradient(config);
});

const prepareGradients = lazy(() => {
  // Somebody's import of @tensorflow/tfjs came after ours and put its gradients in the place of those that we correct.
  if (getGradient(Reshape) !== undefined) for (const config of gradients) registerGradient(config);
  else loadWhole();
});

/** Every derivative goes through this method: tf.grad, tf.variableGrads, an optimizer's minimize. */
export function loadTfjsAtFirstUse(): void {
  const shared = engine();
  const { gradients: differentiate } = shared;
  shared.gradients = function (this: typeof shared, ...args: Parameters<typeof differentiate>) {
    prepareGradients();
    return differentiate.apply(this, args);
  } as typeof differentiate; // A generic method: its parameters are passed on as they come.
  for (const name of chainedOperators) {
    if (Object.hasOwn(Tensor.prototype, name)) continue; // @tensorflow/tfjs was imported before
    Object.defineProperty(Tensor.prototype, name, {
      configurable: true,
      enumerable: true,
      get(this: object): unknown {
        loadWhole();
        return Reflect.get(Tensor.prototype, name, this);
      },
      // This is how @tensorflow/tfjs puts its method here.
      set(this: object, value: unknown) {
        Object.defineProperty(this, name, { value, configurable: true, enumerable: true, writable: true });
      },
    });
  }
}
