import type * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { exportOnnx } from '../backend/index.js';
import type { Module } from '../nn/index.js';
import { UserError } from '../utils/index.js';
import type { Task } from './parts.js';

/** A module from images [B, H, W, C] to logits [B, classes]. */
export type Classifier = Module & { forward(x_BHWC: tf.Tensor4D): tf.Tensor2D };

/**
 * The model as an ONNX file: input `image` (float32 [B, H, W, C], B free, already normalised), output `logits`. What an image
 * must go through before is in the metadata: `mean`, `std`, `size`, `channels` (JSON) and `labels` (JSON, by class index).
 */
export function modelToOnnx(model: Classifier, task: Task): Uint8Array {
  const { size, channels, mean, std } = task.preprocessing;
  const wasTraining = model.training;
  model.eval();
  try {
    return exportOnnx(({ image }: { image: tf.Tensor4D }) => ({ logits: model.forward(image) }), {
      inputs: { image: { shape: [null, size, size, channels], dtype: 'float32' } },
      outputs: ['logits'],
      metadata: {
        mean: JSON.stringify(mean),
        std: JSON.stringify(std),
        size: String(size),
        channels: String(channels),
        labels: JSON.stringify(task.labels),
        model: JSON.stringify(task.model),
      },
      names: new Map([...model.namedVariables()].map(([name, variable]) => [variable, name])),
    });
  } finally {
    model.train(wasTraining);
  }
}

const json = <S extends z.ZodType>(schema: S) => z.string().transform((text) => schema.parse(JSON.parse(text)));
const metadataSchema = z.object({
  mean: json(z.array(z.number())),
  std: json(z.array(z.number().positive())),
  size: json(z.int().positive()),
  channels: json(z.int().positive()),
  labels: json(z.array(z.string())),
});

/** Preprocessing and class names from an ONNX file's metadata, as `modelToOnnx` writes them; UserError where they are not there. */
export function preprocessingOf(metadata: Record<string, string>, where: string): z.infer<typeof metadataSchema> {
  try {
    return metadataSchema.parse(metadata);
  } catch {
    const names = Object.keys(metadataSchema.shape).join(', ');
    throw new UserError(
      `${where} does not say in its metadata how images are prepared (${names}): write it with atelier export.`,
    );
  }
}
