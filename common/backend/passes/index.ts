import type { Graph } from '../graph.js';
import type { Target } from '../target.js';
import { fuseRules } from './fuse.js';
import { layoutRules } from './layout.js';
import { type Rules, rewrite } from './rewrite.js';
import { simplifyRules } from './simplify.js';
import { verify } from './verify.js';

export interface Pass {
  readonly name: string;
  /** Its rules where the graph is prepared for this target. */
  readonly rules: (target: Target) => Rules;
}

/** The passes in their order; each is a table of rules over the same graph. */
export const passes: readonly Pass[] = [
  { name: 'simplify', rules: () => simplifyRules },
  { name: 'layout', rules: () => layoutRules },
  // WebGPU has no FusedMatMul, which is what a stack of products with a factor becomes: the factor stays an operator there.
  {
    name: 'fuse',
    rules: ({ provider }) => (provider === 'webgpu' ? { ...fuseRules, Mul: simplifyRules.Mul } : fuseRules),
  },
];

/** The graph that is lowered: same inputs (those still needed), same outputs, cheaper operators. */
export function optimize(graph: Graph, target: Target = { provider: 'cpu' }): Graph {
  return verify(passes.reduce((current, { rules }) => rewrite(current, rules(target)), verify(graph)));
}
