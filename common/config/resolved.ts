import { resolve } from 'node:path';
import { Document, isScalar, visit } from 'yaml';
import type * as z from 'zod';
import { check } from './check.js';
import { resolveInterpolations } from './interpolate.js';
import { shapeOf } from './shape.js';
import { readYaml } from './yamlFile.js';

/** A run's resolved copy (`<run>/config.yaml`), checked with its schema and frozen; `${env:NAME}` is read from the environment again. Throws `UserError` with file, line and column. */
export async function loadResolvedConfig<S extends z.ZodType>(path: string, schema: S): Promise<z.infer<S>> {
  const { tree } = await readYaml(resolve(path));
  const shape = shapeOf(schema);
  return deepFreeze(check(resolveInterpolations(tree, shape), schema, shape));
}

/** Block style, but lists of numbers and the like in one line. */
export function toYaml(config: unknown): string {
  const document = new Document(config, { aliasDuplicateObjects: false });
  visit(document, {
    Seq: (_, list) => {
      if (list.items.every((item) => isScalar(item))) list.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const item of Object.values(value)) deepFreeze(item);
  return Object.freeze(value);
}
