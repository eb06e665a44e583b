import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import * as tf from '@tensorflow/tfjs-core';
import { compile, random } from 'common/backend';
import { crossEntropy } from 'common/losses';
import { createModel, parseModelSpec } from 'common/models';
import { adamw, valueAndGrads } from 'common/optim';
import { checkpoints, csv, loggers, progress, startRun } from 'common/training';
import { median } from './measure.js';

const stepsPerTurn = 150;

/**
 * The loop of a run with metrics.csv, TensorBoard's files, metrics.jsonl and the progress bar against the bare compiled step, at about 5 ms a step, step by step
 * in turns in one process. Prints one JSON line: median milliseconds of a step of each, and what the loop adds in percent.
 */
export async function benchLoop({ rounds = 10 }: { rounds?: number } = {}): Promise<void> {
  process.env.ATELIER_ASSETS = await mkdtemp(join(tmpdir(), 'bench-loop-'));
  const spec = parseModelSpec({ name: 'mlp' });
  const model = createModel(spec, { classes: 10, channels: 1, size: 28, seed: 0 }).train();
  const parameters = model.namedParameters();
  const optimizer = adamw(parameters, { lr: 1e-3 });
  random.seed(0);
  const image = tf.keep(random.normal([64, 28, 28, 1])) as tf.Tensor4D; // of that shape
  const label = tf.keep(
    tf.tensor1d(
      Array.from({ length: 64 }, (_, i) => i % 10),
      'int32',
    ),
  );
  const step = compile((x: tf.Tensor4D, y: tf.Tensor1D) => {
    const { loss, grads } = valueAndGrads(() => crossEntropy(model.forward(x), y), parameters);
    optimizer.step(grads);
    return { loss };
  });
  const bare = () => {
    const { loss } = step(image, label);
    loss.dataSync();
    loss.dispose();
  };
  const loader = {
    length: stepsPerTurn,
    async *batches(_epoch: number, from = 0) {
      for (let i = from; i < stepsPerTurn; i++) yield { image, label };
    },
  };
  // A terminal that goes nowhere: the bar is drawn as in a real one.
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 120, fd: 2 }).resume();
  const run = await startRun(
    { epochs: rounds },
    {
      ...{ model, optimizer, monitor: { metric: 'val_loss', mode: 'min' } },
      callbacks: [progress(terminal as unknown as NodeJS.WriteStream), csv(), loggers(), checkpoints()], // what of a stream the bar uses
      task: {
        model: spec,
        labels: Array.from({ length: 10 }, (_, i) => String(i)),
        preprocessing: { transforms: [{ name: 'normalize', mean: [0], std: [1] }], size: 28, channels: 1 },
      },
    },
  );
  const times: Record<'bare' | 'loop' | 'between', number[]> = { bare: [], loop: [], between: [] };
  for await (const epoch of run.epochs(rounds)) {
    let last: number | undefined;
    for await (const batch of epoch.batches(loader)) {
      const begin = performance.now();
      epoch.log(step(batch.image, batch.label));
      const done = performance.now();
      bare();
      const alone = performance.now();
      // From the end of a bare step to that of the loop's next one: what the loop does between two bodies, and its step.
      if (last !== undefined && epoch.index > 0) {
        times.loop.push(done - last);
        times.between.push(begin - last);
        times.bare.push(alone - done);
      }
      last = alone;
    }
    epoch.log({ val_loss: 0 });
  }
  await run.close();
  await rm(process.env.ATELIER_ASSETS, { recursive: true });
  const [alone, looped] = [times.bare, times.loop].map((all) => trimmedMean(all));
  const overhead = (of: number, than: number) => Number((100 * (of / than - 1)).toFixed(2));
  console.log(
    JSON.stringify({
      case: 'loop',
      steps: times.loop.length,
      bare_ms: Number(alone?.toFixed(3)),
      loop_ms: Number(looped?.toFixed(3)),
      between_ms: Number(trimmedMean(times.between).toFixed(3)),
      between_percent: Number(((100 * trimmedMean(times.between)) / (alone ?? 1)).toFixed(2)),
      overhead_percent: overhead(looped ?? 0, alone ?? 1),
      median_overhead_percent: overhead(median(times.loop), median(times.bare)),
    }),
  );
}

/** Without the slowest hundredth, which other programs make; the bar and the loggers are at work more often than that. */
function trimmedMean(values: readonly number[]): number {
  const kept = values.toSorted((a, b) => a - b).slice(0, Math.floor(0.99 * values.length));
  return kept.reduce((a, b) => a + b, 0) / kept.length;
}
