import * as tf from '@tensorflow/tfjs-core';
import { Conv2d, GlobalAvgPool2d, initialise, Linear, Module, ReLU, TransformerEncoderLayer } from '../../nn/index.js';
import { architectureFigure } from '../architecture/architectureFigure.js';
import { describeModule } from '../architecture/describeModule.js';
import { attentionFigure } from '../charts/attentionFigure.js';
import { heatMapFigure } from '../charts/heatMapFigure.js';
import type { GalleryCase } from './cases.js';
import { seeded } from './seeded.js';

const tokens = ['the', 'cat', 'that', 'the', 'dog', 'saw', 'ran', 'away', '.'];

/** Attention of four heads: to itself, to the one before, to the first, and to like words. */
function attention(): { data: number[]; shape: number[] } {
  const n = tokens.length;
  const { uniform } = seeded(21);
  const focus = [
    (i: number) => i,
    (i: number) => Math.max(0, i - 1),
    () => 0,
    (i: number) => tokens.indexOf(tokens[i]!),
  ];
  const data = focus.flatMap((of) =>
    tokens.flatMap((_, i) => {
      const weights = tokens.map((_, j) => Math.exp((j === of(i) ? 3 : 0) + 1.2 * uniform()));
      const sum = weights.reduce((a, b) => a + b, 0);
      return weights.map((weight) => weight / sum);
    }),
  );
  return { data, shape: [4, n, n] };
}

export const models: GalleryCase[] = [
  {
    name: 'attention',
    about: 'attentionFigure: the weights of each head.',
    figure: () => attentionFigure(attention(), { queries: tokens, title: 'Attention of layer 3', columns: 2 }),
  },
  {
    name: 'heat-map',
    about: 'heatMapFigure: any matrix; here correlations, blue below and vermillion above zero.',
    figure: () => {
      const { normal } = seeded(22);
      const names = ['age', 'fare', 'siblings', 'parents', 'class', 'survived'];
      const columns = names.map((_, i) => Array.from({ length: 200 }, (_, k) => Math.sin(k * (1 + i / 3)) + normal()));
      const dot = (a: number[], b: number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
      const matrix = columns.map((a, i) =>
        columns.map((b, j) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)) - (i !== j && (i + j) % 3 === 0 ? 0.4 : 0)),
      );
      return heatMapFigure(matrix, {
        rows: names,
        columns: names,
        title: 'Correlations',
        valueTitle: 'correlation',
        range: [-1, 1],
      });
    },
  },
  {
    name: 'heat-map-large',
    about: 'heatMapFigure: a gradient norm for each layer and step, as a tensor.',
    figure: () => {
      const { normal } = seeded(23);
      const [rows, columns] = [24, 120];
      const data = Float32Array.from({ length: rows * columns }, (_, i) =>
        Math.exp(0.2 * normal() - (i % columns) / 60 + Math.floor(i / columns) / 20),
      );
      return heatMapFigure(
        { data, shape: [rows, columns] },
        {
          rows: Array.from({ length: rows }, (_, i) => `blocks.${i}`),
          xTitle: 'step',
          title: 'Gradient norms',
          valueTitle: 'norm',
        },
      );
    },
  },
  {
    name: 'architecture',
    about: 'architectureFigure: the parts of a model, their shapes and parameters.',
    figure: async () => {
      const model = new TokensFromPixels();
      initialise(model, 0);
      const node = await describeModule(model, { run: () => model.forward(tf.zeros([1, 32, 32, 3])) });
      model.dispose();
      return architectureFigure(node);
    },
  },
];

const block = {
  dim: 64,
  heads: 4,
  feedForward: 256,
  dropout: 0.1,
  activation: 'gelu',
  normFirst: true,
  eps: 1e-5,
} as const;

/** A small hybrid: convolutions, then a transformer over their features. */
class TokensFromPixels extends Module {
  readonly stem = new Conv2d(3, 32, 3, { stride: 2, padding: 1 });
  readonly act = new ReLU();
  readonly proj = new Conv2d(32, 64, 4, { stride: 4 });
  readonly blocks = Array.from({ length: 6 }, () => new TransformerEncoderLayer(block));
  readonly pool = new GlobalAvgPool2d();
  readonly head = new Linear(64, 10);

  forward(x: tf.Tensor4D): tf.Tensor {
    const features = this.proj.forward(this.act.forward(this.stem.forward(x)));
    const [batch, height, width, channels] = features.shape as [number, number, number, number];
    let h: tf.Tensor = features.reshape([batch, height * width, channels]);
    for (const block of this.blocks) h = block.forward(h as tf.Tensor3D);
    return this.head.forward(this.pool.forward(h.reshape([batch, height, width, channels])));
  }
}
