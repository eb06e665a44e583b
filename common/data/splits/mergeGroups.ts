import type { Key } from './groups.js';

/**
 * Joins groups that must stay together: those of all rows of each set become one. E.g. patients, some of whom share a picture; or, with each
 * row its own group, the sets of equal rows of `findDuplicates`.
 *
 * @param groups the group of each row
 * @param together rows that belong together
 * @returns a number for each row: that of the first row of its group.
 */
export function mergeGroups(groups: ArrayLike<Key>, together: readonly (readonly number[])[]): Int32Array {
  const first = new Map<Key, number>();
  const parent = new Int32Array(groups.length);
  for (let row = 0; row < groups.length; row++) {
    const group = groups[row]!;
    if (!first.has(group)) first.set(group, row);
    parent[row] = first.get(group)!;
  }
  // Union–find: each row points towards the smallest row of its group.
  const find = (row: number): number => {
    let root = row;
    while (parent[root] !== root) root = parent[root]!;
    for (let at = row; at !== root; ) {
      const next = parent[at]!;
      parent[at] = root;
      at = next;
    }
    return root;
  };
  for (const rows of together)
    for (const row of rows) {
      const [a, b] = [find(rows[0]!), find(row)];
      parent[Math.max(a, b)] = Math.min(a, b);
    }
  return parent.map((_, row) => find(row));
}
