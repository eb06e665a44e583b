// Prints by how many MiB a training step of twelve blocks raises the process's largest resident size: `peak.ts plain|again`.
import * as tf from '@tensorflow/tfjs-core';
import { compile } from '../../backend/index.js';
import { gradientCheckpoint, initialise, TransformerEncoderLayer } from '../index.js';

const recompute = process.argv[2] === 'again';
const blocks = Array.from({ length: 12 }, () =>
  initialise(
    new TransformerEncoderLayer({
      dim: 64,
      heads: 4,
      feedForward: 256,
      dropout: 0,
      activation: 'gelu',
      normFirst: true,
      eps: 1e-5,
    }),
    0,
  ).train(),
);
const parameters = blocks.flatMap((block) => [...block.namedParameters().values()]);
const step = compile((x: tf.Tensor3D) => {
  const { value, grads } = tf.variableGrads(
    () =>
      tf
        .mean(
          tf.square(
            blocks.reduce<tf.Tensor3D>((y, block) => (recompute ? gradientCheckpoint(block, y) : block.forward(y)), x),
          ),
        )
        .asScalar(),
    parameters,
  );
  for (const parameter of parameters)
    parameter.assign(tf.sub(parameter, tf.mul(grads[parameter.name] ?? tf.scalar(0), 0.01)));
  return value;
});
const x = tf.randomNormal<tf.Rank.R3>([32, 128, 64], 0, 1, 'float32', 1);
x.dataSync();
const before = process.memoryUsage.rss() / 2 ** 20;
for (let i = 0; i < 2; i++) step(x).dataSync();
process.stdout.write(String(process.resourceUsage().maxRSS / 1024 - before));
