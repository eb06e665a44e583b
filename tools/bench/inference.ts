import type * as tf from '@tensorflow/tfjs-core';
import { type ExportOptions, exportOnnx, loadOnnx, random } from 'common/backend';
import { createModel } from 'common/models';
import type { Prepared } from './prepared.js';
import { imageCases, randomIds, seq2seq, seq2seqModel } from './training.js';

// Forward alone, as `atelier predict` runs it: the weights are constants of an exported file, so that ONNX Runtime lays them out once.

const batches = [1, 64];

type Feeds = Parameters<ReturnType<typeof loadOnnx>['run']>[0];

function session<I extends Record<string, tf.Tensor>>(
  fn: (inputs: I) => { scores: tf.Tensor },
  inputs: ExportOptions<I>['inputs'],
  feeds: Feeds,
  parameters: number,
): Prepared {
  const model = loadOnnx(exportOnnx(fn, { inputs, outputs: ['scores'] }));
  return {
    parameters,
    step: () => model.run(feeds).scores?.data[0] ?? Number.NaN,
    graphs: () => [],
    dispose: model.dispose,
  };
}

const sizeOf = (variables: Map<string, tf.Variable>) =>
  [...variables.values()].reduce((sum, variable) => sum + variable.size, 0);

function prepareImages(name: string, batch: number): Prepared {
  const found = imageCases[name];
  if (found === undefined) throw new Error(`no case ${name}`);
  const { size, channels } = found.task;
  const model = createModel(found.spec, found.task).eval();
  const shape = [size, size, channels];
  random.seed(0);
  const data = random.normal([batch, ...shape]).dataSync() as Float32Array;
  return session(
    ({ image }: { image: tf.Tensor }) => ({ scores: model.forward(image as tf.Tensor4D) }),
    { image: { shape: [null, ...shape], dtype: 'float32' } },
    { image: { data, shape: [batch, ...shape] } },
    sizeOf(model.namedParameters()),
  );
}

function prepareSeq2Seq(batch: number): Prepared {
  const model = seq2seqModel().eval();
  const { tokens, vocabulary } = seq2seq;
  random.seed(0);
  const ids = () => ({ data: randomIds([batch, tokens], vocabulary).dataSync() as Int32Array, shape: [batch, tokens] });
  return session(
    ({ source, target }: { source: tf.Tensor; target: tf.Tensor }) => ({
      scores: model.forward(source as tf.Tensor2D, target as tf.Tensor2D),
    }),
    { source: { shape: [null, tokens], dtype: 'int32' }, target: { shape: [null, tokens], dtype: 'int32' } },
    { source: ids(), target: ids() },
    sizeOf(model.namedParameters()),
  );
}

const named: [string, (batch: number) => Prepared][] = [
  ...Object.keys(imageCases).map((name): [string, (batch: number) => Prepared] => [
    name,
    (batch) => prepareImages(name, batch),
  ]),
  ['seq2seq', prepareSeq2Seq],
];

/** `<architecture>/infer1` and `/infer64`. */
export const inferenceCases: Readonly<Record<string, () => Prepared>> = Object.fromEntries(
  named.flatMap(([name, prepare]) => batches.map((batch) => [`${name}/infer${batch}`, () => prepare(batch)])),
);
