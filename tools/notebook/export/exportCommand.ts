import { resolve } from 'node:path';
import { shortPath, UsageError, writeFileAtomic } from 'common/utils';
import { readAny, writePercent } from '../text/index.js';

export type ExportNotebookFlags = { to: string; output?: string; trust?: true; code: boolean };

/** `atelier notebook export --to ts|html`. */
export async function exportNotebook(path: string, flags: ExportNotebookFlags): Promise<void> {
  if (flags.to !== 'ts' && flags.to !== 'html') throw new UsageError(`--to is ts or html, not "${flags.to}"`);
  const output = flags.output ?? path.replace(/\.(ipynb|[mc]?tsx?)$/, `.${flags.to}`);
  if (resolve(output) === resolve(path)) throw new UsageError(`${shortPath(path)} would be overwritten; give --output`);
  const notebook = await readAny(path);
  if (flags.to === 'ts') {
    const { mergeParameters } = await import('./mergeParameters.js');
    await writeFileAtomic(output, writePercent(mergeParameters(notebook)));
  } else {
    const { notebookPage } = await import('./page.js');
    await writeFileAtomic(
      output,
      await notebookPage(notebook, { file: path, isTrusted: flags.trust, hasCode: flags.code }),
    );
  }
  process.stdout.write(`${shortPath(output)} written\n`);
}
