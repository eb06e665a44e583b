import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { shortPath, UsageError, UserError, writeFileAtomic } from 'common/utils';
import { formatNotebook, type Notebook, readNotebook, writeNotebook } from '../format/index.js';
import { mergeText } from './mergeText.js';
import { readPercent } from './readPercent.js';
import { writePercent } from './writePercent.js';

const isNotebookFile = (path: string): boolean => path.endsWith('.ipynb');
const isTextFile = (path: string): boolean => /\.[mc]?tsx?$/.test(path);

/** Reads an .ipynb file or a .ts file of cells. */
export async function readAny(path: string): Promise<Notebook> {
  if (isNotebookFile(path)) return await readNotebook(path);
  if (!isTextFile(path)) throw new UsageError(`${shortPath(path)} is neither an .ipynb nor a .ts file`);
  if (!existsSync(path)) throw new UserError(`${shortPath(path)} does not exist`);
  return readPercent(await readFile(path, 'utf8'), shortPath(path));
}

/**
 * Writes `from` in the form that `to` says (.ipynb or .ts). Outputs and ids of an .ipynb file that exists are kept where the cell is
 * the same. Returns whether the file changed.
 */
export async function convert(from: string, to: string): Promise<boolean> {
  if (!isNotebookFile(to) && !isTextFile(to))
    throw new UsageError(`${shortPath(to)}: a notebook is written as .ipynb or as .ts`);
  const notebook = await readAny(from);
  const old = existsSync(to) ? await readFile(to, 'utf8') : undefined;
  if (isTextFile(to)) {
    const text = writePercent(notebook);
    if (text !== old) await writeFileAtomic(to, text);
    return text !== old;
  }
  const merged = old === undefined ? notebook : mergeText(notebook, await readNotebook(to));
  const content = formatNotebook(merged);
  if (content !== old) await writeNotebook(to, merged);
  return content !== old;
}

/** What `sync` did, in a sentence. */
export async function sync(path: string, from?: 'ipynb' | 'ts'): Promise<string> {
  const [notebook, text] = pairOf(path);
  if (!existsSync(notebook) && !existsSync(text)) throw new UserError(`${shortPath(path)} does not exist`);
  const source = from ?? (await newer(notebook, text));
  if (!existsSync(source === 'ts' ? text : notebook))
    throw new UserError(`${shortPath(source === 'ts' ? text : notebook)} does not exist`);
  const [given, made] = source === 'ts' ? [text, notebook] : [notebook, text];
  const isNew = !existsSync(made);
  const isChanged = await convert(given, made);
  if (!isChanged) return `${shortPath(made)} says the same as ${shortPath(given)}`;
  return `${shortPath(made)} ${isNew ? 'written' : 'updated'} from ${shortPath(given)}`;
}

/** The two files of a pair; any of them may be given. */
function pairOf(path: string): [string, string] {
  if (isNotebookFile(path)) return [path, path.replace(/ipynb$/, 'ts')];
  if (path.endsWith('.ts')) return [path.replace(/ts$/, 'ipynb'), path];
  throw new UsageError(`${shortPath(path)} is neither an .ipynb nor a .ts file`);
}

/** The half that was written last. A tie, as after a checkout, goes to the text: outputs are not lost by it. */
async function newer(notebook: string, text: string): Promise<'ipynb' | 'ts'> {
  if (!existsSync(text)) return 'ipynb';
  if (!existsSync(notebook)) return 'ts';
  return (await stat(notebook)).mtimeMs > (await stat(text)).mtimeMs ? 'ipynb' : 'ts';
}
