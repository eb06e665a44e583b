import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type * as z from 'zod';
import { configInfo, defineConfig } from './define.js';
import { findRun } from './findRun.js';
import { files, mistake, paper, schema } from './fixtures/paper.js';
import { PrintAndExit } from './printAndExit.js';
import { loadResolvedConfig } from './resolved.js';

const define = (dir: string, ...argv: string[]) => defineConfig({ schema, dir, argv });
const printed = async (dir: string, ...argv: string[]): Promise<string> => {
  const error = await define(dir, ...argv).catch((thrown: unknown) => thrown);
  if (!(error instanceof PrintAndExit)) throw error;
  return error.text;
};
afterEach(() => vi.unstubAllEnvs());

test('the result has the type of the schema and is frozen all through', async () => {
  const config: z.infer<typeof schema> = await define(paper(files));
  expect(config.optimizer).toEqual({ name: 'adamw', lr: 0.01, betas: [0.9, 0.95] });
  expect(() => Object.assign(config.optimizer, { lr: 1 })).toThrow(TypeError);
  expect(() => config.data.mean.push(1)).toThrow(TypeError);
});

test('the order of overrides matters for one key only, where the last counts', async () => {
  const dir = paper(files);
  const words = [
    'data=photos',
    'optimizer.lr=0.5',
    'model=classic',
    'optimizer={momentum: 0.1}',
    'seed=3',
    'optimizer.momentum=0.2',
  ];
  const first = await define(dir, ...words);
  expect(first.optimizer).toEqual({ name: 'sgd', lr: 0.5, momentum: 0.2 });
  for (let turn = 1; turn < words.length; turn++) {
    const turned = await define(dir, ...words.slice(turn), ...words.slice(0, turn));
    expect(turned).toEqual(first);
    expect(configInfo(turned)).toMatchObject({
      overrides: configInfo(first).overrides,
      runName: configInfo(first).runName,
    });
  }
  expect((await define(dir, 'seed=1', 'seed=2')).seed).toBe(2);
  expect((await define(dir, 'data=digits', 'data=photos')).data.folder).toBe('photos');
});

test('configInfo tells where a configuration came from', async () => {
  const dir = paper(files);
  const config = await define(dir, 'seed=1', 'optimizer.lr=1E-1', 'data=photos', 'title=007', '--output', 'there');
  const { differences, yaml, saved, ...info } = configInfo(config);
  expect(saved).toEqual(config);
  expect(info).toEqual({
    dir,
    name: basename(dir),
    overrides: ['data=photos', 'optimizer.lr=0.1', 'seed=1', 'title="007"'],
    choices: new Map([
      ['data', 'photos'],
      ['model', 'adaptive'],
    ]),
    runName: 'photos_lr-0.1_seed-1_title-007',
    options: { output: join(process.cwd(), 'there') },
  });
  expect(Object.fromEntries(differences)).toEqual({
    ...{ seed: 1, title: '007', 'optimizer.lr': 0.1, 'data.folder': 'photos', 'data.mean': [0.4, 0.5, 0.6] },
    'data.steps': [{ name: 'crop', padding: 4 }],
  });
  expect(yaml).toContain('optimizer:\n  name: adamw\n  lr: 0.1\n  betas: [0.9, 0.95]\n');
  expect(await define(dir, ...info.overrides)).toEqual(config);
  expect(() => configInfo({ ...config })).toThrow('not a configuration made by defineConfig');
});

test('an override that changes nothing is no difference', async () => {
  const info = configInfo(await define(paper(files), 'seed=0', 'model=adaptive', 'optimizer.name=adamw'));
  expect(info.differences.size).toBe(0);
  expect(info.runName).toBe('digits');
});

test("a recipe's keys are differences, but the run's name says only its option", async () => {
  const info = configInfo(await define(paper(files), 'model=classic', 'optimizer.momentum=0.5'));
  expect(info.runName).toBe('digits_classic_momentum-0.5');
  expect(Object.fromEntries(info.differences)).toEqual({
    ...{ title: 'classic', 'optimizer.name': 'sgd', 'optimizer.lr': 0.5, 'optimizer.momentum': 0.5 },
    'optimizer.betas': undefined,
  });
});

test('the resolved copy reads back as the same configuration', async () => {
  const dir = paper(files);
  const config = await define(
    dir,
    'title="1e3"',
    'limit=1e-30',
    'labels={a b: 1, "true": 2}',
    'data.mean=[-0.0, 1e21]',
  );
  const path = join(dir, 'resolved.yaml');
  writeFileSync(path, configInfo(config).yaml);
  const again = await loadResolvedConfig(path, schema);
  expect(again).toEqual(config);
  expect(Object.isFrozen(again.optimizer)).toBe(true);
  writeFileSync(path, configInfo(config).yaml.replace('seed: 0', 'sede: 0'));
  await expect(loadResolvedConfig(path, schema)).rejects.toThrow(`${path}:1:1: unknown key sede. Did you mean "seed"?`);
});

test('--print-config prints the resolved configuration, which is a configuration', async () => {
  const text = await printed(paper(files), '--print-config', 'seed=5');
  expect(text).toBe(configInfo(await define(paper(files), 'seed=5')).yaml);
  expect((await define(paper({ 'config.yaml': text }))).seed).toBe(5);
});

test('--help lists groups, options and every key with its value, type and meaning', async () => {
  const help = await printed(paper(files), '--help', 'limit=3');
  expect(help).toMatch(/^A paper of the tests\n\nUsage: atelier train .* \[key=value …\] \[group=option …\]\n/);
  const rows = help.split('\n').map((line) => line.trim().split(/ {2,}/));
  for (const row of [
    ['data=digits', 'chosen', 'built-in digits'],
    ['data=photos', 'photographs'],
    ['model=classic', 'with its recipe'],
    ['seed', '0', 'integer ≥ 0', 'seed of everything'],
    ['title', 'baseline', 'string', 'free text'],
    ['debug', 'false', 'true or false'],
    ['limit', '3', 'number > 0 or null', 'null: no limit'],
    ['precision', 'float32', 'float32 | float16'],
    ['data.folder', 'digits', 'string, not empty', 'where the images are'],
    ['data.steps[].name', 'required', 'crop | flip'],
    ['data.steps[].padding', 'required', 'integer > 0'],
    ['optimizer.name', 'adamw', 'adamw | sgd', 'AdamW'],
    ['optimizer.lr', '0.01', 'number > 0', 'peak learning rate'],
    ['with optimizer.name=sgd', 'SGD'],
    ['optimizer.momentum', '0.9', 'number ≥ 0 and < 1'],
    ['ema', 'null', 'set of keys or null'],
    ['ema.decay', '0.999', 'number ≥ 0 and < 1'],
    ['--resume <run>', 'go on with an interrupted run, with its own configuration'],
  ])
    expect(rows).toContainEqual(row);
  expect(await printed(paper(files), '-h', 'model=classic')).toMatch(/optimizer\.lr +0\.5 /);
});

test.each([
  [
    '--resum x',
    'unknown option --resum. Did you mean "--resume"? Options: --resume, --output, --config, --config-name, --multirun, --jobs, --fail-fast, --force, --print-config, --help',
  ],
  [
    '--outptu=x',
    'unknown option --outptu. Did you mean "--output"? Options: --resume, --output, --config, --config-name, --multirun, --jobs, --fail-fast, --force, --print-config, --help',
  ],
  ['--seed 1', 'unknown option --seed. Keys are written without dashes: seed=value'],
  ['--lr=1', 'unknown option --lr. Keys are written without dashes: optimizer.lr=value'],
  [
    '-x',
    'unknown option -x. Options: --resume, --output, --config, --config-name, --multirun, --jobs, --fail-fast, --force, --print-config, --help',
  ],
  ['--resume', '--resume needs a run: --resume <run>'],
  ['--resume --help', '--resume needs a run: --resume <run>'],
  ['--output seed=1', '--output needs a folder: --output <folder>'],
  ['--output=', '--output needs a folder: --output <folder>'],
  ['--help=x', '--help takes no value'],
  ['seed', 'seed: overrides are written key=value. Write seed=value'],
  ['sede', 'sede: overrides are written key=value. Did you mean "seed"?'],
  ['zzzzzzzzzzzz', 'zzzzzzzzzzzz: overrides are written key=value.'],
])('%s is a usage error', async (line, message) => {
  expect(await mistake(schema, files, ...line.split(' '))).toBe(`UsageError: ${message}`);
});

async function startedRun(...argv: string[]) {
  const dir = paper(files);
  const assets = paper({});
  vi.stubEnv('ATELIER_ASSETS', assets);
  const info = configInfo(await define(dir, ...argv));
  const run = paper({ 'config.yaml': info.yaml, 'overrides.txt': `${info.overrides.join('\n')}\n` });
  return { dir, run, assets, info };
}

test("--resume takes the run's configuration", async () => {
  const { dir, run, info } = await startedRun('seed=4', 'model=classic');
  writeFileSync(join(dir, 'config.yaml'), files['config.yaml'].replace('title: baseline', 'title: edited since'));
  const config = await define(dir, '--resume', run);
  expect(config).toMatchObject({ seed: 4, title: 'classic', optimizer: { name: 'sgd' } });
  expect(configInfo(config)).toMatchObject({
    options: { resume: run },
    runName: basename(run),
    overrides: info.overrides,
  });
});

test('--resume takes overrides which change nothing and refuses others', async () => {
  const { dir, run } = await startedRun('seed=4', 'model=classic');
  for (const same of [
    ['seed=4', 'model=classic'],
    ['seed=4'],
    ['model=classic'],
    ['optimizer.lr=0.5', 'model=classic'],
  ])
    expect((await define(dir, '--resume', run, ...same)).seed).toBe(4);
  await expect(define(dir, '--resume', run, 'seed=5', 'debug=true')).rejects.toThrow(
    `--resume ${run} goes on with the run's own configuration, but the overrides differ from it:\n` +
      '  debug: false in the run, true here\n  seed: 4 in the run, 5 here\nLeave the overrides away, take them nevertheless with --force <key>, or start a new run without --resume.',
  );
  await expect(define(dir, '--resume', run, 'data=photos')).rejects.toThrow(
    '  data: digits in the run, photos here\nLeave',
  );
});

test('--resume needs nothing but the run: not a required key again, and no default option passes for the chosen one', async () => {
  const { 'config/data/digits.yaml': _, ...incomplete } = {
    ...files,
    'config.yaml': files['config.yaml'].replace('data: digits', 'data: null'),
  };
  const dir = paper(incomplete);
  const info = configInfo(await define(dir, 'data=photos'));
  const run = paper({ 'config.yaml': info.yaml, 'overrides.txt': 'data=photos\n' });
  const config = await define(dir, '--resume', run, 'seed=0');
  expect(config.data.folder).toBe('photos');
  expect(configInfo(config).choices.get('data')).toBe('photos');
  await expect(define(dir, '--resume', run, 'data=null')).rejects.toThrow(
    '  data: photos in the run, null here\nLeave',
  );
  await expect(define(dir, '--resume', run, 'sede=0')).rejects.toThrow(
    'sede=0: unknown key sede. Did you mean "seed"?',
  );
});

test('--resume finds a run by its name and says where it looked', async () => {
  const { dir, assets, info } = await startedRun();
  const folder = join(assets, 'outputs', basename(dir), 'digits');
  mkdirSync(folder, { recursive: true });
  await expect(define(dir, '--resume', folder)).rejects.toThrow(
    `${folder} is not the folder of a run: it has no config.yaml`,
  );
  writeFileSync(join(folder, 'config.yaml'), info.yaml);
  mkdirSync(join(folder, 'checkpoints'));
  for (const name of ['digits', folder, join(folder, 'checkpoints')])
    expect(configInfo(await define(dir, '--resume', name)).options.resume).toBe(folder);
  await expect(define(dir, '--resume', 'digit')).rejects.toThrow(
    `No run "digit": neither a run's folder nor a name under ${join(assets, 'outputs', basename(dir))}. Did you mean "digits"?`,
  );
  expect(await findRun(`${basename(dir)}/digits`)).toBe(folder);
  await expect(findRun(dir)).rejects.toThrow('is not the folder of a run');
});
