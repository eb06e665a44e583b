// Every kind of record that the TensorBoard logger writes, to be read by TensorBoard itself:
//   npx tsx tools/crosscheck/tensorboardFiles.ts /tmp/board && python tools/crosscheck/tensorboard_files.py /tmp/board
// The numbers are plain functions of the step, which tensorboard_files.py computes again.
import { join } from 'node:path';
import { LoggerGroup, tensorBoard } from 'common/training';

const open = async (folder: string, step: number) =>
  new LoggerGroup([await tensorBoard()({ folder, step, evaluated: 0 })], (message) => {
    throw new Error(message);
  });
const [folder = 'board'] = process.argv.slice(2);
for (const [run, lr] of [
  ['a', 0.1],
  ['b', 0.01],
] as const) {
  const place = join(folder, run);
  const first = await open(place, 0);
  first.hparams({
    lr,
    'model.name': run,
    nesterov: run === 'a',
    betas: [0.9, 0.999],
    seed: run === 'a' ? 0 : 1,
    note: null,
  });
  const write = (logger: LoggerGroup, from: number, to: number, sign = 1) => {
    for (let step = from; step <= to; step++) logger.scalars(step, { step_loss: (sign * lr) / step, lr });
  };
  write(first, 1, 50);
  write(first, 51, 60, -1); // logged after the checkpoint at step 50: what the resume takes back
  await first.close();

  const logger = await open(place, 50);
  write(logger, 51, 100);
  logger.scalars(100, { epoch: 1, zero: 0, train_loss: 0.5, val_loss: 0.25, val_accuracy: 0.9 });
  for (const channels of [1, 3, 4]) {
    const data = Uint8Array.from({ length: 24 * 32 * channels }, (_, i) => (i * 5) % 256);
    logger.image(100, `image_${channels}`, { data, height: 24, width: 32, channels });
  }
  for (const step of [10, 60, 100])
    logger.histogram(
      step,
      'weights',
      Float32Array.from({ length: 1000 }, (_, i) => (Math.sin(i) * step) / 100),
    );
  logger.text(100, 'notes', `# Run ${run}\nlearning rate **${lr}**`);
  const scores = Array.from({ length: 500 }, (_, i) => (Math.sin(i * 0.7) + 1) / 2);
  const labels = scores.map((score, i) => (score + 0.4 * Math.cos(i) > 0.5 ? 1 : 0));
  logger.prCurve(100, 'digits', labels, scores);
  logger.embedding(100, 'features', {
    vectors: Array.from({ length: 30 }, (_, i) => [Math.sin(i), Math.cos(i), i / 30]),
    labels: Array.from({ length: 30 }, (_, i) => ({ index: String(i), class: `class ${i % 3}` })),
    images: Array.from({ length: 30 }, (_, i) => ({
      data: new Uint8Array(16 * 16).fill(i * 8),
      ...{ height: 16, width: 16, channels: 1 },
    })),
  });
  logger.hparams({}, { test_accuracy: 0.9 - lr });
  await logger.close();
}
