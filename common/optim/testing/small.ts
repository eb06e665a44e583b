// A small problem for the tests of options.
import * as tf from '@tensorflow/tfjs-core';
import { type Optimizer, valueAndGrads } from '../index.js';

/** Two weights and a bias; the gradients differ from step to step. */
export function problem() {
  const parameters = new Map<string, tf.Variable>([
    ['body.weight', tf.variable(tf.tensor2d([0.5, -0.25, 1, 0.75], [2, 2]))],
    ['head.weight', tf.variable(tf.tensor2d([1, -1], [1, 2]))],
    ['head.bias', tf.variable(tf.tensor1d([0.5]))],
  ]);
  const [body, head, bias] = [...parameters.values()] as [
    tf.Variable<tf.Rank.R2>,
    tf.Variable<tf.Rank.R2>,
    tf.Variable,
  ];
  const loss = () => tf.sum<tf.Scalar>(tf.square(tf.add(tf.matMul(head, tf.sin(body)), bias)));
  return { parameters, loss };
}
/** The parameters’ values by name. */
export const values = (parameters: ReadonlyMap<string, tf.Variable>) =>
  Object.fromEntries([...parameters].map(([name, p]) => [name, Array.from(p.dataSync())]));

/** One step of the optimizer on the problem. */
export function stepper({ loss }: ReturnType<typeof problem>, optimizer: Optimizer) {
  return () => {
    optimizer.step(valueAndGrads(loss, optimizer.trained).grads);
    return tf.scalar(0);
  };
}
