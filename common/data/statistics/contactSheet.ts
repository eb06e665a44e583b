import { UserError } from '../../utils/index.js';
import { type GridImage, imageGrid } from '../../visualization/imageGrid.js';
import type { Dataset } from '../dataset.js';
import { decodeImage } from '../decode/decodeImage.js';
import { isImage } from '../image.js';
import { type Pixels, withChannels } from '../pixels.js';
import { permute } from '../splits/permute.js';
import { columnsOf, imageColumn, labelColumn } from './columns.js';

export interface ContactSheetOptions {
  /** Columns of images and class labels, where there are several. */
  image?: string;
  label?: string;
  /** Images of each class (8), or of a data set without classes eight times as many. */
  perClass?: number;
  /** Classes shown (20); of more, random ones. */
  classes?: number;
  seed?: number;
  /** Larger images are made smaller until their longer side has so many pixels (112). */
  side?: number;
}

/**
 * A random sample of each class, a line a class, each image with its class and row: the bytes of a PNG. A pure function of the data set
 * and the seed. Images that cannot be decoded are replaced by others of their class.
 *
 * @throws UserError where the data set has no images.
 */
export async function contactSheet(dataset: Dataset, options: ContactSheetOptions = {}): Promise<Uint8Array> {
  const { perClass = 8, classes: most = 20, seed = 0, side = 112 } = options;
  const image = imageColumn(dataset, options.image);
  const groups = await rowsOfClasses(dataset, options.label);
  const chosen = pickClasses(groups, most, seed);
  const columns = groups.length === 1 ? 8 : perClass;
  const pictures: GridImage[] = [];
  const captions: string[] = [];
  for (const { name, rows } of chosen) {
    const wanted = groups.length === 1 ? 8 * perClass : perClass;
    const shown = await sample(dataset, image, permute([...rows], seed, 1), wanted, side);
    for (const { row, picture } of shown) {
      pictures.push(picture);
      captions.push(name === '' ? `${row}` : `${shorten(name)}\n${row}`);
    }
    // A class with fewer images than the others does not pull the next one into its line.
    while (groups.length > 1 && pictures.length % columns !== 0) {
      pictures.push({ data: Uint8Array.of(255), width: 1, height: 1, channels: 1 });
      captions.push('');
    }
  }
  if (pictures.length === 0) throw new UserError(`${dataset.name}, ${dataset.splitName}: there are no images to show.`);
  const some = chosen.length < groups.length ? `, ${chosen.length} of ${groups.length} classes` : '';
  const title = `${dataset.name}, ${dataset.splitName}: ${dataset.length.toLocaleString('en-US')} rows${some}`;
  return imageGrid(pictures, captions, { columns, title, captionSize: 11 });
}

interface ClassRows {
  name: string;
  rows: number[];
}

/** The rows of each class that has any; all as one where there are no classes. */
async function rowsOfClasses(dataset: Dataset, column: string | undefined): Promise<ClassRows[]> {
  const label = column ?? columnsOf(dataset, 'classLabel')[0];
  if (label === undefined) return [{ name: '', rows: Array.from({ length: dataset.length }, (_, row) => row) }];
  const feature = dataset.features[labelColumn(dataset, label)];
  const names = feature?.type === 'classLabel' ? feature.names : [];
  const classes = names.map((name): ClassRows => ({ name, rows: [] }));
  for (const [row, value] of (await dataset.column(label)).entries()) classes[Number(value)]?.rows.push(row);
  return classes.filter(({ rows }) => rows.length > 0);
}

function pickClasses(groups: readonly ClassRows[], most: number, seed: number): ClassRows[] {
  if (groups.length <= most) return [...groups];
  const places = permute([...groups.keys()], seed)
    .slice(0, most)
    .sort((a, b) => a - b);
  return places.map((place) => groups[place]!);
}

/** The first images of these rows that can be decoded. */
async function sample(dataset: Dataset, column: string, rows: readonly number[], wanted: number, side: number) {
  const found: { row: number; picture: GridImage }[] = [];
  for (const row of rows) {
    if (found.length === wanted) break;
    try {
      const [values] = await dataset.gather([row], [column]);
      const image = values?.[column];
      if (isImage(image))
        found.push({ row, picture: await toPicture(await decodeImage(image.bytes, dataset.where(row)), side) });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
  return found;
}

async function toPicture(pixels: Pixels, side: number): Promise<GridImage> {
  const picture = withChannels(pixels, pixels.channels < 3 ? 1 : 3);
  const channels = picture.channels === 1 ? 1 : 3;
  if (Math.max(picture.width, picture.height) <= side) return { ...picture, channels };
  const { default: sharp } = await import('sharp');
  const { data, info } = await sharp(picture.data, { raw: { width: picture.width, height: picture.height, channels } })
    .resize(side, side, { fit: 'inside' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels };
}

function shorten(name: string): string {
  const letters = [...name];
  return letters.length <= 16 ? name : `${letters.slice(0, 15).join('')}…`;
}
