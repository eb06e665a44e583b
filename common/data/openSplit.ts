import { UserError } from '../utils/index.js';
import type { Feature, Features } from './features.js';
import type { DataFile } from './files/dataFile.js';
import type { ListedFile } from './files/listing.js';
import { digest } from './identity.js';
import type { SplitPlan } from './plan.js';
import type { Table } from './table.js';

/** What a reader of text files can be told. */
export interface ReadOptions {
  /** Features that are given instead of told from the data. */
  features?: Features;
  /** Between the fields of a CSV file; `,`, and a tab for .tsv. */
  delimiter?: string;
  /** The key under which a JSON file that is one object keeps its list of rows. */
  field?: string;
}

/** The rows of a whole split. Readers are loaded when they are needed: parquet alone brings a dozen modules. */
export async function openSplit(plan: SplitPlan, split: string, options: ReadOptions): Promise<Table> {
  const { files, format } = plan.files(split);
  const given = options.features ?? plan.card;
  const place = `${plan.listing.place}, split "${split}"`;
  const table = await open(plan, split, files, format, given, options);
  if (table.length === 0) throw new UserError(`${place} has no rows.`);
  return table;
}

async function open(
  plan: SplitPlan,
  split: string,
  files: readonly ListedFile[],
  format: ReturnType<SplitPlan['files']>['format'],
  given: Features | undefined,
  options: ReadOptions,
): Promise<Table> {
  switch (format) {
    case 'parquet': {
      const { openParquetTable } = await import('./parquet/parquetTable.js');
      return openParquetTable(await openAll(files), given);
    }
    case 'json':
    case 'csv':
    case 'text':
      return openRecords(await openAll(files), options, given);
    case 'images':
      return openImages(plan, split, files, given, options);
  }
}

async function openAll(files: readonly ListedFile[]): Promise<DataFile[]> {
  return Promise.all(files.map((file) => file.open()));
}

async function openRecords(files: readonly DataFile[], options: ReadOptions, given?: Features): Promise<Table> {
  const { unpacked } = await import('./files/gzip.js');
  const { recordFormat } = await import('./formats/recordFormats.js');
  const { openRecordTable } = await import('./formats/recordTable.js');
  const plain = await Promise.all(files.map(unpacked));
  const object = await objectRows(plain, options);
  return object ?? openRecordTable(plain, (file) => recordFormat(file, options), given);
}

/** A JSON file that is one object with the rows under a key. */
async function objectRows(files: readonly DataFile[], { field, features }: ReadOptions): Promise<Table | undefined> {
  if (field === undefined) return undefined;
  const { readField } = await import('./formats/jsonField.js');
  const { MemoryTable } = await import('./tables/memory.js');
  const { concatTables } = await import('./tables/concat.js');
  const tables = [];
  for (const file of files) tables.push(new MemoryTable(await readField(file, field), file.name, features));
  return concatTables(tables);
}

/** The label of an image folder, and which images a split has. */
export async function openImages(
  plan: SplitPlan,
  split: string,
  files: readonly ListedFile[],
  given: Features | undefined,
  options: ReadOptions,
): Promise<Table> {
  const { classRows, folderClasses, folderFeatures, ImageFolderTable } = await import('./formats/imageFolder.js');
  const { isMetadata, metadataRows } = await import('./formats/folderMetadata.js');
  const metadata = files.filter(({ path }) => isMetadata(path));
  const images = files.filter(({ path }) => !isMetadata(path));
  const source = await identifyList(plan.listing.files === files ? files : images);
  if (metadata.length > 0) {
    const parts = [];
    for (const file of metadata) {
      const table = file.path.endsWith('.parquet')
        ? await (await import('./parquet/parquetTable.js')).openParquetTable([await file.open()])
        : await openRecords([await file.open()], options);
      parts.push({ ...(await metadataRows(file, table, plan.listing.files)), table });
    }
    const features = mergeGiven(parts[0]?.features ?? {}, given);
    const rows = parts.flatMap((part) => part.rows);
    return new ImageFolderTable(
      rows,
      features,
      'image',
      digest(source, ...parts.map(({ table }) => table.fingerprint)),
    );
  }
  const all = plan.files().files.filter(({ path }) => !isMetadata(path));
  const classes = folderClasses(plan.listing, all);
  const { features, image, label } = folderFeatures(`${plan.listing.place}, split "${split}"`, given, classes);
  return new ImageFolderTable(classRows(images, label), features, image, source);
}

/** The metadata's own features, those that the card names in their place. */
function mergeGiven(own: Features, given: Features | undefined): Features {
  const out: Record<string, Feature> = { ...own };
  for (const name of Object.keys(own)) if (name !== 'image' && given?.[name] !== undefined) out[name] = given[name];
  return out;
}

/** Files that are asked for their size: beyond it their names must do. */
const MANY = 20_000;

async function identifyList(files: readonly ListedFile[]): Promise<string> {
  const isMany = files.length > MANY;
  const parts: unknown[] = [];
  for (let i = 0; i < files.length; i += 256) {
    const some = files.slice(i, i + 256);
    parts.push(...(isMany ? some.map(({ path }) => path) : await Promise.all(some.map(sizeOf))));
  }
  return digest('images', parts);
}

async function sizeOf(file: ListedFile): Promise<unknown> {
  const { path, size } = await file.open();
  return [path, size];
}
