import type { MimeBundle } from 'common/utils';
import { html, pngImage } from './html.js';
import { inspectText } from './inspectText.js';
import { hasMethods, kind } from './kind.js';
import { shrinkImage } from './png.js';
import { type Cell, shorten, type Table, tableHtml, tableText } from './table.js';

interface FeatureLike {
  readonly type: string;
  readonly names?: readonly string[];
  readonly dtype?: string;
  readonly name?: string;
  readonly feature?: FeatureLike;
}

/** What is used here of a data set of common/data; a stream has no length. */
interface DatasetLike {
  readonly name: string;
  readonly splitName: string;
  readonly features: Readonly<Record<string, FeatureLike>>;
  readonly length?: number;
  gather?(indices: readonly number[]): Promise<Record<string, unknown>[]>;
}

/** Rows of the page. */
const ROWS = 8;
/** The longer side of a thumbnail in pixels. */
const THUMBNAIL = 64;

const isDataset = (value: object): value is DatasetLike =>
  'features' in value &&
  typeof value.features === 'object' &&
  'fingerprint' in value &&
  typeof value.fingerprint === 'string' &&
  'splitName' in value &&
  typeof value.splitName === 'string' &&
  hasMethods(value, 'selectColumns', 'shard');

/** A data set: its length, columns and first rows, with thumbnails. Of a stream nothing is read: showing it must not start a download. */
export const showDataset = kind(isDataset, async (dataset: DatasetLike): Promise<MimeBundle> => {
  const columns = Object.entries(dataset.features);
  const { length, gather } = dataset;
  const rows = length === undefined ? 'a stream of rows' : `${length.toLocaleString('en')} rows`;
  const summary = `${dataset.name}, ${dataset.splitName}: ${rows} × ${columns.length} columns`;
  const shown = Math.min(ROWS, length ?? 0);
  const table: Table = {
    head: ['', ...columns.map(([name]) => name)],
    types: ['', ...columns.map(([, feature]) => shorten(typeText(feature), 60))],
    rows: [],
    right: new Set([0]),
  };
  if (gather !== undefined && shown > 0) {
    const read = await gather.call(dataset, [...Array(shown).keys()]);
    table.rows = await Promise.all(
      read.map(async (row, i) => [
        String(i),
        ...(await Promise.all(columns.map(([name, feature]) => cellOf(row[name], feature)))),
      ]),
    );
  }
  const more = length !== undefined && length > shown ? `… ${(length - shown).toLocaleString('en')} more rows` : '';
  return {
    'text/html': html`<div><div>${summary}</div>${tableHtml(table)}<div>${more}</div></div>`.markup,
    'text/plain': [summary, tableText(table), ...(more === '' ? [] : [more])].join('\n'),
  };
});

async function cellOf(value: unknown, feature: FeatureLike): Promise<Cell> {
  if (value === null || value === undefined) return 'null';
  if (feature.type === 'classLabel' && typeof value === 'number') {
    const name = feature.names?.[value] ?? '?';
    return name === String(value) ? name : `${value} ${name}`;
  }
  if (feature.type === 'image' && typeof value === 'object' && 'bytes' in value && value.bytes instanceof Uint8Array) {
    const { bytes } = value;
    const text = `image, ${bytes.length.toLocaleString('en')} bytes`;
    try {
      return { html: pngImage(await shrinkImage(bytes, THUMBNAIL), { pixelated: true, alt: text }), text };
    } catch {
      return `${text} that cannot be decoded`;
    }
  }
  return shorten(typeof value === 'string' ? value : inspectText(value));
}

function typeText({ type, names, dtype, name, feature }: FeatureLike): string {
  if (type === 'classLabel') return `class of ${names?.length ?? 0}: ${names?.slice(0, 3).join(', ')}…`;
  if (type === 'sequence' && feature !== undefined) return `list of ${typeText(feature)}`;
  return dtype ?? name ?? type;
}
