// Checkpoints of a run. What users see: best.safetensors and last.safetensors (weights alone, torch's names: they load in
// timm and torch with strict=True) and state.json, a readable copy of last's state.
//
// The commit is one rename, of last.safetensors: its metadata hold the whole state and name the file with the optimizer's
// tensors by its content (training-<hash>.safetensors), which was written before under a name nobody uses yet. A kill
// at any instant leaves the old pair or the new one, never a mixture.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { StateDict } from '../nn/index.js';
import { messageOf, UserError, writeFileAtomic } from '../utils/index.js';
import { decodeSafetensors, encodeSafetensors, toStateDict } from './safetensors.js';
import { type RunState, stateFromJson, stateToJson } from './state.js';
import { writeErrorReason } from './writeError.js';

export interface Checkpoint {
  state: RunState;
  /** Parameters and buffers by torch's names. */
  model: StateDict;
  /** Optimizer state and averaged weights, prefixed `optimizer.` and `ema.`; empty in `best`. */
  training: StateDict;
}

/** Saves weights, training tensors and state as checkpoints/last.safetensors; the previous one stays valid until the new one is complete. */
export async function saveLast(folder: string, checkpoint: Checkpoint): Promise<void> {
  const checkpoints = join(folder, 'checkpoints');
  const training = encodeSafetensors(checkpoint.training);
  const sha256 = sha256Of(training);
  const file = `training-${sha256.slice(0, 16)}.safetensors`;
  await guarded(folder, async () => {
    if (!existsSync(join(checkpoints, file))) await writeFileAtomic(join(checkpoints, file), training);
    await writeWeights(join(checkpoints, 'last.safetensors'), checkpoint, { file, sha256 });
    await tidy(checkpoints, file);
  });
}

/** Saves the weights alone as checkpoints/best.safetensors. */
export async function saveBest(folder: string, checkpoint: Checkpoint): Promise<void> {
  await guarded(folder, () => writeWeights(join(folder, 'checkpoints', 'best.safetensors'), checkpoint, null));
}

/** Saves the weights alone under another name. */
export async function saveWeights(path: string, checkpoint: Checkpoint): Promise<void> {
  await guarded(checkpointFolder(path), async () => {
    await mkdir(dirname(path), { recursive: true });
    await writeWeights(path, checkpoint, null);
  });
}

/** Reads and verifies checkpoints/last.safetensors or best.safetensors of a run folder. */
export async function loadCheckpoint(folder: string, which: 'last' | 'best'): Promise<Checkpoint> {
  const path = join(folder, 'checkpoints', `${which}.safetensors`);
  if (!existsSync(path))
    throw new UserError(
      `${folder} has no ${which} checkpoint (${path}): the run was stopped before it saved one. Start it anew.`,
    );
  const { state, tensors } = await readWeights(path);
  if (which === 'best' || state.training === null) return { state, model: tensors, training: new Map() };
  const trainingPath = join(folder, 'checkpoints', state.training.file);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(trainingPath);
  } catch {
    throw new UserError(`${trainingPath} is missing: it holds the optimizer's state that belongs to ${path}.`);
  }
  if (sha256Of([bytes]) !== state.training.sha256)
    throw new UserError(`${trainingPath} is damaged: it is not the file that was saved with ${path}.`);
  return { state, model: tensors, training: toStateDict(decodeSafetensors(bytes, trainingPath).tensors) };
}

/** Reads a checkpoint's weights and state, and verifies its hash. */
async function readWeights(path: string): Promise<{ state: RunState; tensors: StateDict }> {
  const bytes = await readFile(path);
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  const state = stateFromJson(metadata.atelier, path);
  const header = 8 + Number(bytes.readBigUInt64LE(0));
  if (sha256Of([bytes.subarray(header)]) !== state.sha256)
    throw new UserError(
      `${path} is damaged: its tensors are not those that were saved (sha256 differs). Restore it from a copy.`,
    );
  return { state, tensors: toStateDict(tensors) };
}

async function writeWeights(path: string, { state, model }: Checkpoint, training: RunState['training']): Promise<void> {
  const data = encodeSafetensors(model).slice(1);
  const complete = { ...state, training, sha256: sha256Of(data) };
  await writeFileAtomic(path, encodeSafetensors(model, { format: 'pt', atelier: stateToJson(complete) }));
  if (training !== null) await writeFileAtomic(join(path, '..', 'state.json'), `${stateToJson(complete, 2)}\n`);
}

/** The run's folder above a checkpoint. */
const checkpointFolder = (path: string) => path.slice(0, path.lastIndexOf(`${sep}checkpoints${sep}`));

/** Removes what no checkpoint names: the optimizer files of older ones and what a killed process left half-written. */
async function tidy(checkpoints: string, keep: string): Promise<void> {
  for (const name of await readdir(checkpoints)) {
    if ((name.startsWith('training-') && name !== keep) || name.endsWith('.tmp'))
      await rm(join(checkpoints, name), { force: true });
  }
}

/** A full disk or a read-only folder, told with what is still there. */
async function guarded(folder: string, save: () => Promise<void>): Promise<void> {
  try {
    await save();
  } catch (error) {
    const why = writeErrorReason(error) ?? messageOf(error);
    const before = existsSync(join(folder, 'checkpoints', 'last.safetensors'))
      ? `The previous checkpoint is intact: make room, then continue with --resume ${folder}.`
      : 'Make room and start again.';
    throw new UserError(`Cannot save a checkpoint in ${folder}: ${why}. ${before}`);
  }
}

function sha256Of(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
