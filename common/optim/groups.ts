import picomatch from 'picomatch';
import { didYouMean, UserError } from '../utils/index.js';

/** Parameters by name: a glob in which `*` stands for any letters, dots too (`blocks.*.attn.*`, `{head,norm}.*`), or a regular expression. */
export type NamePattern = string | RegExp;

/** Options of the parameters whose names match; the first group that matches counts. */
export interface ParameterGroup {
  match: NamePattern;
  /** A factor on the learning rate, on top of `lrScale`. Default 1. */
  lrScale?: number;
  /** Instead of the optimizer's; which of them decay is still up to `decays`. Default, and where null: the optimizer's. */
  weightDecay?: number | null;
}

/** Whether a name matches. */
export function nameMatcher(pattern: NamePattern): (name: string) => boolean {
  if (pattern instanceof RegExp) return (name) => name.search(pattern) >= 0;
  const matches = picomatch(pattern, { dot: true, windows: false, nonegate: true });
  return (name) => matches(name);
}

/**
 * The names that match, in their order.
 * @throws UserError where none does, with the nearest name.
 */
export function namesMatching(pattern: NamePattern, names: Iterable<string>, what: string): string[] {
  const all = [...names];
  const found = all.filter(nameMatcher(pattern));
  if (found.length > 0) return found;
  const near = didYouMean(String(pattern), all) || ` They are named like ${all.slice(0, 4).join(', ')}.`;
  throw new UserError(`${what}: no parameter matches "${pattern}".${near}`);
}

/**
 * The group of every parameter that has one.
 * @throws UserError for a group that matches nothing, or with a factor or decay below 0.
 */
export function resolveGroups(
  groups: readonly ParameterGroup[],
  names: readonly string[],
  optimizer: string,
): ReadonlyMap<string, ParameterGroup> {
  const found = new Map<string, ParameterGroup>();
  for (const group of groups) {
    for (const key of ['lrScale', 'weightDecay'] as const)
      if (!((group[key] ?? 0) >= 0))
        throw new UserError(`${optimizer}: ${key} of the group "${group.match}" must be 0 or more, not ${group[key]}.`);
    for (const name of namesMatching(group.match, names, `${optimizer}.groups`))
      if (!found.has(name)) found.set(name, group);
  }
  return found;
}
