/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration's own references */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { configInfo, defineConfig } from './define.js';
import { files, mistake, paper, schema } from './fixtures/paper.js';
import { escapeText } from './interpolation.js';
import { PrintAndExit } from './printAndExit.js';
import { loadResolvedConfig } from './resolved.js';

afterEach(() => vi.unstubAllEnvs());
/** A text of config.yaml that the schema of the tests takes, and more lines. */
const config = (more: string) => ({
  'config.yaml': `data: {folder: x}\noptimizer: {name: adamw, lr: 0.5}\n${more}\n`,
});
const define = (more: string, ...argv: string[]) => defineConfig({ schema, dir: paper(config(more)), argv });
const told = (more: string, ...argv: string[]) => mistake(schema, config(more), ...argv);

test('a reference keeps its type, within text it is text, and a default of the schema is a target too', async () => {
  expect(await define('limit: ${optimizer.lr}\ntitle: lr ${limit} p ${precision}')).toMatchObject({
    limit: 0.5,
    title: 'lr 0.5 p float32',
  });
  expect(
    await define('labels: {a: "${seed}", b: "${data.mean[0]}", c: "${optimizer.betas.0}"}').catch(String),
  ).toContain('labels.c must be an integer, but is 0.9');
  expect((await define('labels: {a: 1, b: "${.a}", c: "${..seed}"}', 'seed=7')).labels).toEqual({ a: 1, b: 1, c: 7 });
});

test('references on the command line, in lists and maps too', async () => {
  const made = await define(
    '',
    'limit=${optimizer.lr}',
    'data.mean=[${limit},1]',
    'labels={a:${seed}}',
    'title=${data.folder}/y',
  );
  expect(made).toMatchObject({ limit: 0.5, data: { mean: [0.5, 1] }, labels: { a: 0 }, title: 'x/y' });
  expect(configInfo(made).runName).toContain('limit-0.5');
});

test.each([
  ['limit: ${optimizer.lrr}', '3:8: ${optimizer.lrr}: there is no key optimizer.lrr. Did you mean "optimizer.lr"?'],
  ['title: ${optimizer}', '3:8: title must be a string, but is a set of keys'],
  ['title: a ${optimizer}', '3:8: ${optimizer} is a set of keys and cannot stand within text'],
  ['title: a ${data.mean}', '3:8: ${data.mean} is a list and cannot stand within text'],
  ['title: ${title}', '3:8: a circle of interpolations: title → title'],
  ['title: ${data.x}\nlabels: {}', '3:8: ${data.x}: there is no key data.x.'],
  ['limit: ${labels.a}\nlabels: {a: "${limit}"}', '3:8: a circle of interpolations: limit → labels.a → limit'],
  ['labels: {a: "${labels}"}', '3:13: a circle of interpolations: labels.a → labels, which holds it'],
  ['title: ${...x}', '3:8: ${...x} goes 3 levels up from title, above the root'],
  ['title: ${a', '3:8: an interpolation is not closed: ${a (a plain ${ is written \\${)'],
  ['title: ${}', '3:8: ${} is not a reference; write ${a.key}, ${.sibling} or ${env:NAME}'],
  ['title: ${a..b}', '3:8: ${a..b} is not a reference'],
  ['title: ${now:%Y}', '3:8: ${now:%Y}: there is no resolver "now"; there is ${env:NAME} and ${a.key}'],
  [
    'title: ${env:ATELIER_NONE}',
    '3:8: ${env:ATELIER_NONE}: the environment variable ATELIER_NONE is not set; ${env:ATELIER_NONE,default} gives it a default',
  ],
  [
    'data: {mean: [${seed}]}',
    '3:16: not YAML: Missing , or : between flow sequence items (inside [ ] and { } a reference needs quotes',
  ],
  ['labels: {a: ${seed}}', '(inside [ ] and { } a reference needs quotes: "${a.b}")'],
])('%s is refused', async (text, message) => {
  const error = await told(text);
  expect(error).toContain(message);
  expect(error).toMatch(/^UserError: <dir>\/config.yaml:\d/);
});

test('chains and texts that grow without end stop with a message', async () => {
  const chain = Array.from({ length: 150 }, (_, i) => `k${i}: "\${labels.k${i + 1}}"`).join(', ');
  expect(await told(`labels: {${chain}, k150: 1}`)).toContain('too long a chain of interpolations');
  const double = Array.from({ length: 30 }, (_, i) => `k${i}: "\${labels.k${i + 1}}\${labels.k${i + 1}}"`).join(', ');
  expect(await told(`labels: {${double}, k30: ab}`)).toContain('the interpolation gives more than 100000 characters');
  const maps = Array.from({ length: 20 }, (_, i) => `k${i}: {a: "\${k${i + 1}}", b: "\${k${i + 1}}"}`).join('\n');
  const open = z.record(z.string(), z.unknown());
  expect(await mistake(open, { 'config.yaml': `${maps}\nk20: 1\n` })).toContain('too large: more than 100,000 values');
  expect(await told(`title: ${'${'.repeat(5000)}`)).toContain('an interpolation is not closed');
  expect(await told(`title: ${'${'.repeat(500)}a${'}'.repeat(500)}`)).toContain('an interpolation is not closed');
}, 20_000);

test('the environment: text or number as the schema wants, a default, and a name that is a reference', async () => {
  vi.stubEnv('ATELIER_TEST', '007');
  const text = 'title: ${env:ATELIER_TEST}\nseed: ${oc.env:ATELIER_TEST}\nlimit: ${env:ATELIER_NONE,1.5}';
  expect(await define(text)).toMatchObject({ title: '007', seed: 7, limit: 1.5 });
  expect((await define('title: ${env:${precision},"a, b"}')).title).toBe('a, b');
  expect((await define('limit: ${env:ATELIER_NONE,${optimizer.lr}}')).limit).toBe(0.5);
  expect((await define('title: ${env:ATELIER_NONE,}')).title).toBe('');
  expect((await define('limit: ${env:ATELIER_NONE,null}')).limit).toBeNull();
});

test('what came from the environment is written nowhere', async () => {
  const secret = 'hunter2-hunter2';
  vi.stubEnv('ATELIER_TEST', secret);
  const text = 'title: ${env:ATELIER_TEST}\nlabels: {}\n';
  const dir = paper(config(`${text}`));
  const made = await defineConfig({ schema, dir, argv: ['data.folder=/x/${title}/${env:ATELIER_NONE,y}'] });
  expect(made).toMatchObject({ title: secret, data: { folder: `/x/${secret}/y` } });
  const info = configInfo(made);
  expect(JSON.stringify([info.yaml, info.overrides, info.runName, info.saved, [...info.differences]])).not.toContain(
    'hunter2',
  );
  expect(info.yaml).toContain('title: ${env:ATELIER_TEST}\n');
  expect(info.yaml).toContain('folder: /x/${env:ATELIER_TEST}/y\n');
  expect(await defineConfig({ schema, dir, argv: info.overrides })).toEqual(made);
  // The saved copy is read back with what the variable is then.
  const copy = join(dir, 'copy.yaml');
  writeFileSync(copy, info.yaml);
  expect(await loadResolvedConfig(copy, schema)).toEqual(made);
  const run = paper({ 'config.yaml': readFileSync(copy, 'utf8') });
  expect(await defineConfig({ schema, dir, argv: ['--resume', run] })).toEqual(made);
  vi.stubEnv('ATELIER_TEST', 'other');
  expect((await loadResolvedConfig(copy, schema)).title).toBe('other');
  for (const flag of ['--print-config', '--help', '--describe']) {
    const printed: unknown = await defineConfig({ schema, dir, argv: [flag] }).catch((error: unknown) => error);
    expect(printed).toBeInstanceOf(PrintAndExit);
    expect(String(printed)).not.toContain('other,');
  }
  vi.stubEnv('ATELIER_TEST', secret);
  expect(await told('seed: ${env:ATELIER_TEST}')).toBe(
    'UserError: <dir>/config.yaml:3:7: seed must be an integer ≥ 0, but is the value of ${env:ATELIER_TEST}',
  );
});

test('a text that looks like a reference is written escaped, and read back as it was', async () => {
  for (const title of ['${a}', 'x\\${b}', '\\\\${', 'a$b{', 'C:\\x', '${', '}${a'])
    expect((await define('', `title=${escapeText(title)}`)).title).toBe(title);
  const made = await define('title: \\${seed} is no reference');
  expect(made.title).toBe('${seed} is no reference');
  const dir = paper({ 'copy.yaml': configInfo(made).yaml });
  expect((await loadResolvedConfig(join(dir, 'copy.yaml'), schema)).title).toBe(made.title);
});

test('a default option is known in other files, and an option follows another choice', async () => {
  const chosen = {
    ...files,
    'config.yaml': files['config.yaml'].replace('title: baseline', 'title: ${data.folder} at ${optimizer.lr}'),
  };
  expect((await defineConfig({ schema, dir: paper(chosen), argv: ['data=photos', 'optimizer.lr=2'] })).title).toBe(
    'photos at 2',
  );
});
