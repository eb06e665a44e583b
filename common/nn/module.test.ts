import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { BatchNorm2d, Conv2d, initialise, Linear, Module, parameter, Sequential, zeros } from './index.js';

class Part extends Module {
  outProj = new Linear(2, 2, { bias: false });
  inProjWeight = parameter<tf.Rank.R1>([2], zeros);
}
class Whole extends Module {
  head = new Linear(2, 3);
  blocks = [new Part(), new Part()];
  clsToken = parameter<tf.Rank.R1>([2], zeros);
  stem = new Sequential(new Conv2d(1, 2, 3, { bias: false }), new BatchNorm2d(2));
}

test('names are torch’s: own parameters first, snake case, arrays and sequences by index', () => {
  expect([...initialise(new Whole(), 0).stateDict().keys()]).toEqual([
    'cls_token',
    'head.weight',
    'head.bias',
    'blocks.0.in_proj_weight',
    'blocks.0.out_proj.weight',
    'blocks.1.in_proj_weight',
    'blocks.1.out_proj.weight',
    'stem.0.weight',
    'stem.1.weight',
    'stem.1.bias',
    'stem.1.running_mean',
    'stem.1.running_var',
    'stem.1.num_batches_tracked',
  ]);
});

test('parameters are what is trained, buffers the rest; the batch counter is int64 as in torch', () => {
  const model = initialise(new Whole(), 0);
  expect([...model.namedBuffers().keys()]).toEqual([
    'stem.1.running_mean',
    'stem.1.running_var',
    'stem.1.num_batches_tracked',
  ]);
  expect(model.namedParameters().size + 3).toBe(model.stateDict().size);
  expect(model.stateDict().get('stem.1.num_batches_tracked')).toEqual({
    dtype: 'int64',
    shape: [],
    data: BigInt64Array.of(0n),
  });
});

test('train and eval reach every part', () => {
  const model = new Whole().eval();
  expect([...model.namedModules().values()].map((m) => m.training)).toEqual(
    Array(model.namedModules().size).fill(false),
  );
  expect(model.train().stem.layers[1]!.training).toBe(true);
});

test('a state dict makes the round trip into a differently initialised model', () => {
  const [one, two] = [initialise(new Whole(), 1), initialise(new Whole(), 2)];
  expect(two.stateDict()).not.toEqual(one.stateDict());
  expect(two.loadStateDict(one.stateDict())).toEqual({ missing: [], unexpected: [] });
  expect(two.stateDict()).toEqual(one.stateDict());
});

test('a state dict that does not fit is refused with every name, and nothing changes', () => {
  const model = initialise(new Whole(), 1);
  const before = model.stateDict();
  const dict = new Map(initialise(new Whole(), 2).stateDict());
  dict.set('head.weigth', dict.get('head.weight')!);
  dict.delete('head.weight');
  dict.set('cls_token', { dtype: 'float32', shape: [1, 3], data: new Float32Array(3) });
  expect(() => model.loadStateDict(dict)).toThrow(
    'The state dict does not fit Whole.\nMissing: head.weight.\nUnexpected: head.weigth (Did you mean "head.weight"?).\n' +
      'Of another shape: cls_token is [1, 3] there and [2] here.',
  );
  expect(() => model.loadStateDict(dict)).toThrow(expect.objectContaining({ name: 'UserError' }));
  expect(model.stateDict()).toEqual(before);
});

test('not strict: missing and unexpected names are reported, wrong shapes still refused', () => {
  const model = initialise(new Whole(), 1);
  const dict = new Map([['head.bias', { dtype: 'float32' as const, shape: [3], data: Float32Array.of(1, 2, 3) }]]);
  const { missing, unexpected } = model.loadStateDict(dict, { strict: false });
  expect(missing).toHaveLength(12);
  expect(unexpected).toEqual([]);
  expect(Array.from(model.head.bias!.dataSync())).toEqual([1, 2, 3]);
  dict.set('head.bias', { dtype: 'float32', shape: [4], data: new Float32Array(4) });
  expect(() => model.loadStateDict(dict, { strict: false })).toThrow('head.bias is [4] there and [3] here');
});

test('training cannot start on parameters that were never given a value', () => {
  expect(() => new Whole().namedParameters()).toThrow('call initialise(module, seed) or loadStateDict() first');
});

test('making, loading and disposing of a model leaves no tensor behind', () => {
  const before = tf.memory().numTensors;
  const model = initialise(new Whole(), 0);
  expect(tf.memory().numTensors - before).toBe(model.stateDict().size);
  model.loadStateDict(model.stateDict());
  expect(tf.memory().numTensors - before).toBe(model.stateDict().size);
  model.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
