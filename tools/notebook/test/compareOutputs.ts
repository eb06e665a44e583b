import { isRecord } from 'common/utils';
import { type CodeCell, type MimeData, type Output, tagsOf } from '../format/index.js';

/** How a cell's outputs are compared: `ignore`, or exactly, numbers within a relative tolerance. */
export type Comparison = { isIgnored: boolean; tolerance: number };

/** The tolerance of the tag `numeric` without a number. */
export const STANDARD_TOLERANCE = 1e-3;

/**
 * From a cell's tags: `ignore-output` (nbval's `nbval-ignore-output` as well), `numeric` and `numeric=1e-3`; or from its metadata,
 * `{ "atelier": { "tolerance": 1e-3 } }`.
 */
export function comparisonOf(cell: CodeCell): Comparison {
  const tags = tagsOf(cell);
  const { atelier } = cell.metadata;
  let tolerance = isRecord(atelier) && typeof atelier.tolerance === 'number' ? atelier.tolerance : 0;
  for (const tag of tags) {
    const given = /^numeric(?:=(.+))?$/.exec(tag);
    if (given) tolerance = given[1] === undefined ? STANDARD_TOLERANCE : Number(given[1]);
  }
  return { isIgnored: tags.some((tag) => tag === 'ignore-output' || tag === 'nbval-ignore-output'), tolerance };
}

/** A difference between what is stored and what came: `what` names the output, for people. */
export type Difference = { what: string; stored: string; now: string };

/**
 * What differs. Text of a stream counts as a whole, since how it is cut is chance; of an error, its name and message, since tracebacks
 * hold paths.
 */
export function compareOutputs(stored: readonly Output[], now: readonly Output[], tolerance = 0): Difference[] {
  const [before, after] = [flatten(stored), flatten(now)];
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.flatMap((what) => {
    const [one = '', other = ''] = [before.get(what), after.get(what)];
    const isSame = before.has(what) && after.has(what) && isEqual(one, other, tolerance);
    return isSame ? [] : [{ what, stored: one, now: other }];
  });
}

function flatten(outputs: readonly Output[]): Map<string, string> {
  const parts = new Map<string, string>();
  let displays = 0;
  for (const output of outputs) {
    if (output.output_type === 'stream') parts.set(output.name, (parts.get(output.name) ?? '') + output.text);
    else if (output.output_type === 'error') parts.set('error', `${output.ename}: ${output.evalue}`);
    else {
      const name = output.output_type === 'execute_result' ? 'result' : `display ${++displays}`;
      for (const [type, text] of Object.entries(textOf(output.data))) parts.set(`${name}, ${type}`, text);
    }
  }
  return parts;
}

const textOf = (data: MimeData): Record<string, string> =>
  Object.fromEntries(
    Object.entries(data).map(([type, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value, inOrder, 1);
      return [type, type === 'text/html' ? text.replace(uuid, 'uuid') : text];
    }),
  );

/** Keys by name: files keep them in that order, kernels send them in any. */
const inOrder = (_: string, value: unknown): unknown =>
  isRecord(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) : value;

/** Elements of HTML, such as figures, are named by them: another one each time. */
const uuid = /\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/g;

const number = /[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi;

/** Equal text; with a tolerance, equal text between numbers that differ by at most `tolerance` of the larger one (or of 1, if that is larger). */
export function isEqual(one: string, other: string, tolerance: number): boolean {
  if (one === other || tolerance <= 0) return one === other;
  const [ones, others] = [one.match(number) ?? [], other.match(number) ?? []];
  // Blanks may change with the width of numbers.
  const rest = (text: string) => text.replace(number, '#').replace(/\s+/g, ' ');
  if (ones.length !== others.length || rest(one) !== rest(other)) return false;
  return ones.every((text, i) => {
    const [a, b] = [Number(text), Number(others[i])];
    return a === b || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b));
  });
}
