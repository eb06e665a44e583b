// Saves checkpoints as fast as it can, each filled with its own step number: `saver.ts <folder> <elements> <growth>`.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../utils/index.js';
import { type Checkpoint, loadCheckpoint, saveLast } from '../checkpoint.js';

/** Every number of the checkpoint is `step`. */
export function checkpointOf(step: number, elements: number): Checkpoint {
  const tensor = () => ({ dtype: 'float32' as const, shape: [elements], data: new Float32Array(elements).fill(step) });
  return {
    model: new Map([['weight', tensor()]]),
    training: new Map([['optimizer.weight.exp_avg', tensor()]]),
    state: {
      ...{
        format: 2,
        paper: 'p',
        seed: 0,
        config: {},
        versions: {},
        dataset: null,
        epoch: 0,
        batch: step,
        step,
        batches: step,
        schedule: null,
      },
      ...{ meter: {}, best: null, history: [], training: null, sha256: '' },
      task: { model: {}, labels: [], preprocessing: { transforms: [], size: 1, channels: 1 } },
    },
  };
}

const [, script, folder, elements, growth] = process.argv;
if (script?.endsWith('saver.ts') && folder !== undefined) {
  const resumed = existsSync(join(folder, 'checkpoints', 'last.safetensors'));
  let step = resumed ? (await loadCheckpoint(folder, 'last')).state.step : 0;
  try {
    for (;;) {
      step++;
      await saveLast(folder, checkpointOf(step, Number(elements) * Number(growth) ** step));
      process.stdout.write(`${step}\n`);
    }
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}
