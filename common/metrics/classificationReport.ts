import { UserError } from '../utils/index.js';
import type { Counts } from './confusionMatrix.js';
import { fBeta, fBetaPerClass } from './fBeta.js';
import { fixed } from './fixed.js';
import { type AverageOptions, classCounts } from './perClass.js';
import { precision, precisionPerClass } from './precision.js';
import { recall, recallPerClass } from './recall.js';

export interface ReportOptions extends Pick<AverageOptions, 'zeroDivision'> {
  /** Decimals; default 2. */
  digits?: number;
}

/**
 * Precision, recall, F1 and support of each class, with their averages, as a text table: scikit-learn's `classification_report`, to the letter.
 * `labels`: the classes' names; default their numbers.
 */
export function classificationReport(
  counts: Counts,
  labels?: readonly string[],
  { digits = 2, zeroDivision = 0 }: ReportOptions = {},
): string {
  const names = labels ?? counts.map((_, i) => `${i}`);
  if (names.length !== counts.length) throw new UserError(`${names.length} names for ${counts.length} classes`);
  const supports = classCounts(counts).map(({ support }) => support);
  const total = supports.reduce((a, b) => a + b, 0);
  const nameWidth = Math.max(...names.map((name) => name.length), 'weighted avg'.length, digits);
  const cell = (value: number) => fixed(value, digits);
  const line = (name: string, cells: readonly string[]) =>
    `${name.padStart(nameWidth)} ${cells.map((text) => ` ${text.padStart(9)}`).join('')}`;
  const columns = [precisionPerClass, recallPerClass, fBetaPerClass].map((score) => score(counts, { zeroDivision }));
  const averages = (average: 'macro' | 'weighted') =>
    [precision, recall, fBeta].map((score) => cell(score(counts, { average, zeroDivision })));
  const hits = counts.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  return [
    line('', ['precision', 'recall', 'f1-score', 'support']),
    '',
    ...names.map((name, i) =>
      line(name, [...columns.map((column) => cell(column[i] ?? Number.NaN)), `${supports[i]}`]),
    ),
    '',
    line('accuracy', ['', '', cell(hits / total), `${total}`]),
    line('macro avg', [...averages('macro'), `${total}`]),
    line('weighted avg', [...averages('weighted'), `${total}`]),
    '',
  ].join('\n');
}
