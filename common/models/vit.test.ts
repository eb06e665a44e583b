import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { StateDict } from '../nn/index.js';
import { hashedImages, hashedState } from './fixtures/hashed.js';
import { convertHubVit, createModel, type ImageTask, type ModelSpecInput } from './index.js';

interface Variant {
  options: {
    dim: number;
    heads: number;
    depth: number;
    patch?: number;
    size?: number;
    channels?: number;
    mlp_ratio?: number;
  };
  names: Record<string, number[]>;
  logits: number[][];
}
const fixture: { variants: Variant[] } = JSON.parse(
  readFileSync(new URL('./fixtures/vit_variants.json', import.meta.url), 'utf8'),
);

function setting({ options }: Variant): { spec: ModelSpecInput; task: ImageTask; images: tf.Tensor4D } {
  const { dim, heads, depth, patch, size = 28, channels = 1, mlp_ratio: mlpRatio } = options;
  const images = tf.tensor4d(hashedImages(2, channels, size), [2, size, size, channels]);
  return { spec: { name: 'vit', dim, heads, depth, patch, mlpRatio }, task: { classes: 10, channels, size }, images };
}

function near(logits: tf.Tensor2D, expected: number[][]) {
  logits.arraySync().forEach((row, i) => {
    row.forEach((value, j) => {
      expect(value).toBeCloseTo(expected[i]![j]!, 4);
    });
  });
}

describe.each(fixture.variants)('timm’s VisionTransformer $options', (variant) => {
  const { spec, task, images } = setting(variant);

  test('names, order and shapes', () => {
    const state = createModel(spec, task).stateDict();
    expect([...state].map(([name, { shape }]) => [name, shape])).toEqual(Object.entries(variant.names));
  });

  test('logits', () => {
    const model = createModel(spec, task).eval();
    model.loadStateDict(hashedState(Object.entries(variant.names)));
    near(model.forward(images), variant.logits);
  });

  test('the same weights under the Hub’s names', () => {
    const { dim, depth, heads, patch = 7, mlp_ratio = 4, size = 28, channels = 1 } = variant.options;
    const hub: StateDict = new Map();
    for (const [name, tensor] of hashedState(Object.entries(variant.names))) {
      const renamed = hubName(name);
      if (!name.includes('qkv')) {
        hub.set(renamed, tensor);
        continue;
      }
      ['query', 'key', 'value'].forEach((role, i) => {
        const part = tensor.data.length / 3;
        const data = Float32Array.from(tensor.data.slice(i * part, (i + 1) * part), Number);
        hub.set(renamed.replace('qkv', role), { dtype: 'float32', shape: [dim, ...tensor.shape.slice(1)], data });
      });
    }
    const config = {
      model_type: 'vit',
      hidden_size: dim,
      intermediate_size: dim * mlp_ratio,
      num_hidden_layers: depth,
      num_attention_heads: heads,
      image_size: size,
      patch_size: patch,
      num_channels: channels,
      layer_norm_eps: 1e-6,
      hidden_act: 'gelu',
      id2label: Object.fromEntries('abcdefghij'.split('').map((letter, i) => [i, letter])),
    };
    const converted = convertHubVit(config, hub);
    expect(converted.labels).toEqual('abcdefghij'.split(''));
    const model = createModel(converted.spec, converted.task).eval();
    model.loadStateDict(converted.state);
    near(model.forward(images), variant.logits);

    hub.delete('vit.layernorm.bias');
    expect(() => convertHubVit(config, hub)).toThrow('no tensor vit.layernorm.bias');
    expect(() => convertHubVit({ ...config, model_type: 'deit' }, hub)).toThrow(
      'config.json is not that of a ViT classifier',
    );
  });
});

function hubName(name: string): string {
  return name
    .replace('cls_token', 'vit.embeddings.cls_token')
    .replace('pos_embed', 'vit.embeddings.position_embeddings')
    .replace('patch_embed.proj', 'vit.embeddings.patch_embeddings.projection')
    .replace(/^norm/, 'vit.layernorm')
    .replace(/^head/, 'classifier')
    .replace('blocks.', 'vit.encoder.layer.')
    .replace('norm1', 'layernorm_before')
    .replace('norm2', 'layernorm_after')
    .replace('attn.qkv', 'attention.attention.qkv')
    .replace('attn.proj', 'attention.output.dense')
    .replace('mlp.fc1', 'intermediate.dense')
    .replace('mlp.fc2', 'output.dense');
}

test('first values are timm’s: linear N(0, 0.02²) with zero bias, class token nearly zero, patches as torch’s convolution', () => {
  const state = createModel({ name: 'vit' }, { classes: 10, channels: 1, size: 28, seed: 3 }).stateDict();
  const values = (name: string) => Array.from(state.get(name)!.data, Number);
  const std = (name: string) => Math.sqrt(values(name).reduce((sum, v) => sum + v * v, 0) / values(name).length);
  for (const name of ['blocks.0.attn.qkv.weight', 'blocks.3.mlp.fc2.weight', 'head.weight', 'pos_embed'])
    expect(std(name) / 0.02, name).toBeCloseTo(1, 0.9);
  expect(std('cls_token')).toBeLessThan(2e-6);
  expect(values('blocks.2.attn.qkv.bias').every((v) => v === 0)).toBe(true);
  expect(values('norm.weight').every((v) => v === 1)).toBe(true);
  // U(±1/7) for patches of 49 pixels.
  expect(Math.max(...values('patch_embed.proj.weight').map(Math.abs))).toBeLessThanOrEqual(Math.fround(1 / 7));
  expect(std('patch_embed.proj.weight')).toBeCloseTo(1 / 7 / Math.sqrt(3), 2);
});

test('dropout and stochastic depth act in training only', () => {
  const spec: ModelSpecInput = {
    name: 'vit',
    dim: 16,
    heads: 2,
    depth: 3,
    dropout: 0.2,
    attentionDropout: 0.2,
    dropPath: 0.3,
  };
  const model = createModel(spec, { classes: 4, channels: 1, size: 28 });
  const images = tf.tensor4d(hashedImages(2, 1, 28), [2, 28, 28, 1]);
  const run = () => Array.from(model.forward(images).dataSync());
  const [training, again] = [run(), run()];
  expect(training).not.toEqual(again);
  model.eval();
  expect(run()).toEqual(run());
  const plain = createModel(
    { ...spec, dropout: 0, attentionDropout: 0, dropPath: 0 },
    { classes: 4, channels: 1, size: 28 },
  );
  expect(Array.from(plain.forward(images).dataSync())).toEqual(run());
});
