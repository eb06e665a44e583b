import * as tf from '@tensorflow/tfjs-core';
import { compile, random } from 'common/backend';
import { crossEntropy, tokenCrossEntropy } from 'common/losses';
import { createModel, type ImageTask, type ModelSpecInput, Seq2Seq } from 'common/models';
import { initialise } from 'common/nn';
import { adam, valueAndGrads } from 'common/optim';
import type { Prepared } from './prepared.js';

/** An architecture with its images and the batch of a training step. The sizes are those of peers/torch_bench.py. */
export interface ImageCase {
  spec: ModelSpecInput;
  task: ImageTask;
  batch: number;
}

const digits: ImageTask = { classes: 10, channels: 1, size: 28 };
const colour: ImageTask = { classes: 10, channels: 3, size: 32 };

export const imageCases: Readonly<Record<string, ImageCase>> = {
  mlp: { spec: { name: 'mlp' }, task: digits, batch: 128 },
  cnn: { spec: { name: 'cnn' }, task: digits, batch: 64 },
  vit_d128: { spec: { name: 'vit', eps: 1e-5 }, task: digits, batch: 128 },
  vit_d384: { spec: { name: 'vit', dim: 384, heads: 6, eps: 1e-5 }, task: digits, batch: 128 },
  resnet9: { spec: { name: 'resnet9' }, task: colour, batch: 64 },
  resnet18: { spec: { name: 'resnet18' }, task: colour, batch: 64 },
};

/** Transformer base at a quarter of its width, over 32 source and 32 target tokens. */
export const seq2seq = { vocabulary: 8000, batch: 16, tokens: 32 };
export const seq2seqModel = (): Seq2Seq =>
  initialise(
    new Seq2Seq({
      ...{ vocabulary: seq2seq.vocabulary, dim: 256, heads: 4, encoderLayers: 3, decoderLayers: 3 },
      ...{ feedForward: 1024, dropout: 0 },
    }),
    0,
  );

/** Whole numbers from 0 to below the count. */
export const randomIds = (shape: number[], count: number): tf.Tensor =>
  tf.tidy(() => tf.keep(tf.cast(tf.floor(tf.mul(random.uniform(shape), count)), 'int32')));

/** A whole Adam step (forward, backward, update), ending with the loss read. */
export function trainingStep(
  parameters: Map<string, tf.Variable>,
  data: tf.Tensor[],
  lossOf: (...data: tf.Tensor[]) => tf.Scalar,
): Prepared {
  const optimizer = adam(parameters, { lr: 1e-3 });
  const run = compile(
    (...data: tf.Tensor[]) => {
      const { loss, grads } = valueAndGrads(() => lossOf(...data), parameters);
      optimizer.step(grads);
      return loss;
    },
    { name: 'step' },
  );
  return {
    parameters: [...parameters.values()].reduce((sum, parameter) => sum + parameter.size, 0),
    step: () => {
      const loss = run(...data);
      const [value = Number.NaN] = loss.dataSync();
      loss.dispose();
      return value;
    },
    graphs: () => run.graphs(true),
    dispose: () => {
      run.dispose();
      optimizer.dispose();
      tf.dispose(data);
    },
  };
}

/** A training step of an image classifier. */
export function prepareImages({ spec, task, batch }: ImageCase): Prepared {
  const model = createModel(spec, task).train();
  random.seed(0);
  const images = tf.keep(random.normal([batch, task.size, task.size, task.channels]));
  const labels = randomIds([batch], task.classes);
  const prepared = trainingStep(model.namedParameters(), [images, labels], (x, y) =>
    crossEntropy(model.forward(x as tf.Tensor4D), y as tf.Tensor1D),
  );
  return {
    ...prepared,
    dispose: () => {
      prepared.dispose();
      model.dispose();
    },
  };
}

function prepareSeq2Seq(tokens: number): Prepared {
  const { vocabulary, batch } = seq2seq;
  const model = seq2seqModel().train();
  random.seed(0);
  const ids = () => randomIds([batch, tokens], vocabulary);
  const data = [ids(), ids(), randomIds([batch * tokens], vocabulary)];
  return trainingStep(model.namedParameters(), data, (source, target, labels) => {
    const scores = model.forward(source as tf.Tensor2D, target as tf.Tensor2D);
    const logits: tf.Tensor2D = tf.reshape(scores, [batch * tokens, vocabulary]);
    return tokenCrossEntropy(logits, labels as tf.Tensor1D, tf.ones<tf.Rank.R1>([batch * tokens]));
  });
}

export const trainingCases: Readonly<Record<string, () => Prepared>> = {
  ...Object.fromEntries(Object.entries(imageCases).map(([name, found]) => [name, () => prepareImages(found)])),
  seq2seq: () => prepareSeq2Seq(seq2seq.tokens),
  seq2seq64: () => prepareSeq2Seq(64),
};
