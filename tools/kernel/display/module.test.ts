import type * as tf from '@tensorflow/tfjs-core';
import { BatchNorm2d, Conv2d, Flatten, Linear, Module, ReLU, Sequential } from 'common/nn';
import { expect, test } from 'vitest';
import { displayBundle } from './index.js';

class Block extends Module {
  first = new Linear(4, 8);
  second = new Linear(8, 4, { bias: false });
  forward(x: tf.Tensor): tf.Tensor {
    return this.second.forward(this.first.forward(x));
  }
}

class Net extends Module {
  stem = new Sequential(new Conv2d(1, 2, 3), new BatchNorm2d(2), new ReLU(), new Flatten());
  blocks = [new Block(), new Block(), new Block()];
  head = new Linear(4, 2);
}

test('a module is the tree of its parts, with shapes and numbers of parameters', async () => {
  const bundle = await displayBundle(new Net());
  // conv 2·1·3·3 + 2, batch norm 2 + 2, a block 4·8 + 8 + 8·4, head 4·2 + 2.
  expect(bundle['text/plain']).toBe(
    `Net  250 parameters, 5 numbers in buffers
├─ stem: Sequential  24 parameters
│  ├─ 0: Conv2d  weight [2, 1, 3, 3], bias [2], 20 parameters
│  ├─ 1: BatchNorm2d  weight [2], bias [2], running_mean [2] (buffer), running_var [2] (buffer), num_batches_tracked [] (buffer), 4 parameters
│  ├─ 2: ReLU
│  └─ 3: Flatten
├─ blocks.0 … blocks.2: 3 × Block  72 parameters each
│  ├─ first: Linear  weight [8, 4], bias [8], 40 parameters
│  └─ second: Linear  weight [4, 8], 32 parameters
└─ head: Linear  weight [2, 4], bias [2], 10 parameters`,
  );
  const page = String(bundle['text/html']);
  expect(page.match(/<details/g)).toHaveLength(3);
  expect(page.match(/<details open>/g)).toHaveLength(1);
  expect(page).toContain('<code>head: Linear</code>');
});

test('names cannot write into the page', async () => {
  class Odd extends Module {
    '<img src=x onerror=alert(1)>' = new Linear(1, 1);
  }
  const page = String((await displayBundle(new Odd()))['text/html']);
  expect(page).not.toContain('<img');
  expect(page).toContain('&lt;img');
});
