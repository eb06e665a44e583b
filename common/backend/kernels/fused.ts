import type { TensorInfo } from '@tensorflow/tfjs-core';
import { fromNCHW, toNCHW } from './layout.js';
import { knownSoftmaxKernel } from './names.js';
import { kernel } from './register.js';

/** Kernels that tfjs does not have: whole operators of ONNX Runtime, with their gradients as operators of their own. See ../fused.ts. */
export const fusedKernels = {
  layerNorm: 'AtelierLayerNorm',
  layerNormGrad: 'AtelierLayerNormGrad',
  batchNorm: 'AtelierBatchNormTraining',
  batchNormGrad: 'AtelierBatchNormGrad',
  gelu: 'AtelierGelu',
  geluGrad: 'AtelierGeluGrad',
  softmaxCrossEntropy: 'AtelierSoftmaxCrossEntropy',
  randomUniform: 'AtelierRandomUniform',
} as const;

type Norm = { x: TensorInfo; weight: TensorInfo; bias: TensorInfo };

kernel<Norm, { eps: number }>(fusedKernels.layerNorm, ({ x, weight, bias }, { eps }, k) =>
  k.node('LayerNorm', [k.value(x), k.value(weight), k.value(bias)], { eps }).map((value) => k.tensor(value)),
);

kernel<{ dy: TensorInfo; x: TensorInfo; weight: TensorInfo; mean: TensorInfo; inverse: TensorInfo }>(
  fusedKernels.layerNormGrad,
  ({ dy, x, weight, mean, inverse }, _, k) =>
    k
      .node(
        'LayerNormGrad',
        [dy, x, weight, mean, inverse].map((info) => k.value(info)),
        {},
      )
      .map((value) => k.tensor(value)),
);

kernel<Norm, { eps: number }>(fusedKernels.batchNorm, ({ x, weight, bias }, { eps }, k) => {
  const [y, mean, variance] = k.node('BatchNormTraining', [toNCHW(k, k.value(x)), k.value(weight), k.value(bias)], {
    eps,
  });
  if (y === undefined || mean === undefined || variance === undefined) throw new Error('batch norm has three outputs');
  return [fromNCHW(k, y), k.tensor(mean), k.tensor(variance)];
});

kernel<{ dy: TensorInfo; x: TensorInfo; weight: TensorInfo; mean: TensorInfo; variance: TensorInfo }, { eps: number }>(
  fusedKernels.batchNormGrad,
  ({ dy, x, weight, mean, variance }, { eps }, k) => {
    const inputs = [toNCHW(k, k.value(dy)), toNCHW(k, k.value(x)), k.value(weight), k.value(mean), k.value(variance)];
    const [dx, dWeight, dBias] = k.node('BatchNormGrad', inputs, { eps });
    if (dx === undefined || dWeight === undefined || dBias === undefined)
      throw new Error('batch norm has three gradients');
    return [fromNCHW(k, dx), k.tensor(dWeight), k.tensor(dBias)];
  },
);

kernel<{ x: TensorInfo }>(fusedKernels.gelu, ({ x }, _, k) => k.tensor(k.apply('Gelu', [k.value(x)], {})));
kernel<{ dy: TensorInfo; x: TensorInfo }>(fusedKernels.geluGrad, ({ dy, x }, _, k) =>
  k.tensor(k.apply('GeluGrad', [k.value(dy), k.value(x)], {})),
);

kernel<{ logits: TensorInfo; targets: TensorInfo }>(fusedKernels.softmaxCrossEntropy, ({ logits, targets }, _, k) =>
  k.node('SoftmaxCrossEntropy', [k.value(logits), k.value(targets)], {}).map((value) => k.tensor(value)),
);

kernel<{ logits: TensorInfo; probabilities: TensorInfo }>(knownSoftmaxKernel, ({ probabilities }, _, k) =>
  k.share(probabilities),
);

kernel<{ key: TensorInfo }, { shape: number[]; salt: number }>(
  fusedKernels.randomUniform,
  ({ key }, { shape, salt }, k) => k.tensor(k.apply('RandomUniform', [k.value(key)], { shape: [...shape], salt })),
);
