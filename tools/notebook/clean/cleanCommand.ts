import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { shortPath, UsageError } from 'common/utils';
import { notebookFiles } from '../files.js';
import { formatNotebook, parseNotebook, writeNotebook } from '../format/index.js';
import { cleanNotebook } from './cleanNotebook.js';

export type CleanFlags = { keepOutputs?: true; check?: true };

/**
 * `atelier notebook clean`. With `-` it reads stdin and writes stdout, as a git filter does. Returns the exit code: 1 where `--check`
 * found something to clean.
 */
export async function clean(places: readonly string[], flags: CleanFlags): Promise<number> {
  if (places.includes('-')) {
    if (places.length > 1 || flags.check) throw new UsageError('- (stdin to stdout) stands alone');
    process.stdout.write(formatNotebook(cleanNotebook(parseNotebook(await text(process.stdin), 'stdin'), flags)));
    return 0;
  }
  const files = await notebookFiles(places);
  let found = 0;
  for (const file of files) {
    const before = await readFile(file, 'utf8');
    const cleaned = cleanNotebook(parseNotebook(before, shortPath(file)), flags);
    if (formatNotebook(cleaned) === before) continue;
    found++;
    if (!flags.check) await writeNotebook(file, cleaned);
    process.stdout.write(`${shortPath(file)} ${flags.check ? 'is not clean' : 'cleaned'}\n`);
  }
  if (found === 0) process.stdout.write(`${files.length === 1 ? 'clean already' : `all ${files.length} are clean`}\n`);
  if (flags.check && found > 0) process.stderr.write('atelier notebook clean <files> cleans them\n');
  return flags.check && found > 0 ? 1 : 0;
}
