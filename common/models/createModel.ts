import { z } from 'zod';
import { initialise } from '../nn/index.js';
import { didYouMean, UserError } from '../utils/index.js';
import { cnn } from './cnn.js';
import type { ImageModel } from './imageModel.js';
import { mlp } from './mlp.js';
import { resnet9, resnet18 } from './resnet.js';
import { type ImageTask, type ModelSpec, type ModelSpecInput, modelSchema } from './spec.js';
import { VisionTransformer } from './vit.js';

type Name = ModelSpec['name'];
type SpecByName = { [N in Name]: Extract<ModelSpec, { name: N }> };

/** Every architecture: a new one is a line here and a schema in spec.ts, and the type check asks for both. */
const architectures: { [N in Name]: (spec: SpecByName[N], task: ImageTask) => ImageModel } = {
  vit: (spec, task) => new VisionTransformer(spec, task),
  cnn,
  mlp,
  resnet9,
  resnet18,
};

/** The names `createModel` knows. */
export const modelNames: readonly string[] = Object.keys(architectures);

/**
 * Builds a model with its first parameters drawn.
 *
 * @param spec architecture and options, such as `{ name: 'vit', depth: 6 }`; what is left out takes its default.
 * @param options `classes`, `channels` and `size` of the images, and the `seed` of the initial values (default 0).
 * @throws UserError for an unknown architecture or option, or options that do not fit each other or the images.
 */
export function createModel(spec: ModelSpecInput, { seed = 0, ...task }: ImageTask & { seed?: number }): ImageModel {
  for (const [key, value] of Object.entries(task))
    if (!(Number.isInteger(value) && value > 0))
      throw new UserError(`${key} must be a positive whole number, not ${value}.`);
  return initialise(build(parseModelSpec(spec), task), seed);
}

/** Checks a spec from outside (a config, a checkpoint) and fills in its defaults. */
export function parseModelSpec(value: unknown): ModelSpec {
  const name = z.looseObject({ name: z.string() }).safeParse(value);
  if (name.success && !modelNames.includes(name.data.name))
    throw new UserError(
      `model.name: there is no model "${name.data.name}".${didYouMean(name.data.name, modelNames)} There are: ${modelNames.join(', ')}.`,
    );
  const parsed = modelSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${['model', ...issue.path].join('.')}: ${issue.message}`);
  throw new UserError(`The description of the model is not valid. ${problems.join('; ')}.`);
}

// One name at a time, so that the table's entry and the spec are known to belong together.
function build<N extends Name>(spec: SpecByName[N] & { name: N }, task: ImageTask): ImageModel {
  return architectures[spec.name](spec, task);
}
