import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';

console.log(tf.getBackend(), Object.keys(tf).length);
console.log(tf.tensor1d([1, 2]).dataSync());
console.log(
  Array.from(
    tf
      .grad((x) => tf.sum(tf.square(x)))(tf.tensor1d([1, 2]))
      .dataSync(),
  ),
);
