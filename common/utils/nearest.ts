import { closest, distance } from 'fastest-levenshtein';

/** The candidate nearest to `name`, or undefined where none is near enough to be meant (more than half of the letters differ). */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const all = [...candidates];
  if (all.length === 0) return undefined;
  const lower = name.toLowerCase();
  const exact = all.find((c) => c.toLowerCase() === lower);
  if (exact !== undefined) return exact;
  const best = closest(name, all);
  return distance(name, best) <= Math.max(1, Math.floor(Math.max(name.length, best.length) / 2)) ? best : undefined;
}

/** ` Did you mean "x"?`, to be appended to a sentence, or an empty string. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const best = nearest(name, candidates);
  return best === undefined ? '' : ` Did you mean "${best}"?`;
}
