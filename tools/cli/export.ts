import { shortPath } from 'common/config';
import { loadModel, modelToOnnx } from 'common/training';
import { messageOf, UserError, writeFileAtomic } from 'common/utils';

/** Writes the best weights of a run as ONNX, with names, preprocessing and labels in its metadata. */
export async function exportRun(run: string, to: string): Promise<void> {
  const { model, task, folder, state } = await loadModel(run);
  const bytes = modelToOnnx(model, task);
  try {
    await writeFileAtomic(to, bytes);
  } catch (error) {
    throw new UserError(`Cannot write ${to}: ${messageOf(error)}`);
  }
  const { size, channels } = task.preprocessing;
  process.stdout.write(
    `${to}: ${(bytes.length / 2 ** 20).toFixed(1)} MiB, best weights of ${shortPath(folder)} (epoch ${state.best?.epoch ?? '–'})\n` +
      `input image float32 [batch, ${size}, ${size}, ${channels}] normalised by the metadata's mean and std, output logits [batch, ${task.labels.length}]\n`,
  );
}
