// What completion knows of papers: asking a train.ts takes a second or two, so the answer is kept until a file of it changes.
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Description } from 'common/config';
import { assetsDir, projectRoot, writeFileAtomic } from 'common/utils';
import { describePaper } from './describePaper.js';

/** The description of a paper's configuration, from `assets/cache/completion` where none of its files has changed. */
export async function cachedDescription(dir: string): Promise<Description> {
  const stamp = await stampOf(dir);
  const name = createHash('sha256').update(resolve(dir)).digest('hex').slice(0, 16);
  const path = join(assetsDir(), 'cache', 'completion', `${name}.json`);
  try {
    const cached: { stamp: string; description: Description } = JSON.parse(await readFile(path, 'utf8')); // our own file
    if (cached.stamp === stamp) return cached.description;
  } catch {
    // none yet, or damaged
  }
  const description = await describePaper(dir, []);
  await writeFileAtomic(path, JSON.stringify({ stamp, description })).catch(() => {}); // a read-only folder: slower, not broken
  return description;
}

/** Names and times of the paper's programs and configurations, and of the groups of common/config. */
async function stampOf(dir: string): Promise<string> {
  const groups = join(projectRoot(), 'common', 'config', 'groups');
  const files: string[] = [];
  for (const [folder, recursive] of [
    [dir, false],
    [join(dir, 'config'), true],
    [groups, true],
  ] as const) {
    const entries = await readdir(folder, { withFileTypes: true, recursive }).catch(() => []);
    for (const entry of entries) if (/\.(ts|ya?ml)$/.test(entry.name)) files.push(join(entry.parentPath, entry.name));
  }
  const times = await Promise.all(files.sort().map(async (file) => `${file} ${(await stat(file)).mtimeMs}`));
  return createHash('sha256').update(times.join('\n')).digest('hex');
}
