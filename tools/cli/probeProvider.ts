// Computes a sum on one provider in a process of its own, which a faulty driver may take down: node --import tsx probeProvider.ts <provider>
import * as tf from '@tensorflow/tfjs-core';
import { configureEngine, type Provider } from 'common/backend';

const provider = process.argv[2] as Provider;
try {
  configureEngine({ provider });
  const [sum] = tf.add(tf.tensor1d([1, 2]), 1).dataSync();
  if (sum !== 2) throw new Error(`1 + 1 is ${sum} there`);
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
