import { type Graph, topological } from './graph.js';

/** The first operator of a graph that another graph does not have in its place, with the line that recorded it; empty where all are the same. */
export function firstDifference(before: Graph, now: Graph): string {
  const [old, fresh] = [before, now].map((graph) => graph.toString().split('\n'));
  const at = (fresh ?? []).findIndex((line, i) => / = /.test(line) && line !== old?.[i]);
  if (at < 0) return '';
  // The text has one line for the inputs, then one for each node that is no input.
  const node = topological(now.outputs).filter(({ op }) => op !== 'Input')[at - 1];
  const where = node?.origin?.toString() ?? '';
  return `${fresh?.[at]?.trim()}${where === '' ? '' : `, ${where}`}`;
}
