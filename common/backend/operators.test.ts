import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import { configureEngine } from './index.js';
import { compareOperator } from './testing/compareOperator.js';
import { operators } from './testing/moreOperators.js';

// Every public operator of tfjs with random arguments (ranks 0 to 6, empty tensors, all types, NaN and infinities) as on tfjs's CPU backend.

configureEngine({ threads: 1 });
afterAll(() => {
  tf.setBackend('onnx');
});

/** Functions of tfjs that are no operators of numbers, or whose numbers are random. */
const others = new Set([
  // Making and looking after tensors.
  'backend', 'buffer', 'clone', 'dispose', 'disposeVariables', 'engine', 'env', 'keep', 'memory', 'print', 'scalar', 'tensor', 'tensor1d',
  'tensor2d', 'tensor3d', 'tensor4d', 'tensor5d', 'tensor6d', 'tidy', 'time', 'variable', 'profile',
  // Registering, settings, models.
  'copyRegisteredKernels', 'deprecationWarn', 'deregisterOp', 'disableDeprecationWarnings', 'enableDebugMode', 'enableProdMode',
  'enclosingPowerOfTwo', 'findBackend', 'findBackendFactory', 'forceHalfFloat', 'getBackend', 'getGradient', 'getKernel',
  'getKernelsForBackend', 'input', 'loadGraphModel', 'loadGraphModelSync', 'loadLayersModel', 'model', 'nextFrame', 'op', 'ready',
  'registerBackend', 'registerCallbackConstructor', 'registerGradient', 'registerKernel', 'registerOp', 'removeBackend', 'sequential',
  'setBackend', 'setPlatform', 'setWebGLContext', 'sumOutType', 'train', 'unregisterGradient', 'unregisterKernel', 'upcastType',
  // Gradients: gradients.test.ts.
  'customGrad', 'grad', 'grads', 'valueAndGrad', 'valueAndGrads', 'variableGrads',
  // Random: random.test.ts has ours; tfjs draws these itself.
  'multinomial', 'rand', 'randomGamma', 'randomNormal', 'randomStandardNormal', 'randomUniform', 'randomUniformInt', 'truncatedNormal',
  // Answer later: tfjs's own specs (npm run test:conformance) have them, and strings and sparse tensors, which run in tfjs's JavaScript.
  'booleanMaskAsync', 'inTopKAsync', 'setdiff1dAsync', 'whereAsync',
]); // biome-ignore format: a word list

describe('operators with random arguments, as on the CPU backend', () => {
  for (const [name, operator] of Object.entries(operators))
    it(name, () => {
      for (let seed = 1; seed <= 6; seed++) expect(compareOperator(name, operator, seed)).toBeUndefined();
    });

  it('leave out no operator of tfjs', () => {
    const functions = Object.entries(tf).filter(([name, value]) => typeof value === 'function' && /^[a-z]/.test(name));
    expect(functions.map(([name]) => name).filter((name) => !(name in operators) && !others.has(name))).toEqual([]);
    const groups = { image: tf.image, linalg: tf.linalg, losses: tf.losses, signal: tf.signal, fused: tf.fused };
    const grouped = Object.entries(groups).flatMap(([group, ops]) =>
      Object.keys(ops).map((name) => `${group}.${name}`),
    );
    expect(grouped.filter((name) => !(name in operators) && !name.endsWith('Async'))).toEqual([]);
  });
});
