import * as tf from '@tensorflow/tfjs-core';
import { random } from '../backend/index.js';
import type { Module } from './module.js';

/**
 * Gradient checkpointing (Chen et al. 2016, torch.utils.checkpoint): what the part computes on its way is not kept for the backward pass but computed a second time there,
 * from its input. The gradients are the same; a step takes up to a third longer and needs less memory, the more the deeper the part.
 * Dropout draws the same numbers again, and running statistics are counted once.
 *
 * @param part the module whose trainable variables `forward` uses: `gradientCheckpoint(block, x)`.
 * @param x its input, the only tensor from outside that gets a gradient.
 * @param forward default: `part.forward(x)`.
 */
export function gradientCheckpoint<T extends tf.Tensor = tf.Tensor>(
  part: Module & { forward(x: tf.Tensor): T },
  x: tf.Tensor,
  forward: (x: tf.Tensor) => T = (input) => part.forward(input),
): T {
  const all = [...part.namedVariables().values()];
  const parameters = all.filter((variable) => variable.trainable);
  const buffers = all.filter((variable) => !variable.trainable);
  const draws = random.draws;
  // tfjs passes the inputs, then the function that keeps what the backward pass needs.
  const op = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [input] = args;
    const save = args.at(-1);
    if (!(input instanceof tf.Tensor) || typeof save !== 'function') throw new Error('customGrad gave other arguments');
    save([input]);
    const gradFunc = (dy: tf.Tensor, [kept]: tf.Tensor[]): tf.Tensor[] => {
      if (kept === undefined) throw new Error('customGrad kept nothing');
      const [drawn, held] = [random.draws, buffers.map((buffer) => tf.clone(buffer))];
      // A zero that depends on the gradient: computed earlier, or taken for the same as in the forward pass, nothing would be saved.
      const zero = tf.mul(tf.slice(tf.reshape(dy, [-1]), [0], [1]), 0);
      const again = tf.reshape(tf.add(tf.reshape(kept, [-1]), zero), kept.shape);
      random.draws = draws;
      // tfjs has one tape at a time: the outer one, whose backward pass this is a part of, is put back.
      const { state } = tf.engine();
      const tape = state.activeTape;
      const gradients = tf.grads((...inputs: tf.Tensor[]) => forward(inputs[0] ?? again))([again, ...parameters], dy);
      state.activeTape = tape;
      random.draws = drawn;
      buffers.forEach((buffer, i) => {
        const value = held[i];
        if (value !== undefined) buffer.assign(value);
      });
      return gradients;
    };
    return { value: forward(input), gradFunc };
  });
  return op(x, ...parameters) as T; // what `forward` gave
}
