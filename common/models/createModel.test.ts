import { expect, test } from 'vitest';
import { createModel, type ModelSpecInput, modelNames, parseModelSpec, vitSizes } from './index.js';

const digits = { classes: 10, channels: 1, size: 28 };
const values = (seed: number) => createModel({ name: 'mlp', hidden: 8 }, { ...digits, seed }).stateDict();

test('first values follow from the seed', () => {
  expect(values(1)).toEqual(values(1));
  expect(values(1)).not.toEqual(values(2));
});

test('defaults are filled in and kept in the spec', () => {
  const model = createModel({ name: 'vit', depth: 1 }, digits);
  expect(model.spec).toEqual({
    name: 'vit',
    patch: 7,
    dim: 128,
    depth: 1,
    heads: 4,
    mlpRatio: 4,
    dropout: 0,
    attentionDropout: 0,
    dropPath: 0,
    eps: 1e-6,
  });
  for (const size of Object.values(vitSizes)) expect(createModel(size, digits).spec).toMatchObject(size);
});

test('parameter counts are those of the architectures in PyTorch', () => {
  const count = (spec: ModelSpecInput, task = digits) =>
    [...createModel(spec, task).namedParameters().values()].reduce((sum, p) => sum + p.size, 0);
  expect(count({ name: 'mlp' })).toBe(407_050);
  expect(count({ name: 'cnn' })).toBe(421_642);
  expect(count({ name: 'resnet18' }, { classes: 10, channels: 3, size: 32 })).toBe(11_173_962);
});

test('a wrong description names the key, what is allowed and the nearest name', () => {
  expect(modelNames).toEqual(['vit', 'cnn', 'mlp', 'resnet9', 'resnet18']);
  expect(() => parseModelSpec({ name: 'resnet118' })).toThrow(
    'model.name: there is no model "resnet118". Did you mean "resnet18"? There are: vit, cnn, mlp, resnet9, resnet18.',
  );
  expect(() => parseModelSpec({ name: 'vit', depht: 3 })).toThrow('depht');
  expect(() => parseModelSpec({ name: 'vit', dropout: 1.5 })).toThrow('model.dropout');
  expect(() => parseModelSpec(null)).toThrow('The description of the model is not valid');
  expect(() => createModel({ name: 'vit', patch: 5 }, digits)).toThrow(
    'model.patch: patches of 5 pixels do not tile images of 28',
  );
  expect(() => createModel({ name: 'vit', heads: 3 }, digits)).toThrow('model.heads: 3 heads cannot share dim 128');
  expect(() => createModel({ name: 'cnn' }, { ...digits, classes: 0 })).toThrow(
    'classes must be a positive whole number, not 0',
  );
  expect(() => createModel({ name: 'cnn' }, { ...digits, size: 3 })).toThrow('too small');
});
