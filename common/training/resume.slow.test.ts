// The papers themselves, killed at random moments and resumed, against the run that nobody disturbed: bitwise the same files.
// ATELIER_KILL_SEEDS=7,8,9 chooses other moments than the default ones; the seeds are printed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { CounterRandom, ensureDigits, generateNumberPairs } from '../data/index.js';
import { projectRoot } from '../utils/index.js';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const seeds = (process.env.ATELIER_KILL_SEEDS ?? '1,2,3').split(',').map(Number);
let assets: string;

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  output: string;
  /** Milliseconds between the first step and the end. */
  lasted: number;
}

/** Runs train.ts; `disturb` is called when it prints these words: by default at its first step. */
function train(
  paper: string,
  argv: string[],
  disturb: (kill: (signal: NodeJS.Signals) => void) => void = () => {},
  words = ' · step ',
): Promise<Ended> {
  const script = join(projectRoot(), 'papers', paper, 'train.ts');
  const child = spawn(process.execPath, ['--import', tsx, script, ...argv], {
    env: { ...process.env, ATELIER_ASSETS: assets },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let opened: number | undefined;
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      output += data;
      if (opened !== undefined || !output.includes(words)) return;
      opened = performance.now();
      disturb((signal) => child.kill(signal));
    });
  return new Promise((resolve) =>
    child.on('close', (code, signal) =>
      resolve({ code, signal, output, lasted: performance.now() - (opened ?? performance.now()) }),
    ),
  );
}

/** What runs leave besides checkpoints and metrics, each paper some of them. */
const artefacts = ['model.onnx', 'encoder.onnx', 'decoder.onnx', 'tokenizer.json', 'test.hypothesis.txt'];

/** Hashes of what a finished run leaves; metrics.csv without its column of seconds. */
async function results(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(join(folder, 'checkpoints'))).sort().map((name) => join('checkpoints', name));
  names.push(...artefacts.filter((name) => existsSync(join(folder, name))));
  const hash = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
  const entries = names.map(async (name) => [name, hash(await readFile(join(folder, name)))]);
  const metrics = (await readFile(join(folder, 'metrics.csv'), 'utf8')).replace(/,[^,\n]*$/gm, '');
  return { ...Object.fromEntries(await Promise.all(entries)), 'metrics.csv': metrics };
}

beforeAll(async () => {
  assets = await mkdtemp(join(tmpdir(), 'atelier-kill-'));
});

const digits = () => ensureDigits({ folder: join(assets, 'digits'), train: 640, test: 200 });

/** Pairs as a folder of JSON lines. */
async function sentences(): Promise<string> {
  const folder = join(assets, 'sentences');
  await mkdir(folder, { recursive: true });
  for (const [split, count] of [['train', 2000], ['validation', 40], ['test', 40]] as const) // biome-ignore format: one line
    await writeFile(
      join(folder, `${split}.jsonl`),
      Array.from(generateNumberPairs({ count, max: 999, split }), (pair) => `${JSON.stringify(pair)}\n`).join(''),
    );
  return folder;
}

interface Recipe {
  paper: string;
  data: () => Promise<string>;
  argv: string[];
}

const translator = [
  ...['model.dim=32', 'model.feedForward=64', 'model.heads=2', 'model.dropout=0.1', 'samples=20', 'average=2'],
  ...['data.name=sentences', 'data.source=source', 'data.target=target', 'data.vocabulary=400', 'data.maxLength=64'],
  ...['data.maxTokens=512', 'search.beams=2'],
];

/** Everything that has a state: dropout, stochastic depth, augmentation in threads, averaged weights; batch norm and momentum; a stream's place. */
const recipes: Record<string, Recipe> = {
  'Vision Transformer, AdamW, averaged weights': {
    paper: 'an_image_is_worth_16x16_words',
    data: digits,
    argv: [
      ...['epochs=4', 'batchSize=16', 'workers=2', 'model.dim=32', 'model.depth=2', 'model.heads=2'],
      ...['model.dropout=0.1', 'model.attentionDropout=0.1', 'model.dropPath=0.1', 'ema.decay=0.9'],
    ],
  },
  'ResNet with batch norm, SGD with momentum': {
    paper: 'an_image_is_worth_16x16_words',
    data: digits,
    argv: ['epochs=2', 'model=resnet9', 'batchSize=32'],
  },
  'encoder and decoder, pairs in memory': {
    paper: 'attention_is_all_you_need',
    data: sentences,
    argv: [...translator, 'data.generated=null', 'epochs=3'],
  },
  'encoder and decoder, pairs of a stream': {
    paper: 'attention_is_all_you_need',
    data: sentences,
    argv: [
      ...[
        'data=wmt14',
        'model=tiny',
        ...translator,
        'data.id=null',
        'data.config=null',
        'epochs=4',
        'schedule.warmup=20',
      ],
      'data.streaming={ steps: 40, widths: [16, 32, 64], window: 256, vocabularyTexts: 800 }',
    ],
  },
};

describe.each(Object.entries(recipes))('%s', (name, { paper, data, argv: own }) => {
  const argv = [...own];
  let whole: Ended;
  let folder: string;

  beforeAll(async () => {
    argv.push(`data.folder=${await data()}`);
    folder = join(assets, `whole ${name}`);
    whole = await train(paper, [...argv, '--output', folder]);
    expect(whole.code, whole.output).toBe(0);
  });

  it.each(seeds)(
    'killed at the random moments of seed %i, it ends bitwise where the undisturbed run ends',
    async (seed) => {
      // A machine that was slower when the undisturbed run was timed lets a run finish before its kills: then again, with earlier ones.
      for (let attempt = 1; ; attempt++) {
        const killed = join(assets, `killed ${seed} ${attempt} ${name}`);
        const story = await killAgainAndAgain(
          new CounterRandom(seed, name.length),
          killed,
          whole.lasted / (4 * attempt),
        );
        const last = await train(paper, ['--resume', killed]);
        expect(last.code, last.output).toBe(0);
        expect(await results(killed)).toEqual(await results(folder));
        const inside = story.some((line) => /^from epoch \d+, batch [1-9]/.test(line));
        if ((story.length < 3 || !inside) && attempt < 4) continue;
        console.log([`seed ${seed}, ${name}`, ...story].join('\n  '));
        expect(story.length).toBeGreaterThan(2);
        expect(inside, 'resumed in the middle of an epoch').toBe(true);
        break;
      }
    },
  );

  /** Up to six lives of one run, each killed within `milliseconds` of its first step; a line for each. */
  async function killAgainAndAgain(random: CounterRandom, killed: string, milliseconds: number): Promise<string[]> {
    const story: string[] = [];
    let args = [...argv, '--output', killed];
    for (let lives = 0; lives < 6; lives++) {
      const at = random.uniform(0, milliseconds);
      // Now and then before the first step: while the checkpoint is read, the step recorded, the first checkpoint written.
      const early = random.uniform() < 0.2 && lives !== 1;
      // Half of them ask to save first, which puts the checkpoint mid-epoch, and are killed while or after that goes on. The second life has the time to.
      const ask = lives === 1 || random.uniform() < 0.5;
      const after = lives === 1 ? 20_000 : random.uniform(0, 300);
      const disturb = (kill: (signal: NodeJS.Signals) => void) => {
        setTimeout(() => kill(ask ? 'SIGTERM' : 'SIGKILL'), at);
        if (ask) setTimeout(() => kill('SIGKILL'), at + after);
      };
      const { code, signal, output } = await train(paper, args, disturb, early ? 'Run folder' : undefined);
      if (code === 0) break; // finished before the moment came
      expect([signal, code], output).toContainEqual(signal === null ? 143 : 'SIGKILL');
      const from = /Resuming at (.*)\./.exec(output)?.[1] ?? 'the start';
      const how = ask ? `SIGTERM and SIGKILL ${after.toFixed(0)} ms later` : 'SIGKILL';
      story.push(`from ${from}: ${how} ${at.toFixed(0)} ms after ${early ? 'opening' : 'its first step'}`);
      args = ['--resume', killed];
    }
    return story;
  }
});
