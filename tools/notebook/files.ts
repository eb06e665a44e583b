import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { shortPath, UserError } from 'common/utils';

/** The .ipynb files among files and folders (with all below them, but hidden folders and node_modules), in order. */
export async function notebookFiles(places: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const place of places) {
    const kind = await stat(place).catch(() => {
      throw new UserError(`${shortPath(place)} does not exist`);
    });
    if (!kind.isDirectory()) found.push(place);
    else {
      const below = await inFolder(place);
      if (below.length === 0) throw new UserError(`${shortPath(place)} holds no notebook (.ipynb)`);
      found.push(...below);
    }
  }
  return [...new Set(found)];
}

async function inFolder(folder: string): Promise<string[]> {
  const found: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await inFolder(path)));
    else if (entry.name.endsWith('.ipynb')) found.push(path);
  }
  return found;
}
