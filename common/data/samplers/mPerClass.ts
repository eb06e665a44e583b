import { UserError } from '../../utils/errors.js';
import { CounterRandom } from '../random.js';
import { expectWhole } from './expect.js';
import { shuffleInPlace } from './random.js';
import { type Sampler, samplerOf } from './sampler.js';

const CLASSES_STREAM = 0x6d706572;

export interface MPerClassOptions {
  /** Rows of a class that stand next to each other. */
  m: number;
  /** With it every batch holds batchSize / m different classes, m rows of each; without it classes follow each other in rounds of all. */
  batchSize?: number;
  /** Indices in an epoch, rounded down to whole batches (or rounds). Default: the number of labels, or one batch (round) where that is more. */
  length?: number;
  seed?: number;
}

/**
 * m rows of a class at a time, for losses that compare rows of a batch. The semantics of pytorch-metric-learning's `MPerClassSampler`:
 * in each batch the classes are drawn without replacement; the rows of a class too, unless it has fewer than m, which are then drawn with
 * replacement.
 *
 * @param labels the class of each row; a negative one leaves the row out.
 * @throws UserError where batchSize is no multiple of m, or more than m × classes.
 */
export function mPerClass(labels: ArrayLike<number>, options: MPerClassOptions): Sampler {
  const { m, batchSize, seed = 0 } = options;
  expectWhole('mPerClass', 'm', m, 1);
  const rowsOf = groupRows(labels);
  const classes = Int32Array.from(rowsOf.keys()).sort();
  if (classes.length === 0) throw new UserError('mPerClass: there are no labels');
  const round = batchSize ?? m * classes.length;
  if (batchSize !== undefined) {
    expectWhole('mPerClass', 'batchSize', batchSize, 1);
    if (batchSize % m !== 0) throw new UserError(`mPerClass: batchSize ${batchSize} is no multiple of m ${m}`);
    if (batchSize > m * classes.length)
      throw new UserError(
        `mPerClass: batchSize ${batchSize} needs ${batchSize / m} classes of ${m} rows each, but there are ${classes.length} classes`,
      );
  }
  const wanted = options.length ?? labels.length;
  expectWhole('mPerClass', 'length', wanted, 1);
  const rounds = Math.max(1, Math.floor(wanted / round));
  return samplerOf(rounds * round, (epoch) => {
    const random = new CounterRandom(CLASSES_STREAM, seed, epoch);
    const order = new Int32Array(rounds * round);
    const shuffled = classes.slice();
    for (let at = 0; at < order.length; ) {
      shuffleInPlace(shuffled, random);
      for (const label of shuffled.subarray(0, round / m)) {
        drawRows(rowsOf.get(label) ?? [], order.subarray(at, at + m), random);
        at += m;
      }
    }
    return order;
  });
}

function groupRows(labels: ArrayLike<number>): Map<number, number[]> {
  const rows = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label < 0) continue;
    const known = rows.get(label);
    if (known === undefined) rows.set(label, [i]);
    else known.push(i);
  }
  return rows;
}

/** Fills `out` with rows of a class: different ones where there are enough. */
function drawRows(rows: readonly number[], out: Int32Array, random: CounterRandom): void {
  if (rows.length < out.length) {
    for (let i = 0; i < out.length; i++) out[i] = rows[random.integer(rows.length)]!;
    return;
  }
  // Floyd's choice of k among n without a copy of all n, then shuffled.
  const chosen = new Set<number>();
  for (let j = rows.length - out.length; j < rows.length; j++) {
    const k = random.integer(j + 1);
    chosen.add(chosen.has(k) ? j : k);
  }
  let at = 0;
  for (const k of chosen) out[at++] = rows[k]!;
  shuffleInPlace(out, random);
}
