import * as tf from '@tensorflow/tfjs';
import { compile, random } from 'common/backend';
import { crossEntropy } from 'common/losses';
import { createModel, type ImageTask, type ModelSpecInput } from 'common/models';
import { adam, valueAndGrads } from 'common/optim';

/** One training step to be timed: architecture, images, batch. The sizes are those of the PyTorch peer (see README). */
export interface Case {
  spec: ModelSpecInput;
  task: ImageTask;
  batch: number;
}

const digits: ImageTask = { classes: 10, channels: 1, size: 28 };
const colour: ImageTask = { classes: 10, channels: 3, size: 32 };

export const cases: Readonly<Record<string, Case>> = {
  mlp: { spec: { name: 'mlp' }, task: digits, batch: 128 },
  cnn: { spec: { name: 'cnn' }, task: digits, batch: 64 },
  vit_d128: { spec: { name: 'vit', eps: 1e-5 }, task: digits, batch: 128 },
  vit_d384: { spec: { name: 'vit', dim: 384, heads: 6, eps: 1e-5 }, task: digits, batch: 128 },
  resnet9: { spec: { name: 'resnet9' }, task: colour, batch: 64 },
  resnet18: { spec: { name: 'resnet18' }, task: colour, batch: 64 },
};

/** A whole Adam step (forward, backward, update) of a case, ending with the loss read; and the number of parameters. */
export function prepare({ spec, task, batch }: Case): {
  step: () => number;
  parameters: number;
  graphs: () => string[];
} {
  const model = createModel(spec, task).train();
  const parameters = model.namedParameters();
  const optimizer = adam(parameters, { lr: 1e-3 });
  random.seed(0);
  const images = tf.keep(random.normal([batch, task.size, task.size, task.channels]));
  const labels = tf.keep(tf.cast(tf.floor(tf.mul(random.uniform([batch]), task.classes)), 'int32'));
  const run = compile(
    (x: tf.Tensor, y: tf.Tensor) => {
      const { loss, grads } = valueAndGrads(
        () => crossEntropy(model.forward(x as tf.Tensor4D), y as tf.Tensor1D),
        parameters,
      );
      optimizer.step(grads);
      return loss;
    },
    { name: 'step' },
  );
  return {
    parameters: [...parameters.values()].reduce((sum, parameter) => sum + parameter.size, 0),
    step: () => {
      const loss = run(images, labels);
      const [value = Number.NaN] = loss.dataSync();
      loss.dispose();
      return value;
    },
    graphs: () => run.graphs(true),
  };
}
