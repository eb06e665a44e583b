import type * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { ExportOptions } from '../backend/index.js';
import { transformsSchema } from '../data/transforms/schema.js';
import { exportModule, type Module, saveModule } from '../nn/index.js';
import { UserError } from '../utils/index.js';
import { type ImageTask, imageTask, type Task } from './parts.js';

/** A module from images [B, H, W, C] to logits [B, classes]. */
export type Classifier = Module & { forward(x_BHWC: tf.Tensor4D): tf.Tensor2D };

/** `opset` and `portable` as in `exportOnnx`. */
export type OnnxOptions = Pick<ExportOptions<Images>, 'opset' | 'portable'>;

type Images = { image: tf.Tensor4D };

/** A run's model and task where they are those of an image classifier. @throws UserError where not. */
export function classifierOf({ model, task }: { model: Module; task: Task }): { model: Classifier; task: ImageTask } {
  const images = imageTask(task);
  if (isClassifier(model)) return { model, task: images };
  throw new UserError(`A ${model.constructor.name} has no forward(images).`);
}

/** The task says that images go in; a module that has a forward then takes them. */
const isClassifier = (model: Module): model is Classifier => 'forward' in model && typeof model.forward === 'function';

function exported(model: Classifier, task: Task) {
  const { size, channels, transforms } = imageTask(task).preprocessing;
  return {
    fn: ({ image }: Images) => ({ logits: model.forward(image) }),
    options: {
      inputs: { image: { shape: [null, size, size, channels], dtype: 'float32' as const } },
      outputs: ['logits'],
      metadata: {
        transforms: JSON.stringify(transforms),
        size: String(size),
        channels: String(channels),
        labels: JSON.stringify(task.labels),
        model: JSON.stringify(task.model),
      },
    },
  };
}

/**
 * The model as an ONNX file: input `image` (float32 [B, H, W, C], B free, already normalised), output `logits`. What an image
 * must go through before is in the metadata: `transforms` (JSON; `checkTransforms` reads them), `size`, `channels`; `labels` by class index.
 */
export function modelToOnnx(model: Classifier, task: Task, how: OnnxOptions = {}): Uint8Array {
  const { fn, options } = exported(model, task);
  return exportModule(model, fn, { ...options, ...how });
}

/** The same written to a path, with the weights in a file beside it where they are above 2 GB. Returns the files and their bytes. */
export function saveModelAsOnnx(
  path: string,
  model: Classifier,
  task: Task,
  how: OnnxOptions = {},
): Promise<{ files: string[]; bytes: number }> {
  const { fn, options } = exported(model, task);
  return saveModule(path, model, fn, { ...options, ...how });
}

const json = <S extends z.ZodType>(schema: S) => z.string().transform((text) => schema.parse(JSON.parse(text)));
const metadataSchema = z.object({
  transforms: json(transformsSchema),
  size: json(z.int().positive()),
  channels: json(z.union([z.literal(1), z.literal(3)])),
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
