import { UserError } from '../../utils/index.js';
import type { ListedFile } from '../files/listing.js';
import { isMetadata } from './folderMetadata.js';
import { imageExtensions } from './imageFolder.js';

export type FileFormat = 'parquet' | 'json' | 'csv' | 'text' | 'images';

const extensions: Readonly<Record<string, FileFormat>> = {
  ...{ '.parquet': 'parquet', '.jsonl': 'json', '.ndjson': 'json', '.json': 'json' },
  ...{ '.csv': 'csv', '.tsv': 'csv', '.txt': 'text', '.text': 'text' },
  ...Object.fromEntries(imageExtensions.map((extension) => [extension, 'images' as const])),
};

/** Known, but not read. */
const others = /\.(arrow|zip|tar|tgz|h5|hdf5|xml|npy|npz|mp3|wav|flac|mp4|avi|zst|xz|bz2|lance|pkl|mat)$/i;

/** The format of a file by its name; `.gz` behind a text format's is looked through. */
export function formatOf(path: string): FileFormat | undefined {
  const name = path.toLowerCase();
  const plain = name.endsWith('.gz') ? name.slice(0, -3) : name;
  const format = extensions[/\.[^./]+$/.exec(plain)?.[0] ?? ''];
  return plain !== name && (format === 'parquet' || format === 'images') ? undefined : format;
}

/** The format that most files of a split have, and the files of it (of an image folder: with its metadata). */
export function chooseFormat(files: readonly ListedFile[], where: string): { format: FileFormat; files: ListedFile[] } {
  const counts = new Map<FileFormat, number>();
  for (const { path } of files) {
    const format = formatOf(path);
    if (format !== undefined && !isMetadata(path)) counts.set(format, (counts.get(format) ?? 0) + 1);
  }
  let format = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
  // Only metadata: then that is the data.
  if (format === undefined && files.some(({ path }) => isMetadata(path)))
    format = formatOf(files.find(({ path }) => isMetadata(path))!.path);
  if (format === undefined) {
    const known = files.find(({ path }) => others.test(path));
    const example = known?.path ?? files[0]?.path ?? '';
    throw new UserError(
      `${where}: no file that can be read (${example}${files.length > 1 ? ', …' : ''}). ` +
        'Supported are parquet, jsonl, json, csv, tsv, txt (also .gz of the text formats) and folders of images.',
    );
  }
  const chosen = format;
  const isMeant = ({ path }: ListedFile) => formatOf(path) === chosen || (chosen === 'images' && isMetadata(path));
  return { format, files: files.filter(isMeant) };
}
