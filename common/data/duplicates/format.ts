import type { DuplicateMember, Duplicates } from './findDuplicates.js';

/** Rows of a set that are named. */
const MOST_MEMBERS = 6;

/** The report for a terminal: a summary, then the sets and pairs, those across splits first. */
export function formatDuplicates({ rows, sets, near, tooManyNear, across, empty }: Duplicates, most = 20): string {
  const total = Object.values(rows).reduce((a, b) => a + b, 0);
  const members = sets.reduce((sum, set) => sum + set.members.length, 0);
  const conflicting = sets.filter(({ labelsDiffer }) => labelsDiffer).length;
  const lines = [
    sets.length === 0
      ? `No duplicates in ${total} rows (${Object.keys(rows).join(', ')}).`
      : `${members} of ${total} rows have a duplicate: ${sets.length} sets, ${members - sets.length} rows too many${conflicting > 0 ? `, ${conflicting} sets with different labels` : ''}.`,
    ...across.map(({ of, in: other, rows: count }) => `  ${count} of ${rows[of]} rows of ${of} are also in ${other}.`),
  ];
  if (empty > 0) lines.push(`${empty} rows have no content and were left out.`);
  for (const { kind, members: same, labelsDiffer } of sets.slice(0, most))
    lines.push(`  same ${kind}${labelsDiffer ? ', different labels' : ''}: ${list(same)}`);
  if (sets.length > most) lines.push(`  … and ${sets.length - most} more sets (--json lists all)`);
  if (tooManyNear) lines.push('More than 10,000 pairs look alike: choose a lower threshold for these pictures.');
  if (near.length > 0) lines.push(`${near.length} pairs look alike:`);
  for (const { a, b, distance } of near.slice(0, most))
    lines.push(`  ${distance} of 128 bits: ${describe(a)} ~ ${describe(b)}`);
  if (near.length > most) lines.push(`  … and ${near.length - most} more pairs (--json lists all)`);
  return lines.join('\n');
}

function list(members: readonly DuplicateMember[]): string {
  const rest = members.length - MOST_MEMBERS;
  return members.slice(0, MOST_MEMBERS).map(describe).join(' = ') + (rest > 0 ? ` = … and ${rest} more` : '');
}

function describe({ split, row, path, label }: DuplicateMember): string {
  return `${path ?? `row ${row}`} (${label === undefined ? split : `${split}, ${label}`})`;
}
