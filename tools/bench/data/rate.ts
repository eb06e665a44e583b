// Images per second of a loader with 2 threads, in its second epoch: npx tsx rate.ts <case> <data set folder>.
import { createLoader } from 'common/data';
import { rateCases } from './cases.js';

const [name = '', folder = ''] = process.argv.slice(2);
const { open, batchSize, transforms } = rateCases[name]!;
const dataset = await open(folder);
const loader = createLoader(dataset, { batchSize, transforms, shuffle: true, workers: 2, cacheBytes: 0 });
// The first epoch lets the threads start and the compiler warm up.
for await (const _ of loader.batches(0));
let count = 0;
let start: number | undefined;
let before = process.cpuUsage();
for await (const { indices } of loader.batches(1)) {
  if (start === undefined) {
    start = performance.now();
    before = process.cpuUsage();
  } else count += indices.length;
}
const seconds = (performance.now() - (start ?? 0)) / 1000;
const { user, system } = process.cpuUsage(before);
const line = { case: name, engine: 'atelier, 2 workers', images_per_second: Math.round(count / seconds) };
console.log(JSON.stringify({ ...line, cpu_us: Math.round((user + system) / count) }));
await loader.close();
