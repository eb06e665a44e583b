import { join } from 'node:path';
import { unknownKeys } from './check.js';
import { findGroups, type Groups } from './groups.js';
import type { Shape } from './shape.js';
import { child, nest, scalarOf, type Tree } from './tree.js';
import { readYaml } from './yamlFile.js';

/**
 * The groups that every paper has besides its own, `common/config/groups/<group>/<option>.yaml`: those whose keys the paper's schema
 * knows, so that `optimizer=sgd` is offered where `optimizer.name=sgd` is possible.
 */
export async function commonGroups(shape: Shape): Promise<Groups> {
  const all = await findGroups([join(import.meta.dirname, 'groups')]);
  const fitting = new Map<string, Map<string, string>>();
  for (const [group, options] of all) {
    const path = group.split('/');
    const of = path.reduce<Shape | undefined>((at, key) => child(at, key), shape);
    if (group === '' || (of?.kind !== 'choice' && of?.kind !== 'object')) continue;
    const fits = new Map<string, string>();
    for (const [option, file] of options) {
      const { tree } = await readYaml(file);
      if (isKnownName(tree, of) && unknownKeys(nest(path, tree), shape, '', []).length === 0) fits.set(option, file);
    }
    if (fits.size > 0) fitting.set(group, fits);
  }
  return fitting;
}

function isKnownName(tree: Tree, shape: Shape): boolean {
  const name = tree.kind === 'map' ? scalarOf(tree.entries.get('name')?.value) : undefined;
  if (shape.kind === 'choice') return shape.by === 'name' && shape.branches.has(String(name));
  const of = child(shape, 'name');
  return of?.kind === 'value' && of.options.includes(String(name));
}
