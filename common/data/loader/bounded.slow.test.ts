// An epoch over 20 GB of encoded images: a parquet file of 330 MB, more than is kept in memory, whose rows come 61 times in random order.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { CounterRandom } from '../random.js';
import { writeParquet } from '../testData.js';

const folder = mkdtempSync(join(tmpdir(), 'atelier-bounded-'));
afterAll(() => rmSync(folder, { recursive: true }));

const side = 1000;
const images = 110;
const times = 61;

/** A PNG of 3 MB: nothing is compressed, so that decoding it is mostly copying. */
async function largePng(i: number): Promise<Uint8Array> {
  const random = new CounterRandom(i);
  const pixels = new Uint8Array(side * side * 3);
  const words = new Uint32Array(pixels.buffer);
  for (let k = 0; k < words.length; k++) words[k] = random.bits();
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toBuffer();
}

test('20 GB: resident memory stays under 600 MB', async () => {
  const rows = [];
  for (let i = 0; i < images; i++) rows.push({ bytes: await largePng(i), label: i % 3 });
  const bytes = rows.reduce((sum, row) => sum + row.bytes.length, 0) * times;
  expect(bytes).toBeGreaterThan(20e9);
  writeParquet(join(folder, 'set', 'train.parquet'), rows, { codec: 'UNCOMPRESSED', rowGroupSize: 10 });
  const url = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
  const script = join(folder, 'script.mts');
  writeFileSync(
    script,
    `import { loadDataset } from ${url('../loadDataset.ts')};
     import { createLoader } from ${url('./createLoader.ts')};
     const once = await loadDataset(${JSON.stringify(join(folder, 'set'))}, { split: 'train' });
     const dataset = once.select(Array.from({ length: ${images * times} }, (_, i) => i % ${images}));
     const transforms = [{ name: 'centerCrop', size: 64 }];
     const loader = createLoader(dataset, { batchSize: 16, shuffle: true, workers: 2, transforms });
     let [most, count] = [0, 0];
     for await (const { indices, number } of loader.batches(0)) {
       count += indices.length;
       most = Math.max(most, process.memoryUsage.rss());
       if (number % 40 === 0) console.error(number, Math.round(process.memoryUsage.rss() / 2 ** 20));
     }
     await loader.close();
     console.log(JSON.stringify({ count, most: Math.round(most / 2 ** 20) }));`,
  );
  const { output, code } = await run([script]);
  console.log(`${(bytes / 1e9).toFixed(1)} GB of images; ${output.trim()} (most: MiB resident)`);
  expect(code).toBe(0);
  const { count, most } = JSON.parse(output.trim().split('\n').at(-1) ?? '');
  expect(count).toBe(images * times);
  expect(most).toBeLessThan(600);
});

function run(args: string[]): Promise<{ code: number | null; output: string }> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const env = { ...process.env, ATELIER_ASSETS: join(folder, 'assets') };
  const child = spawn(process.execPath, ['--import', tsx, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}
