// The README shows what the code prints: `npx vitest run common/backend/readme.test.ts -u` writes it anew where the code has changed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Graph } from './graph.js';
import { compile } from './index.js';
import { lowerGraph } from './lower/index.js';
import { passes } from './passes/index.js';
import { rewrite } from './passes/rewrite.js';
import { printModel } from './testing/printModel.js';
import { record } from './testing/record.js';

const path = join(import.meta.dirname, 'README.md');
const readme = readFileSync(path, 'utf8');
const FENCE = /^```(\w+) ([^\n]+)\n([\s\S]*?)^```$/gm;

// The examples of the README, as it quotes them.
function classifier(...[image, filter, bias, weight, shift]: tf.Tensor[]): tf.Tensor {
  const features = tf.relu(tf.add(tf.conv2d(image as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'), bias!));
  const pooled = tf.div(tf.sum(features, [1, 2]), 64);
  return tf.add(tf.matMul(pooled, weight!), shift!);
}
const slope = tf.grad((x: tf.Tensor) => tf.mean(tf.square(tf.sub(x, 1))));
const softplus = (x: tf.Tensor) => tf.softplus(x);

/** What a lookup beyond a table says; where it was called stands in the README under other names. */
function failedGather(): string {
  const lookUp = (table: tf.Tensor2D, ids: tf.Tensor1D) => tf.gather(table, ids);
  const step = compile((table: tf.Tensor2D, ids: tf.Tensor1D) => lookUp(table, ids));
  try {
    tf.tidy(() => void step(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor1d([5], 'int32')));
    return '';
  } catch (error) {
    const places = ['embedding.ts:12:10', 'model.ts:40:22'];
    return String(error instanceof Error ? error.message : error).replace(
      /[\w./-]+\.ts:\d+:\d+/g,
      () => places.shift() ?? '',
    );
  }
}

function stages(graph: Graph): Map<string, string> {
  const found = new Map([['recorded', graph.toString()]]);
  let current = graph;
  for (const { name, rules } of passes) {
    current = rewrite(current, rules({ provider: 'cpu' }));
    found.set(name, current.toString());
  }
  const model = lowerGraph(current, {
    inputNames: current.inputs.map((_, i) => `in${i}`),
    outputNames: current.outputs.map((_, i) => `out${i}`),
  });
  return found.set('lowered', printModel(model));
}

const examples: Record<string, () => Map<string, string>> = {
  classifier: () => stages(record([[2, 8, 8, 3], [3, 3, 3, 4], [4], [4, 10], [10]], classifier)),
  slope: () => stages(record([[2, 3]], (x) => slope(x!))),
  softplus: () => stages(record([[3]], (x) => softplus(x!))),
};

describe('the README', () => {
  it('shows the graphs that the code prints', async () => {
    const printed = new Map([['gather, failed', failedGather()]]);
    for (const [example, print] of Object.entries(examples))
      for (const [stage, text] of print()) printed.set(`${example}, ${stage}`, text);
    const used = new Set<string>();
    const expected = readme.replace(FENCE, (fence, language: string, title: string) => {
      if (language !== 'text') return fence;
      const text = printed.get(title);
      if (text === undefined) throw new Error(`the README shows "${title}", which is not printed here`);
      used.add(title);
      return `\`\`\`text ${title}\n${text}\n\`\`\``;
    });
    expect(used.size).toBeGreaterThanOrEqual(7);
    await expect(expected).toMatchFileSnapshot(path);
  });

  it('quotes files as they are', () => {
    const quotes = [...readme.matchAll(FENCE)].filter(([, language]) => language === 'ts');
    expect(quotes.length).toBeGreaterThanOrEqual(6);
    const squeeze = (text: string) => text.replace(/\s+/g, ' ').trim();
    for (const [, , file = '', text = ''] of quotes)
      expect(squeeze(readFileSync(join(import.meta.dirname, file), 'utf8')), file).toContain(squeeze(text));
  });

  it('names files that exist', () => {
    for (const [, file = ''] of readme.matchAll(/`([\w/]+\.(?:ts|md))`/g))
      expect(() => readFileSync(join(import.meta.dirname, file)), file).not.toThrow();
  });
});
