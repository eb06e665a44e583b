import { createHash } from 'node:crypto';
import { UserError } from '../../utils/index.js';
import { encodeSafetensors, type FileTensor, readSafetensors, writeSafetensors } from '../safetensors.js';

/**
 * The mean of the weights in several safetensors files, tensor by tensor ("model soup", Wortsman et al. 2022), summed in doubles. What is
 * no float (batch norm's counters) is taken from the first file. The metadata are the first file's, so a checkpoint stays one.
 * @throws UserError naming the tensors in which a file differs from the first.
 */
export async function averageCheckpoints(
  paths: readonly string[],
): Promise<{ tensors: Map<string, FileTensor>; metadata: Record<string, string> }> {
  const [first, ...rest] = paths;
  if (first === undefined || rest.length === 0) throw new UserError('An average needs two checkpoints or more.');
  const { tensors, metadata } = await readSafetensors(first);
  const sums = new Map([...tensors].map(([name, { data }]) => [name, isFloat(data) ? Float64Array.from(data) : null]));
  for (const path of rest) {
    const other = (await readSafetensors(path)).tensors;
    checkSame(first, tensors, path, other);
    for (const [name, sum] of sums) {
      const data = other.get(name)?.data;
      if (sum === null || data === undefined || !isFloat(data)) continue;
      for (let i = 0; i < sum.length; i++) sum[i]! += data[i]!;
    }
  }
  const mean = new Map<string, FileTensor>();
  for (const [name, tensor] of tensors) {
    const sum = sums.get(name);
    if (!sum) mean.set(name, tensor);
    else {
      for (let i = 0; i < sum.length; i++) sum[i]! /= paths.length;
      mean.set(name, { ...tensor, data: tensor.dtype === 'float64' ? sum : Float32Array.from(sum) });
    }
  }
  return { tensors: mean, metadata: withHash(metadata, mean, paths) };
}

/** Writes the mean of checkpoints to a safetensors file. */
export async function writeAverage(output: string, paths: readonly string[]): Promise<void> {
  const { tensors, metadata } = await averageCheckpoints(paths);
  await writeSafetensors(output, tensors, metadata);
}

function isFloat(data: FileTensor['data']): data is Float32Array | Float64Array {
  return data instanceof Float32Array || data instanceof Float64Array;
}

function checkSame(first: string, own: Map<string, FileTensor>, path: string, other: Map<string, FileTensor>): void {
  const differences: string[] = [];
  const show = ({ dtype, shape }: FileTensor) => `${dtype} [${shape.join(', ')}]`;
  for (const [name, tensor] of own) {
    const there = other.get(name);
    if (there === undefined) differences.push(`${name} is missing`);
    else if (show(there) !== show(tensor)) differences.push(`${name} is ${show(there)}, not ${show(tensor)}`);
  }
  for (const name of other.keys()) if (!own.has(name)) differences.push(`${name} is not in the first`);
  if (differences.length === 0) return;
  const more = differences.length > 4 ? `; and ${differences.length - 4} more` : '';
  throw new UserError(
    `${path} is of another architecture than ${first}: ${differences.slice(0, 4).join('; ')}${more}. Nothing was written.`,
  );
}

/** A checkpoint's state names the hash of its tensors. */
function withHash(
  metadata: Record<string, string>,
  tensors: Map<string, FileTensor>,
  paths: readonly string[],
): Record<string, string> {
  const all = { ...metadata, format: 'pt', averaged: JSON.stringify(paths) };
  if (metadata.atelier === undefined) return all;
  const hash = createHash('sha256');
  for (const part of encodeSafetensors(tensors).slice(1)) hash.update(part);
  const state: unknown = JSON.parse(metadata.atelier);
  return { ...all, atelier: JSON.stringify({ ...Object(state), training: null, sha256: hash.digest('hex') }) };
}
