import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureDigits } from 'common/data';
import { projectRoot } from 'common/utils';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPaper, snakeCase } from './newPaper.js';

let root: string;
let papers: string;
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'atelier-new-')));
  papers = join(root, 'papers');
  // Where the new paper's imports, compiler and linter find what they find in the project.
  symlinkSync(join(projectRoot(), 'node_modules'), join(root, 'node_modules'));
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const run = async (file: string, ...args: string[]) =>
  promisify(execFile)(process.execPath, [join(projectRoot(), 'node_modules', file), ...args], {
    ...{ cwd: root, env: { ...process.env, ATELIER_ASSETS: join(root, 'assets') } },
  });

test('a new paper has the form of the house, with its own name, title and number', async () => {
  const folder = await newPaper('residual_learning', {
    papers,
    title: 'Residual $& Learning',
    arxiv: 'arXiv:1512.03385',
  });
  expect(readdirSync(folder).sort()).toEqual(
    ['README.md', 'config.test.ts', 'config.yaml', 'evaluate.ts', 'recipe.ts', 'schema.ts', 'train.ts'].sort(),
  );
  const text = readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
  expect(text).toContain('# Residual $& Learning\n');
  expect(text).toContain('https://arxiv.org/abs/1512.03385');
  expect(text).toContain('npx atelier train papers/residual_learning');
  expect(text).not.toMatch(/paper_name|Paper Name|0000\.00000/);
  expect(readdirSync(papers)).toEqual(['residual_learning']);
});

test('it passes the type check, the linter and its own test, and trains at once', async () => {
  const folder = await newPaper('with_a_very_long_name_of_many_words_that_goes_on_and_on_until_lines_would_break', {
    papers,
  });
  const settings = { extends: join(projectRoot(), 'tsconfig.json'), include: ['papers'], exclude: [] };
  writeFileSync(join(root, 'tsconfig.json'), JSON.stringify(settings));
  const biome = JSON.parse(readFileSync(join(projectRoot(), 'biome.json'), 'utf8'));
  writeFileSync(join(root, 'biome.json'), JSON.stringify({ ...biome, vcs: { enabled: false } }));
  const digits = await ensureDigits({ folder: join(root, 'digits'), train: 64, test: 32 });
  const output = join(root, 'run');
  const [types, , trained] = await Promise.all([
    run('typescript/bin/tsc', '--noEmit', '--pretty', 'false', '--project', root).catch((error) => error),
    run('@biomejs/biome/bin/biome', 'check', '--error-on-warnings', papers),
    run(
      'tsx/dist/cli.mjs',
      join(folder, 'train.ts'),
      `data.folder=${digits}`,
      'epochs=1',
      'batchSize=16',
      '--output',
      output,
    ),
  ]);
  // An error in common, which is checked along, is not the template's.
  expect(types.stdout).not.toMatch(/^papers\//m);
  expect(trained.stderr + trained.stdout).toMatch(/accuracy/);
  for (const file of ['model.onnx', 'metrics.csv', 'plots/learning_curves.png'])
    expect(existsSync(join(output, file))).toBe(true);
  const evaluated = await run('tsx/dist/cli.mjs', join(folder, 'evaluate.ts'), output);
  expect(evaluated.stdout).toMatch(/32 test images/);
}, 120_000);

test.each([
  ['Deep Residual Learning', 'deep_residual_learning'],
  ['deepResidualLearning', 'deep_residual_learning'],
  ['ViT: 16x16 Wörter!', 'vit_16x16_worter'],
  ['deep-residual', 'deep_residual'],
  ['deep__residual_', 'deep_residual'],
  ['../evil', 'evil'],
  ['a/b', 'a_b'],
])('the name %j is refused, with %j', async (name, near) => {
  expect(snakeCase(name)).toBe(near);
  await expect(newPaper(name, { papers })).rejects.toMatchObject({
    ...{ name: 'UsageError', message: expect.stringContaining(`Did you mean "${near}"?`) },
  });
});

test.each(['', '…', 'nul', 'com1', 'a'.repeat(101)])('the name %j is refused', async (name) => {
  await expect(newPaper(name, { papers })).rejects.toThrow('cannot be the name of a paper');
});

test('a folder that is there is left as it is', async () => {
  mkdirSync(join(papers, 'Taken'), { recursive: true });
  writeFileSync(join(papers, 'Taken', 'mine.txt'), 'mine');
  await expect(newPaper('taken', { papers })).rejects.toThrow('Taken exists already, and is left as it is');
  expect(readdirSync(join(papers, 'Taken'))).toEqual(['mine.txt']);
  await expect(newPaper('x', { papers, title: 'a\nb' })).rejects.toThrow('one line of text');
  await expect(newPaper('x', { papers, title: 'a */ b' })).rejects.toThrow('one line of text');
  await expect(newPaper('x', { papers, arxiv: '12' })).rejects.toThrow('such as 2010.11929');
  expect(existsSync(join(papers, 'x'))).toBe(false);
});
