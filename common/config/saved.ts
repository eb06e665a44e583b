import { escapeText } from './interpolation.js';
import type { Tree } from './tree.js';

/**
 * The configuration as it is written to files: a value that came from an environment variable is the reference again (`${env:TOKEN}`),
 * so that no secret lands on a disk; what looks like a reference and is none is escaped. Read back, it is the same configuration.
 */
export function savedCopy(config: unknown, tree: Tree | undefined): unknown {
  if (tree?.kind === 'scalar' && tree.secret !== undefined) return tree.secret;
  if (typeof config === 'string') return escapeText(config);
  if (Array.isArray(config))
    return config.map((item, i) => savedCopy(item, tree?.kind === 'list' ? tree.items[i] : undefined));
  if (typeof config !== 'object' || config === null) return config;
  return Object.fromEntries(
    Object.entries(config).map(([key, item]) => [
      key,
      savedCopy(item, tree?.kind === 'map' ? tree.entries.get(key)?.value : undefined),
    ]),
  );
}
