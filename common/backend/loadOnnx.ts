import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf, UserError } from '../utils/index.js';
import { type External, type ModelInfo, readModelInfo } from './onnxProto.js';
import { type Data, Session } from './session.js';

export interface LoadedModel {
  inputs: readonly string[];
  outputs: readonly string[];
  metadata: Record<string, string>;
  run(
    feeds: Record<string, { data: Data; shape: readonly number[] }>,
  ): Record<string, { data: Data; shape: readonly number[] }>;
  dispose(): void;
}

/** Says which file of weights is missing or too short. */
function checkExternal(path: string, external: readonly External[]): void {
  const ends = new Map<string, number>();
  for (const { location, offset, length } of external)
    ends.set(location, Math.max(ends.get(location) ?? 0, offset + length));
  for (const [location, end] of ends) {
    const size = statSync(join(dirname(path), location), { throwIfNoEntry: false })?.size;
    if (size === undefined)
      throw new UserError(
        `${path} keeps its weights in ${location}, which is not beside it: copy both files together.`,
      );
    if (size < end)
      throw new UserError(`${path} needs ${end} bytes of ${location}, which has ${size}: it is cut off, or another's.`);
  }
}

function infoOf(source: Uint8Array | string): ModelInfo {
  const bytes = typeof source === 'string' ? readFileSync(source) : source;
  try {
    return readModelInfo(bytes);
  } catch (error) {
    throw new UserError(`${typeof source === 'string' ? source : 'This'} is no ONNX model: ${messageOf(error)}.`);
  }
}

/**
 * An ONNX file ready to run, from its bytes or its path. A model whose weights lie in a file beside it is loaded by its path.
 *
 * Throws where the bytes are no ONNX model, or the weights beside it are missing.
 */
export function loadOnnx(source: Uint8Array | string): LoadedModel {
  const { metadata, external } = infoOf(source);
  if (typeof source === 'string') checkExternal(source, external);
  else if (external[0] !== undefined)
    throw new UserError(`This model keeps its weights in ${external[0].location}: load it by its path.`);
  const session = new Session(source);
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    metadata,
    run: (feeds) => session.evaluate(feeds),
    dispose: () => session.dispose(),
  };
}
