import { mkdir, mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const url = (path: string) => JSON.stringify(pathToFileURL(path).href);
const config = url(createRequire(import.meta.url).resolve('common/package.json')).replace(
  'package.json',
  'config/index.ts',
);
const zod = url(createRequire(import.meta.url).resolve('zod'));

/** A program that behaves as a training does (configuration, folder, resume, signals) without one; `seed=13` fails until cured. */
const train = `import { existsSync, mkdirSync, readFileSync, writeFileSync, appendFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from ${zod};
import { configInfo, defineConfig } from ${config};

const schema = z.object({ lr: z.number().positive(), seed: z.int().default(0), steps: z.int().default(2), model: z.object({ width: z.int().default(1) }).prefault({}) });
const config = await defineConfig({ schema, dir: import.meta.dirname });
const { options, yaml } = configInfo(config);
const folder = options.resume ?? options.output ?? '.';
const state = join(folder, 'checkpoints', 'state.json');
mkdirSync(join(folder, 'checkpoints'), { recursive: true });
writeFileSync(join(folder, 'config.yaml'), yaml);
let step = existsSync(state) ? JSON.parse(readFileSync(state, 'utf8')).step : 0;
appendFileSync(join(folder, 'starts.txt'), step + ' ' + process.env.ATELIER_THREADS + '\\n');
const save = () => writeFileSync(state, JSON.stringify({ step, best: { metric: 'val_loss', value: config.lr * config.model.width, epoch: step }, history: [{ epoch: step, val_loss: config.lr }] }));
save();
process.on('SIGINT', () => { save(); console.log('saved'); process.exit(130); });
console.log('step', step);
while (step < config.steps) {
  await new Promise((resolve) => setTimeout(resolve, 100));
  step++;
  if (config.seed === 13 && !existsSync(join(folder, '..', 'cured'))) throw new Error('bad luck');
}
save();
writeFileSync(join(folder, 'metrics.jsonl'), JSON.stringify({ final: { test_loss: 2 * config.lr * config.model.width } }) + '\\n');
process.exit(0);
`;

/** The paper's folder within a new folder for assets, which is to be removed after the test. */
export async function multirunPaper(): Promise<{ assets: string; paper: string }> {
  const assets = await realpath(await mkdtemp(join(tmpdir(), 'atelier-multirun-')));
  const paper = join(assets, 'many');
  await mkdir(join(paper, 'config', 'model'), { recursive: true });
  await writeFile(join(paper, 'train.ts'), train);
  await writeFile(join(paper, 'package.json'), '{ "type": "module" }\n');
  await writeFile(join(paper, 'config.yaml'), 'defaults: [{model: tiny}]\nlr: 1e-3\n');
  await writeFile(join(paper, 'config', 'model', 'tiny.yaml'), 'width: 1\n');
  await writeFile(join(paper, 'config', 'model', 'wide.yaml'), 'width: 4\n');
  return { assets, paper };
}
