// A whole train.ts in little, for tests: run in-process or as `node --import tsx small.ts <paper folder> [key=value …] [--resume …]`.
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { compile } from '../../backend/index.js';
import { defineConfig } from '../../config/index.js';
import { mixSchema } from '../../data/index.js';
import { crossEntropy } from '../../losses/index.js';
import { accuracy } from '../../metrics/index.js';
import { Dropout, Flatten, initialise, Layer, Linear, ReLU, Sequential } from '../../nn/index.js';
import {
  accumulator,
  cosineSchedule,
  createOptimizer,
  ema,
  optimizerSchema,
  valueAndGrads,
} from '../../optim/index.js';
import {
  type BatchSource,
  type Callback,
  checkpoints,
  csv,
  hardLabels,
  limitsSchema,
  loggers,
  mixing,
  progress,
  type Run,
  startRun,
} from '../index.js';
import { startKiller } from './killer.js';

const schema = z.strictObject({
  epochs: z.number().int().default(2),
  hidden: z.number().int().default(8),
  lr: z.number().default(0.01),
  seed: z.number().int().default(0),
  steps: z.number().int().nullable().default(null).describe('Save every so many steps'),
  pause: z.number().default(0).describe('Milliseconds to sleep in each step'),
  monitor: z.string().default('val_accuracy'),
  optimizer: z.string().default('adamw'),
  ema: z.boolean().default(true),
  mixup: z.boolean().default(false),
  loggers: z.boolean().default(false).describe('TensorBoard and JSON lines, every step'),
  limits: limitsSchema.prefault({}),
});

/** A folder that defineConfig takes for a paper, in a new folder for assets, which ATELIER_ASSETS then names. */
export async function makePaper(): Promise<{ dir: string; assets: string }> {
  const assets = await mkdtemp(join(tmpdir(), 'atelier-run-'));
  const dir = join(assets, 'small_paper');
  await mkdir(dir);
  await writeFile(join(dir, 'config.yaml'), 'epochs: 2\n');
  return { dir, assets };
}

class Small extends Layer {
  readonly net: Sequential;
  constructor(hidden: number) {
    super();
    this.net = new Sequential(
      new Flatten(),
      new Linear(16, hidden),
      new ReLU(),
      new Dropout(0.3),
      new Linear(hidden, 3),
    );
  }
  override forward(x: tf.Tensor): tf.Tensor2D {
    const y = this.net.forward(x);
    return tf.reshape(y, [y.shape[0] ?? 1, 3]);
  }
}

/** 4×4 images whose bright row is their class; sample `i` and the order of an epoch are plain functions of numbers. 7 batches, the last smaller. */
export const loader = {
  length: 7,
  async *batches(epoch: number, from = 0) {
    for (let b = from; b < 7; b++) {
      const indices = Array.from({ length: b === 6 ? 4 : 8 }, (_, i) => ((b * 8 + i) * 7 + epoch * 13) % 52);
      const pixels = indices.flatMap((i) =>
        Array.from({ length: 16 }, (_, p) => (Math.floor(p / 4) === i % 3 ? 1 : 0) + Math.sin(i * 16 + p) / 2),
      );
      const image = tf.tensor4d(pixels, [indices.length, 4, 4, 1]);
      const label = tf.tensor1d(
        indices.map((i) => i % 3),
        'int32',
      );
      yield { image, label };
      tf.dispose([image, label]);
    }
  },
};

/** The last two batches of the same. */
export const validation = { length: 2, batches: () => loader.batches(0, 5) };

export interface Hooks {
  callbacks?: readonly Callback[];
  /** Called after each step of the loop's body. */
  afterStep?(run: Run): void | Promise<void>;
  /** Another model or other data than the config says. */
  hidden?: number;
  dataset?: string;
  /** Where the batches come from. Default: `loader`. */
  source?: BatchSource<{ image: tf.Tensor4D; label: tf.Tensor1D; number?: number }>;
  /** The names that are promised to be logged; undefined: none. */
  metrics?: readonly string[];
  /** What the schedule is made for. Default: the run's steps. */
  scheduleSteps?: number;
}

export async function trainSmall(dir: string, argv: readonly string[] | undefined, hooks: Hooks = {}): Promise<Run> {
  const config = await defineConfig({ schema, dir, argv });
  const { hidden = config.hidden } = hooks;
  const model = initialise(new Small(hidden), config.seed);
  const parameters = model.namedParameters();
  const { accumulate } = config.limits;
  const schedule = cosineSchedule({
    peak: config.lr,
    total: hooks.scheduleSteps ?? config.epochs * Math.ceil(loader.length / accumulate),
    warmup: 3,
  });
  const name = optimizerSchema.options.map((option) => option.shape.name.value).find((one) => one === config.optimizer);
  const optimizer = createOptimizer(
    { ...(name === 'muon' ? { name, rest: ['net.4.*'] } : { name: name ?? 'adamw' }), lr: schedule },
    parameters,
  );
  const average = config.ema ? ema(parameters, { decay: 0.9 }) : undefined;
  const sums = accumulate > 1 ? accumulator(parameters) : undefined;
  const run = await startRun(config, {
    ...{ model, optimizer, ema: average, metrics: 'metrics' in hooks ? hooks.metrics : ['val_accuracy', 'val_loss'] },
    monitor: { metric: config.monitor, mode: 'max' },
    dataset: hooks.dataset ?? 'rows',
    schedule,
    task: {
      model: { name: 'small', hidden },
      labels: ['top', 'middle', 'bottom'],
      preprocessing: { transforms: [{ name: 'normalize', mean: [0], std: [1] }], size: 4, channels: 1 },
    },
    callbacks: hooks.callbacks ?? [
      ...(config.loggers ? [loggers({ every: 1 })] : []),
      ...[csv(), checkpoints({ steps: config.steps ?? undefined }), progress()],
    ],
  });
  const mix = mixSchema.parse({ mixup: 1 });
  const step = compile((image: tf.Tensor4D, label: tf.Tensor1D | tf.Tensor2D, updates: boolean) =>
    tf.tidy(() => {
      const { loss, aux, grads } = valueAndGrads(() => {
        const logits = model.forward(image);
        return { loss: crossEntropy(logits, label), accuracy: accuracy(logits, hardLabels(label)) };
      }, parameters);
      sums?.add(grads, image.shape[0]);
      if (updates) {
        optimizer.step(sums?.take() ?? grads);
        average?.update();
      }
      return { loss, accuracy: aux.accuracy };
    }),
  );
  const evaluate = compile((image: tf.Tensor4D, label: tf.Tensor1D) =>
    tf.tidy(() => {
      const logits = model.forward(image);
      return { val_loss: crossEntropy(logits, label), val_accuracy: accuracy(logits, label) };
    }),
  );
  const batches = mixing(hooks.source ?? loader, config.mixup ? mix : null, { classes: 3, seed: config.seed });
  const killer = startKiller(argv === undefined ? process.env.ATELIER_TEST_KILL : undefined, run.folder);
  for await (const epoch of run.epochs(config.epochs)) {
    model.train();
    for await (const { image, label } of epoch.batches(batches)) {
      killer.at('step');
      epoch.log(step(image, label, epoch.updates));
      killer.at(undefined);
      if (config.pause > 0) await new Promise((resolve) => setTimeout(resolve, config.pause));
      await hooks.afterStep?.(run);
    }
    model.eval();
    average?.swap();
    for await (const { image, label } of epoch.validation(validation).batches(0)) {
      killer.at('evaluation');
      epoch.log(evaluate(image, label));
    }
    killer.at(undefined);
    average?.swap();
  }
  return run;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [dir = '.'] = process.argv.splice(2, 1);
  const run = await trainSmall(dir, undefined);
  await run.close();
}
