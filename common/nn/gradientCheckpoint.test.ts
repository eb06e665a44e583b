import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { compile, random } from '../backend/index.js';
import {
  BatchNorm2d,
  Conv2d,
  Dropout,
  gradientCheckpoint,
  initialise,
  Layer,
  Linear,
  ReLU,
  Sequential,
} from './index.js';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Two blocks of linear, ReLU and dropout. */
class Deep extends Layer {
  readonly blocks = [0, 1].map(() => new Sequential(new Linear(6, 6), new ReLU(), new Dropout(0.5), new Linear(6, 6)));
  readonly recompute: boolean;
  constructor(recompute: boolean) {
    super();
    this.recompute = recompute;
  }
  override forward(x: tf.Tensor): tf.Tensor {
    return this.blocks.reduce((y, block) => (this.recompute ? gradientCheckpoint(block, y) : block.forward(y)), x);
  }
}

class Normed extends Layer {
  readonly part = new Sequential(new Conv2d(1, 3, 3), new BatchNorm2d(3), new ReLU());
  readonly recompute: boolean;
  constructor(recompute: boolean) {
    super();
    this.recompute = recompute;
  }
  override forward(x: tf.Tensor): tf.Tensor {
    return this.recompute ? gradientCheckpoint(this.part, x) : this.part.forward(x);
  }
}

/** Loss, gradients and buffers of one compiled or eager step. */
function gradientsOf(model: Layer, x: tf.Tensor, compiled: boolean): Record<string, number[]> {
  initialise(model, 3).train();
  random.seed(7);
  const parameters = [...model.namedParameters()];
  const step = (input: tf.Tensor) => {
    const { value, grads } = tf.variableGrads(
      () => tf.sum(tf.square(model.forward(input))),
      parameters.map(([, p]) => p),
    );
    return { loss: value, ...Object.fromEntries(parameters.map(([name, p]) => [name, grads[p.name]])) };
  };
  const result = (compiled ? compile(step) : step)(x);
  const found = Object.entries(result).map(([name, tensor]) => [name, Array.from(tensor?.dataSync() ?? [])]);
  const buffers = [...model.namedBuffers()].map(([name, buffer]) => [name, Array.from(buffer.dataSync())]);
  return Object.fromEntries([...found, ...buffers]);
}

describe('gradientCheckpoint', () => {
  it.each([true, false])('gives the same gradients, with the same dropout (compiled: %s)', (compiled) => {
    const x = tf.randomNormal([5, 6], 0, 1, 'float32', 1);
    const [plain, again] = [gradientsOf(new Deep(false), x, compiled), gradientsOf(new Deep(true), x, compiled)];
    expect(again.loss?.[0]).toBe(plain.loss?.[0]);
    expect(Object.keys(again)).toEqual(Object.keys(plain));
    for (const [name, values] of Object.entries(plain))
      for (const [i, value] of values.entries()) expect(again[name]?.[i], name).toBeCloseTo(value, 4);
  });

  it('counts running statistics once', () => {
    const x = tf.randomNormal([4, 6, 6, 1], 0, 1, 'float32', 1);
    const [plain, again] = [gradientsOf(new Normed(false), x, true), gradientsOf(new Normed(true), x, true)];
    for (const [name, values] of Object.entries(plain))
      for (const [i, value] of values.entries()) expect(again[name]?.[i], name).toBeCloseTo(value, 4);
  });

  it('needs less memory', () => {
    const script = join(import.meta.dirname, 'testing', 'peak.ts');
    const peak = (...argv: string[]) =>
      Number(execFileSync(process.execPath, ['--import', tsx, script, ...argv], { encoding: 'utf8' }));
    const [plain, again] = [peak('plain'), peak('again')];
    console.log(`peak above the start: ${plain.toFixed(0)} MiB, with gradient checkpointing ${again.toFixed(0)} MiB`);
    expect(again).toBeLessThan(0.7 * plain);
  });
});
