import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Description } from 'common/config';

let times = 0;

/**
 * Asks a paper's train.ts for its keys, groups and resolved configuration. It runs as far as its defineConfig, before data or model are
 * touched. Throws what defineConfig finds wrong with the arguments.
 */
export async function describePaper(dir: string, argv: readonly string[]): Promise<Description> {
  const path = join(dir, 'train.ts');
  const before = process.argv;
  process.argv = [process.argv[0] ?? 'node', path, ...argv, '--describe'];
  try {
    times++;
    await import(`${pathToFileURL(path).href}?describe=${times}`); // a module of its own each time: only train.ts itself runs again
  } catch (error) {
    // Told by name, because the paper may import another copy of common/config than this file.
    if (error instanceof Error && error.name === 'PrintAndExit' && 'text' in error)
      return JSON.parse(String(error.text));
    throw error;
  } finally {
    process.argv = before;
  }
  throw new Error(`${path} does not call defineConfig`);
}
