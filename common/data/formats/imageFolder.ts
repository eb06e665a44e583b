import { messageOf, UserError } from '../../utils/index.js';
import { describeFeature, noColumn } from '../describeFeature.js';
import type { Feature, Features } from '../features.js';
import type { DataFile } from '../files/dataFile.js';
import type { ListedFile, Listing } from '../files/listing.js';
import { digest } from '../identity.js';
import { type ImageSource, TO_END } from '../image.js';
import type { Row, Table, TableFiles } from '../table.js';
import { packTable } from '../tables/packTable.js';
import { type ValueReader, valueReader } from '../valueReader.js';

/** The image files that are taken: what libvips reads. */
export const imageExtensions = [
  '.png',
  '.jpg',
  '.jpeg',
  '.webp',
  '.gif',
  '.bmp',
  '.tif',
  '.tiff',
  '.avif',
  '.heic',
  '.jp2',
];

/** One row: an image's file, and what else is known of it. */
export interface FolderRow {
  file: ListedFile;
  /** Stored values of the other columns. */
  values: Readonly<Record<string, unknown>>;
  /** Where the row stands, for messages, where that is not the image's file (a line of metadata). */
  where?: string;
}

/**
 * The classes of an image folder: the names of the folders that hold the images, over all splits, where there are several and all images
 * lie equally deep (the rule of `datasets`). Undefined where the folders are no classes.
 *
 * @throws UserError for a folder beside the classes that holds no image.
 */
export function folderClasses(listing: Listing, images: readonly ListedFile[]): string[] | undefined {
  const names = new Set<string>();
  const depths = new Set<number>();
  const parents = new Set<string>();
  for (const { path } of images) {
    const parts = path.split('/');
    names.add(parts.at(-2) ?? '');
    depths.add(parts.length);
    if (parts.length > 2) parents.add(parts.slice(0, -2).join('/'));
    else parents.add('');
  }
  if (depths.size !== 1 || [...depths][0] === 1) return undefined;
  const holding = new Set(images.map(({ path }) => path.slice(0, path.lastIndexOf('/'))));
  const isSplitLevel = [...depths][0] === 2 && names.size === 1;
  if (!isSplitLevel)
    for (const folder of listing.folders) {
      const parent = folder.includes('/') ? folder.slice(0, folder.lastIndexOf('/')) : '';
      const isBeside = parents.has(parent) && !holding.has(folder) && folder !== 'splits';
      if (isBeside && !images.some(({ path }) => path.startsWith(`${folder}/`)))
        throw new UserError(
          `${listing.place}: the class folder "${folder}" holds no images (${imageExtensions.join(' ')}). Put images into it, or remove it.`,
        );
    }
  if (names.size < 2) return undefined;
  return [...names].sort((a, b) => (a < b ? -1 : 1));
}

/** The rows of an image folder: images by their files' order, each with the number of its folder. */
export function classRows(images: readonly ListedFile[], label: Extract<Feature, { type: 'classLabel' }> | undefined) {
  return images.map((file): FolderRow => {
    if (label === undefined) return { file, values: {} };
    const name = file.path.split('/').at(-2) ?? '';
    const number = label.names.indexOf(name);
    if (number < 0)
      throw new UserError(
        `${file.local ?? file.path}: the folder "${name}" is no class of the data set. The classes are: ${label.names.join(', ')}.`,
      );
    return { file, values: { label: number } };
  });
}

export class ImageFolderTable implements Table {
  readonly features: Features;
  readonly fingerprint: string;
  readonly files: TableFiles | undefined;
  readonly #rows: readonly FolderRow[];
  readonly #image: string;
  readonly #readers = new Map<string, ValueReader>();
  readonly #source: string;

  /** @param image the name of the image column. */
  constructor(rows: readonly FolderRow[], features: Features, image: string, source: string) {
    this.features = features;
    this.fingerprint = digest(source, features);
    this.#rows = rows;
    this.#image = image;
    this.#source = source;
    const paths = rows.flatMap(({ file }) => file.local ?? []);
    this.files = paths.length === rows.length ? { format: 'imagefolder', paths } : undefined;
  }

  get length(): number {
    return this.#rows.length;
  }

  batch(): number {
    return 32;
  }

  where(row: number): string {
    const { file, where } = this.#row(row);
    return where ?? `${file.local ?? file.path}, row ${row}`;
  }

  async gather(rows: ArrayLike<number>, columns: readonly string[]): Promise<Row[]> {
    return Promise.all(
      Array.from(rows, async (row) => {
        const { file, values } = this.#row(row);
        const out: Record<string, unknown> = {};
        for (const name of columns) {
          if (name === this.#image) out[name] = await readImageFile(file, this.where(row));
          else out[name] = this.#value(name, values[name], row);
        }
        return out;
      }),
    );
  }

  async paths(column: string): Promise<(string | null)[]> {
    if (column !== this.#image) throw new UserError(noColumn(column, { [this.#image]: { type: 'image' } }));
    return this.#rows.map(({ file }) => file.path);
  }

  async images(column: string, maxMemory: number): Promise<ImageSource> {
    const files = this.#rows.flatMap(({ file }) => file.local ?? []);
    if (column !== this.#image || files.length < this.#rows.length) return packTable(this, column, maxMemory);
    const { length: count } = files;
    return {
      ...{ kind: 'ranges', files },
      file: new Uint32Array(new SharedArrayBuffer(4 * count)).map((_, i) => i),
      offset: new Float64Array(new SharedArrayBuffer(8 * count)),
      length: new Uint32Array(new SharedArrayBuffer(4 * count)).fill(TO_END),
    };
  }

  cast(features: Features): Table {
    return new ImageFolderTable(this.#rows, features, this.#image, this.#source);
  }

  #value(name: string, stored: unknown, row: number): unknown {
    let reader = this.#readers.get(name);
    if (reader === undefined) {
      const feature = Object.hasOwn(this.features, name) ? this.features[name] : undefined;
      if (feature === undefined) throw new UserError(noColumn(name, this.features));
      reader = valueReader(feature);
      this.#readers.set(name, reader);
    }
    try {
      return reader(stored);
    } catch (error) {
      throw new UserError(`${this.where(row)}: column "${name}": ${messageOf(error)}.`);
    }
  }

  #row(row: number): FolderRow {
    const found = this.#rows[row];
    if (found === undefined) throw new RangeError(`row ${row} of ${this.length}`);
    return found;
  }
}

/** The image of a file. @throws UserError where it is missing, empty or unreadable. */
export async function readImageFile(file: ListedFile, where: string) {
  let opened: DataFile;
  let bytes: Uint8Array;
  try {
    opened = await file.open();
    bytes = await opened.read(0, opened.size);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${where}: the image ${file.path} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
  if (bytes.length === 0) throw new UserError(`${where}: the image ${file.path} is empty (0 bytes).`);
  return { bytes, path: file.path };
}

/** The features of an image folder: those of the card where they fit, with a class label by the folders' names otherwise. */
export function folderFeatures(
  place: string,
  card: Features | undefined,
  classes: readonly string[] | undefined,
): { features: Features; image: string; label: Extract<Feature, { type: 'classLabel' }> | undefined } {
  const image = Object.keys(card ?? {}).find((name) => card?.[name]?.type === 'image') ?? 'image';
  const given = card?.label;
  if (given !== undefined && given.type !== 'classLabel')
    throw new UserError(
      `${place}: the card says that "label" is ${describeFeature(given)}; the folders of an image folder are class labels.`,
    );
  if (given === undefined && card !== undefined)
    return { features: { [image]: { type: 'image' } }, image, label: undefined };
  const label = given ?? (classes && ({ type: 'classLabel', names: classes } as const));
  return { features: { [image]: { type: 'image' }, ...(label && { label }) }, image, label };
}
