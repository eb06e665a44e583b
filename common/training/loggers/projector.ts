// What TensorBoard's Projector tab reads: projector_config.pbtxt in the run's folder names, for each set of points, their vectors
// and labels as tab-separated text and a sprite, the points' pictures row by row in one square.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { type Pixels, withChannels } from '../../data/index.js';
import { writeFileAtomic } from '../../utils/index.js';
import type { Embedding } from './logger.js';

/** The browser draws the sprite as one texture, of so many pixels a side at most. */
const largestSprite = 8192;

export class ProjectorFiles {
  readonly #folder: string;
  readonly #entries = new Map<string, string>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Writes the files of a set of points; one after the other, since they share the config file. */
  add(step: number, name: string, embedding: Embedding): Promise<void> {
    const work = this.#last.then(() => this.#write(step, name, embedding));
    this.#last = work.catch(() => {});
    return work;
  }

  async #write(step: number, name: string, { vectors, labels, images }: Embedding): Promise<void> {
    check(vectors, labels, images);
    const place = `projector/${String(step).padStart(6, '0')}_${name.replaceAll(/[^\w.-]+/g, '_')}`;
    await mkdir(join(this.#folder, place), { recursive: true });
    const write = (file: string, data: string | Uint8Array) => writeFileAtomic(join(this.#folder, place, file), data);
    const lines = [`  tensor_name: ${JSON.stringify(`${name}:${step}`)}`, `  tensor_path: "${place}/tensors.tsv"`];
    await write('tensors.tsv', vectors.map((vector) => `${Array.from(vector).join('\t')}\n`).join(''));
    if (labels !== undefined) {
      await write('metadata.tsv', labelsTsv(labels));
      lines.push(`  metadata_path: "${place}/metadata.tsv"`);
    }
    const [first] = images ?? [];
    if (images !== undefined && first !== undefined) {
      await write('sprite.png', encode(spriteOf(images)));
      const dims = `    single_image_dim: ${first.width}\n    single_image_dim: ${first.height}\n`;
      lines.push(`  sprite {\n    image_path: "${place}/sprite.png"\n${dims}  }`);
    }
    this.#entries.set(place, `embeddings {\n${lines.join('\n')}\n}\n`);
    await writeFileAtomic(join(this.#folder, 'projector_config.pbtxt'), [...this.#entries.values()].join(''));
  }
}

function check(
  vectors: Embedding['vectors'],
  labels: readonly unknown[] | undefined,
  images: readonly Pixels[] | undefined,
): void {
  const dimensions = vectors[0]?.length ?? 0;
  if (dimensions === 0) throw new RangeError('an embedding without points');
  const odd = vectors.findIndex((vector) => vector.length !== dimensions);
  if (odd >= 0)
    throw new RangeError(`point ${odd} of an embedding has ${vectors[odd]?.length} dimensions, not ${dimensions}`);
  for (const [what, list] of [['labels', labels] as const, ['images', images] as const])
    if (list !== undefined && list.length !== vectors.length)
      throw new RangeError(`an embedding of ${vectors.length} points has ${list.length} ${what}`);
  const [first] = images ?? [];
  if (images?.some(({ width, height }) => width !== first?.width || height !== first?.height))
    throw new RangeError('the images of an embedding must have one size');
}

/** One column has no heading, several have one. */
function labelsTsv(labels: NonNullable<Embedding['labels']>): string {
  const clean = (text: unknown) => String(text ?? '').replaceAll(/[\t\r\n]+/g, ' ');
  const columns = [...new Set(labels.flatMap((label) => (typeof label === 'string' ? [] : Object.keys(label))))];
  const rows = labels.map((label) =>
    typeof label === 'string' ? [clean(label)] : columns.map((column) => clean(label[column])),
  );
  const head = columns.length > 1 ? [columns.map(clean)] : [];
  return [...head, ...rows].map((row) => `${row.join('\t')}\n`).join('');
}

/** ⌈√n⌉ pictures a row, and as many rows: the projector takes the sprite for square. */
export function spriteOf(images: readonly Pixels[]): Pixels {
  const [first] = images;
  if (first === undefined) throw new RangeError('a sprite of no images');
  const { width, height } = first;
  const side = Math.ceil(Math.sqrt(images.length));
  if (side * Math.max(width, height) > largestSprite)
    throw new RangeError(
      `${images.length} images of ${width} × ${height} make a sprite of more than ${largestSprite} pixels a side`,
    );
  const channels = 3;
  const data = new Uint8Array(side * width * side * height * channels);
  images.forEach((image, i) => {
    const { data: source } = withChannels(image, channels);
    const [left, top] = [(i % side) * width, Math.floor(i / side) * height];
    for (let y = 0; y < height; y++) {
      const row = source.subarray(y * width * channels, (y + 1) * width * channels);
      data.set(row, ((top + y) * side * width + left) * channels);
    }
  });
  return { data, width: side * width, height: side * height, channels };
}
