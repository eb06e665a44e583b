// Mutated image files, for the tests: whatever the bytes are, an image or an error that names it comes out.
import sharp from 'sharp';
import { UserError } from '../../utils/index.js';
import type { Pixels } from '../pixels.js';
import { CounterRandom } from '../random.js';
import { testPixels } from '../testData.js';
import { decodeImage } from './decodeImage.js';

export interface FuzzCounts {
  refused: number;
  unchanged: number;
  changed: number;
}

const shape = { height: 24, width: 40, channels: 3 };
const raw = { width: shape.width, height: shape.height, channels: 3 } as const;
const image = () => sharp(testPixels(3, shape), { raw });

/** Whole files of both formats, of the kinds that the fast decoders and libvips take. */
async function originals(): Promise<{ name: string; bytes: Uint8Array }[]> {
  const files = {
    png: image().png(),
    'interlaced png': image().png({ progressive: true }),
    'palette png': image().png({ palette: true }),
    'grey png': image().toColourspace('b-w').png(),
    jpeg: image().jpeg({ quality: 80 }),
    'progressive jpeg': image().jpeg({ progressive: true }),
    'grey jpeg': image().toColourspace('b-w').jpeg(),
  };
  return Promise.all(Object.entries(files).map(async ([name, file]) => ({ name, bytes: await file.toBuffer() })));
}

/** One to four accidents: a byte changed, a bit turned, a piece cut out, doubled or filled with zeros, the end cut off. */
function mutate(bytes: Uint8Array, random: CounterRandom): Uint8Array {
  let result = Uint8Array.from(bytes);
  for (let i = random.integer(4); i >= 0; i--) {
    const at = random.integer(result.length);
    const end = Math.min(result.length, at + 1 + random.integer(40));
    const kind = random.integer(6);
    if (kind === 0) result[at] = random.integer(256);
    else if (kind === 1) result[at]! ^= 1 << random.integer(8);
    else if (kind === 2) result = Buffer.concat([result.subarray(0, at), result.subarray(end)]);
    else if (kind === 3) result = Buffer.concat([result.subarray(0, end), result.subarray(at)]);
    else if (kind === 4) result.fill(0, at, end);
    else if (result.length > 60) result = result.subarray(0, 30 + random.integer(result.length - 30));
  }
  return result;
}

/**
 * Decodes so many mutated files. A PNG has checksums: it is refused, or has the pixels it had. A JPEG has none: it is refused, or has the
 * size its header says.
 *
 * @throws Error saying which file (by its seed) gave what it must not.
 */
export async function fuzzDecoders(count: number, seed: number): Promise<FuzzCounts> {
  const files = await originals();
  const pixels = await Promise.all(files.map(({ bytes, name }) => decodeImage(bytes, name)));
  const counts: FuzzCounts = { refused: 0, unchanged: 0, changed: 0 };
  for (let i = 0; i < count; i++) {
    const which = i % files.length;
    const { name, bytes } = files[which]!;
    const where = `${name} ${i} of seed ${seed}`;
    const mutated = mutate(bytes, new CounterRandom(seed, i));
    let decoded: Pixels;
    try {
      decoded = await decodeImage(mutated, where, { maxPixels: 1_000_000 });
    } catch (error) {
      if (!(error instanceof UserError) || !error.message.startsWith(`${where}: the image`))
        throw new Error(`${where}: not refused as it should be`, { cause: error });
      counts.refused++;
      continue;
    }
    const { data, height, width, channels } = decoded;
    if (data.length !== height * width * channels || height * width > 1_000_000)
      throw new Error(`${where}: ${data.length} bytes for ${width} × ${height} × ${channels}`);
    const same = Buffer.compare(data, pixels[which]!.data) === 0;
    if (!same && name.includes('png')) throw new Error(`${where}: other pixels in spite of its checksums`);
    counts[same ? 'unchanged' : 'changed']++;
  }
  return counts;
}
