import { UserError } from '../../utils/index.js';
import { type Encoded, encode, type Key, rowsByCode } from './groups.js';
import { checkFolds, type FoldOptions, type Folds } from './kFolds.js';
import { permute } from './permute.js';

/**
 * k folds in which each class has its share: scikit-learn's `StratifiedKFold`, without a seed row for row, with one in the number of rows
 * of each class in each fold.
 *
 * @throws UserError where every class has fewer rows than there are folds; where only some have, a warning.
 */
export function stratifiedKFolds(labels: ArrayLike<Key>, count: number, { seed }: FoldOptions = {}): Folds {
  checkFolds(count);
  const classes = encode(labels, 'label');
  const warnings = checkMembers(classes, count);
  const of = new Int32Array(labels.length);
  // The rows sorted by class are dealt out in turns, so the class that follows begins where the last one ended: folds stay level.
  // Classes come in the order in which they appear in the data.
  const rows = rowsByCode(classes).sort((a, b) => a[0]! - b[0]!);
  let dealt = 0;
  for (const [stream, members] of rows.entries()) {
    const share = new Int32Array(count);
    for (let i = 0; i < members.length; i++) share[(dealt + i) % count]!++;
    dealt += members.length;
    const folds = Int32Array.from(Array.from(share).flatMap((n, fold) => Array<number>(n).fill(fold)));
    if (seed !== undefined) permute(folds, seed, stream);
    for (const [i, row] of members.entries()) of[row] = folds[i]!;
  }
  return { count, of, warnings };
}

/** What scikit-learn checks before it stratifies: an error where all classes are smaller than the folds, a warning where one is. */
export function checkMembers({ counts, values }: Encoded, folds: number): string[] {
  if (counts.every((n) => n < folds))
    throw new UserError(
      counts.length === 0
        ? 'There are no rows to split.'
        : `${folds} folds are more than any class has members (the largest has ${counts.reduce((a, b) => Math.max(a, b))}).`,
    );
  const small = values.flatMap((value, code) => (counts[code]! < folds ? [`"${value}" (${counts[code]})`] : []));
  if (small.length === 0) return [];
  const named = small.slice(0, 5).join(', ') + (small.length > 5 ? ` and ${small.length - 5} more` : '');
  return [`Some folds have no rows of ${named}: a class needs at least as many members as there are folds (${folds}).`];
}
