import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { writeFileAtomic } from '../utils/index.js';
import { dataBytes, type ExportOptions, LARGEST, modelOf } from './export.js';
import { encodeModel, type Model, type TensorProto } from './onnxProto.js';

export interface SaveOptions<I extends Record<string, tf.Tensor>> extends ExportOptions<I> {
  /** Weights of more bytes than this go into a file of their own. Default: the 2 GB that an ONNX file can hold; 0 always does. */
  externalAbove?: number;
}

/** Tensors below this stay in the model: shapes and scalars, which readers want to see at once. */
const SMALLEST = 1024;
/** Each tensor begins at a page of memory, so that a reader can map it. */
const PAGE = 4096;

/** The model with its large tensors outside, and what is written there, in order. */
function split(model: Model, location: string): { model: Model; parts: Uint8Array[]; bytes: number } {
  const parts: Uint8Array[] = [];
  let offset = 0;
  const initializers = model.initializers.map((tensor): TensorProto => {
    const length = tensor.rawData.byteLength;
    if (length < SMALLEST) return tensor;
    const gap = (PAGE - (offset % PAGE)) % PAGE;
    if (gap > 0) parts.push(new Uint8Array(gap));
    parts.push(tensor.rawData);
    const external = { location, offset: offset + gap, length };
    offset += gap + length;
    return { ...tensor, external };
  });
  return { model: { ...model, initializers }, parts, bytes: offset };
}

/**
 * Writes a function of tensors as an ONNX file, as `exportOnnx` makes it, and its weights beside it (`<path>.data`, ONNX's external data)
 * where they are too large for one. The weights go from the variables' memory to the file without a copy; a variable that is assigned
 * meanwhile is written as it was. The weights are there before the model is, and each file is whole or as it was before.
 *
 * @returns the files written, and their bytes together.
 */
export async function saveOnnx<I extends Record<string, tf.Tensor>>(
  path: string,
  fn: (inputs: I) => Record<string, tf.Tensor>,
  { externalAbove = LARGEST, ...options }: SaveOptions<I>,
): Promise<{ files: string[]; bytes: number }> {
  const beside = `${path}.data`;
  const whole = modelOf(fn, options);
  if (dataBytes(whole) <= externalAbove) {
    const bytes = encodeModel(whole);
    await writeFileAtomic(path, bytes);
    // Nothing reads the weights of a model that is no more.
    await rm(beside, { force: true });
    return { files: [path], bytes: bytes.length };
  }
  // What more than one tensor looks at is not written over.
  const kept = Object.values(tf.engine().registeredVariables).map((variable) => tf.keep(tf.clone(variable)));
  try {
    const { model, parts, bytes } = split(whole, basename(beside));
    await writeFileAtomic(beside, parts);
    const head = encodeModel(model);
    await writeFileAtomic(path, head);
    return { files: [path, beside], bytes: bytes + head.length };
  } finally {
    tf.dispose(kept);
  }
}
