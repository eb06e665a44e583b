/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration's own references */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { UserError } from '../utils/index.js';
import { check } from './check.js';
import { configInfo, defineConfig } from './define.js';
import { files, paper, schema } from './fixtures/paper.js';
import { PrintAndExit } from './printAndExit.js';
import { readYaml } from './yamlFile.js';

/** mulberry32: the same mutations at every run of the tests. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const scraps = [
  ...[
    '',
    ' ',
    '\n',
    '\t',
    ':',
    ': ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '#',
    '&a ',
    '*a',
    '!',
    '!!',
    '|',
    '>',
    '%',
    '@',
    '`',
    ',',
    '?',
    '? ',
  ],
  ...[
    '=',
    '.',
    '/',
    '~',
    '+',
    '-',
    '--',
    '0',
    '-1',
    '1e-3',
    '.nan',
    '.inf',
    'null',
    'true',
    '__proto__',
    'constructor',
    'toString',
    '<<',
  ],
  ...[
    '\u0000',
    '\uFEFF',
    '\u2028',
    'ü',
    '😀',
    '\ud800',
    '---',
    '...',
    'defaults',
    '_self_',
    'seed',
    'optimizer',
    'name',
    'sgd',
    'lr',
    '../',
    '${',
    '}',
    '${seed}',
    '${.lr}',
    '${env:ATELIER_FUZZ}',
    '${env:NONE,',
    'override ',
    'optional ',
    '@',
    '_global_',
    '_here_',
    '<<: *a',
    '\\',
  ],
];

/** Inserts, deletes, doubles or replaces a few scraps. */
function mutate(text: string, next: (below: number) => number): string {
  let result = text;
  for (let times = 1 + next(2); times > 0; times--) {
    const at = next(result.length + 1);
    const length = next(6);
    const scrap = [
      scraps[next(scraps.length)] ?? '',
      '',
      result.slice(at, at + length).repeat(2),
      result.slice(next(result.length + 1)).slice(0, 8),
    ];
    result = result.slice(0, at) + (scrap[next(4)] ?? '') + result.slice(at + (next(2) ? length : 0));
  }
  return result;
}

vi.stubEnv('ATELIER_FUZZ', 'fuzzy-secret');

/** The paper of the tests with more of the grammar in it. */
const all = {
  ...files,
  'config.yaml': `${files['config.yaml']}labels: {a: "\${seed}", b: "\${.a}"}\nlimit: \${optimizer.lr}\nema: &x {decay: 0.5}\n`,
  'other.yaml': 'defaults: [config, {override model: classic}, _self_]\ntitle: ${env:ATELIER_FUZZ}\n',
};

/** A valid configuration, or a mistake told to the user; everything else is thrown on. */
async function outcome(dir: string, argv: readonly string[]): Promise<string> {
  try {
    const config = await defineConfig({ schema, dir, argv });
    expect(schema.parse(config)).toEqual(config);
    expect(JSON.stringify(configInfo(config).yaml)).not.toContain('fuzzy-secret');
    expect(configInfo(config).runName).toMatch(/^[A-Za-z0-9_+-][A-Za-z0-9._+-]{0,99}$/);
    const again = await defineConfig({ schema, dir, argv: configInfo(config).overrides });
    expect(again).toEqual(config);
    return 'valid';
  } catch (error) {
    if (error instanceof PrintAndExit) return 'printed';
    if (!(error instanceof UserError)) throw error;
    expect(error.message).not.toMatch(/\bat .*\.ts:|undefined|\[object/);
    return 'refused';
  }
}

test('300 mutated command lines: a valid configuration or a message, and the overrides told give it again', async () => {
  const next = random(1);
  const dir = paper(all);
  const words = [
    'seed=1',
    'optimizer.lr=1e-3',
    'data=photos',
    'model=classic',
    'optimizer={name: sgd, lr: 1}',
    'data.mean=[1,2]',
    'title="a b"',
    'ema.decay=0.5',
    'labels.cat=1',
    '--help',
    'optimizer.betas=[0.9, 0.99]',
    '+labels.dog=2',
    '++limit=3',
    '~title',
    '~optimizer.betas',
    '+model=classic',
    'model@labels=adaptive',
    '~model',
    'title=${data.folder}/${seed}',
    'limit=${env:ATELIER_FUZZ,3}',
    'data.mean=[${optimizer.lr},1]',
    'labels={a:1,b:${seed}}',
    '--config-name=other',
    '--config=other.yaml',
  ];
  const counts = new Map<string, number>();
  for (let i = 0; i < 300; i++) {
    const argv = [mutate(words[next(words.length)] ?? '', next), words[next(words.length)] ?? ''];
    const result = await outcome(dir, argv).catch((error: unknown) => {
      throw new Error(`${JSON.stringify(argv)} threw ${String(error)}`, { cause: error });
    });
    counts.set(result, (counts.get(result) ?? 0) + 1);
  }
  expect(counts.get('valid')).toBeGreaterThan(30);
  expect(counts.get('refused')).toBeGreaterThan(30);
});

test('300 mutated YAML files: a valid configuration or a message', async () => {
  const next = random(2);
  const dir = paper(all);
  const counts = new Map<string, number>();
  for (let i = 0; i < 300; i++) {
    const which = i % 4 === 0 ? 'config/data/photos.yaml' : i % 4 === 1 ? 'other.yaml' : 'config.yaml';
    const text = mutate(all[which], next);
    writeFileSync(join(dir, which), text);
    const result = await outcome(dir, [
      'data=photos',
      ...(which === 'other.yaml' ? ['--config-name=other'] : []),
    ]).catch((error: unknown) => {
      throw new Error(`${JSON.stringify(text)} threw ${String(error)}`, { cause: error });
    });
    counts.set(result, (counts.get(result) ?? 0) + 1);
    writeFileSync(join(dir, which), all[which]);
  }
  expect(counts.get('valid')).toBeGreaterThan(30);
  expect(counts.get('refused')).toBeGreaterThan(30);
});

test('100 mutated resolved copies', async () => {
  const next = random(3);
  const dir = paper(files);
  const { yaml } = configInfo(await defineConfig({ schema, dir, argv: ['data=photos'] }));
  const path = join(dir, 'resolved.yaml');
  for (let i = 0; i < 100; i++) {
    writeFileSync(path, mutate(yaml, next));
    try {
      const { tree } = await readYaml(path);
      check(tree, schema);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
});
