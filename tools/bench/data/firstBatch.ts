// Seconds from the start of the process to the first shuffled batch of MNIST as a tensor of the engine: npx tsx firstBatch.ts <data set folder>.
import 'common/backend';
import { createLoader, loadDataset } from 'common/data';

const dataset = await loadDataset(process.argv[2] ?? '', { split: 'train' });
const loader = createLoader(dataset, {
  ...{ batchSize: 128, shuffle: true, workers: 2 },
  transforms: [{ name: 'normalize', mean: [0.5], std: [0.25] }],
});
for await (const { image } of loader.batches(0)) {
  if (image.shape[0] !== 128) throw new Error(`${image.shape}`);
  break;
}
console.log(JSON.stringify({ case: 'first_batch', engine: 'atelier', seconds: Math.round(performance.now()) / 1000 }));
await loader.close();
