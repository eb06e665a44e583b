import type { Graph } from '../graph.js';
import { fuseRules } from './fuse.js';
import { layoutRules } from './layout.js';
import { type Rules, rewrite } from './rewrite.js';
import { simplifyRules } from './simplify.js';
import { verify } from './verify.js';

/** The passes in their order; each is a table of rules over the same graph. */
export const passes: readonly { readonly name: string; readonly rules: Rules }[] = [
  { name: 'simplify', rules: simplifyRules },
  { name: 'layout', rules: layoutRules },
  { name: 'fuse', rules: fuseRules },
];

/** The graph that is lowered: same inputs (those still needed), same outputs, cheaper operators. */
export function optimize(graph: Graph): Graph {
  return verify(passes.reduce((current, { rules }) => rewrite(current, rules), verify(graph)));
}
