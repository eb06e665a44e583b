import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { Conv2d, Flatten, initialise, Linear, Module, ReLU } from '../../nn/index.js';
import { architectureFigure } from './architectureFigure.js';
import { boxLayout, countOf } from './boxLayout.js';
import { describeModule } from './describeModule.js';

class Block extends Module {
  readonly second = new Linear(8, 8);
  readonly first = new Linear(8, 8);
  forward(x: tf.Tensor): tf.Tensor {
    return this.second.forward(this.first.forward(x));
  }
}

class Net extends Module {
  readonly conv = new Conv2d(3, 2, 3, { padding: 1 });
  readonly relu = new ReLU();
  readonly flatten = new Flatten();
  readonly into = new Linear(2 * 4 * 4, 8);
  readonly blocks = [new Block(), new Block(), new Block()];
  readonly head = new Linear(8, 5);
  forward(x: tf.Tensor4D): tf.Tensor {
    let h = this.into.forward(this.flatten.forward(this.relu.forward(this.conv.forward(x))));
    for (const block of this.blocks) h = block.forward(h);
    return this.head.forward(h);
  }
}

describe('describeModule', () => {
  test('shapes, parameters, the order of calls, and equal neighbours as one', async () => {
    const net = new Net();
    initialise(net, 0);
    const before = tf.memory().numTensors;
    const root = await describeModule(net, { run: () => net.forward(tf.zeros([2, 4, 4, 3])) });
    expect(tf.memory().numTensors).toBe(before);
    expect(Object.hasOwn(net.head, 'forward')).toBe(false);
    expect(root.children.map(({ name, kind, repeat }) => [name, kind, repeat])).toEqual([
      ['conv', 'Conv2d', 1],
      ['relu', 'ReLU', 1],
      ['flatten', 'Flatten', 1],
      ['into', 'Linear', 1],
      ['blocks.0 … 2', 'Block', 3],
      ['head', 'Linear', 1],
    ]);
    // Convolution 3 · 2 · 9 + 2; into 32 · 8 + 8; a block 2 (64 + 8); head 40 + 5.
    expect(root.children.map(({ parameters }) => parameters)).toEqual([56, 0, 0, 264, 144, 45]);
    expect(root.parameters).toBe(56 + 264 + 3 * 144 + 45);
    expect(root.children.map(({ shape }) => shape)).toEqual([
      [2, 4, 4, 2],
      [2, 4, 4, 2],
      [2, 32],
      [2, 8],
      [2, 8],
      [2, 5],
    ]);
    // `first` is called first, though defined second; both are alike, so they are one.
    expect(root.children[4]!.children).toMatchObject([{ name: 'first … second', repeat: 2 }]);
    net.dispose();
  });

  test('without a forward pass: the order of definition and no shapes', async () => {
    const root = await describeModule(new Net(), { depth: 1 });
    expect(root.children[4]).toMatchObject({ name: 'blocks.0 … 2', repeat: 3, children: [] });
    expect(root.shape).toBeUndefined();
  });
});

test('boxes lie inside their parents and below their elder siblings', async () => {
  const root = await describeModule(new Net());
  const { boxes, width, height } = boxLayout(root);
  const inside = (a: (typeof boxes)[number], b: (typeof boxes)[number]): boolean =>
    a.left >= b.left && a.top >= b.top && a.left + a.width <= b.left + b.width && a.top + a.height <= b.top + b.height;
  expect(boxes[0]).toMatchObject({ left: 0, top: 0, width, height });
  for (const [i, a] of boxes.entries())
    for (const b of boxes.slice(i + 1)) {
      const apart = a.top + a.height <= b.top;
      expect(apart || inside(b, a)).toBe(true);
    }
  expect(architectureFigure(root).layout.shapes).toHaveLength(boxes.length);
});

test('counts are short', () => {
  expect([0, 999, 1000, 12_345, 999_499, 999_500, 86_567_656, 7e9].map(countOf)).toEqual([
    '0',
    '999',
    '1 k',
    '12.3 k',
    '999 k',
    '1 M',
    '86.6 M',
    '7 G',
  ]);
});
