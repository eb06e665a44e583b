import { expect, test } from 'vitest';
import * as z from 'zod';
import { defineConfig } from './define.js';
import { files, mistake, paper, schema } from './fixtures/paper.js';

const lines = { ...files, 'config.yaml': 'defaults: [{data: digits}, _self_]\noptimizer: {name: adamw}\n' };
/** The mistake of one more line, the third, of config.yaml. */
const inFile = (text: string) => mistake(schema, { ...lines, 'config.yaml': `${lines['config.yaml']}${text}\n` });

test.each([
  ['optimiser: {}', '3:1: unknown key optimiser. Did you mean "optimizer"?'],
  ['Seed: 1', '3:1: unknown key Seed. Did you mean "seed"?'],
  ['lr: 1', '3:1: unknown key lr. Did you mean "optimizer.lr"?'],
  [
    'zzzzzzzz: 1',
    '3:1: unknown key zzzzzzzz. Keys there: seed, title, debug, limit, precision, channels, data, optimizer, ema, labels',
  ],
  ['data: {foldr: x}', '3:8: unknown key foldr in data. Did you mean "folder"?'],
  [
    'data: {steps: [{name: crop, padding: 4, pad: 3}]}',
    '3:41: unknown key pad in data.steps[0] (name: crop). Keys there: name, padding',
  ],
  ['ema: {deccay: 1}', '3:7: unknown key deccay in ema. Did you mean "decay"?'],
  [
    '__proto__: {a: 1}',
    '3:1: unknown key __proto__. Keys there: seed, title, debug, limit, precision, channels, data, optimizer, ema, labels',
  ],
  ['labels: {__proto__: 1}', '3:10: unknown key __proto__ in labels.'],
  ['seed: x', '3:7: seed must be an integer ≥ 0, but is "x"'],
  ['seed: -1', '3:7: seed must be an integer ≥ 0, but is -1'],
  ['seed: 1.5', '3:7: seed must be an integer ≥ 0, but is 1.5'],
  ['seed:', '3:6: seed must be an integer ≥ 0, but is null'],
  ['seed: {a: 1}', '3:7: seed must be an integer ≥ 0, but is a set of keys'],
  ['title: 7', '3:8: title must be a string, but is 7'],
  ['debug: yes', '3:8: debug must be true or false, but is "yes"'],
  ['limit: 0', '3:8: limit must be a number > 0 or null, but is 0'],
  ['limit: .inf', '3:8: limit must be a number > 0 or null, but is Infinity'],
  ['limit: .nan', '3:8: limit must be a number > 0 or null, but is NaN'],
  ['precision: float17', '3:12: precision must be one of float32, float16, but is "float17". Did you mean "float16"?'],
  ['channels: 2', '3:11: channels must be 1 or 3, but is 2'],
  ['data: 3', '3:7: data must be a set of keys, but is 3'],
  ['data: {mean: 0.5}', '3:14: data.mean must be a list of number, but is 0.5'],
  ['data: {mean: [0.5, x]}', '3:20: data.mean[1] must be a number, but is "x"'],
  ['data: {steps: [{name: crop}]}', '3:16: data.steps[0].padding is missing; it must be an integer > 0'],
  [
    'data: {steps: [{name: corp}]}',
    '3:23: data.steps[0].name must be one of crop, flip, but is "corp". Did you mean "crop"?',
  ],
  ['data: {steps: [{padding: 4}]}', '3:16: data.steps[0].name is missing; it must be one of crop, flip'],
  [
    'data: {steps: [crop]}',
    '3:16: data.steps[0] must be a set of keys with name: crop | flip, but is "crop". Write {name: crop}',
  ],
  ['ema: true', '3:6: ema must be a set of keys or null, but is true'],
  ['ema: {decay: 1}', '3:14: ema.decay must be a number ≥ 0 and < 1, but is 1'],
  ['labels: {cat: a}', '3:15: labels.cat must be an integer, but is "a"'],
])('%s', async (text, message) => {
  expect(await inFile(text)).toBe(`UserError: <dir>/config.yaml:${message}`);
});

test.each([
  ['optimiser.lr=1', 'unknown key optimiser. Did you mean "optimizer"?'],
  ['optimizer.lrr=1', 'unknown key optimizer.lrr in optimizer (name: adamw). Did you mean "optimizer.lr"?'],
  ['optimizer.momentum=1', 'unknown key optimizer.momentum in optimizer (name: adamw). Keys there: name, lr, betas'],
  ['lr=1', 'unknown key lr. Did you mean "optimizer.lr"?'],
  ['seed.x=1', 'seed must be an integer ≥ 0, but is a set of keys'],
  ['seed=[1]', 'seed must be an integer ≥ 0, but is [1]'],
  ['data.steps.0=1', 'data.steps must be a list of (set of keys with name: crop | flip), but is a set of keys'],
  ['optimizer=adma', 'optimizer must be a set of keys with name: adamw | sgd, but is "adma". Did you mean "adamw"?'],
  ['optimizer.name=adma', 'optimizer.name must be one of adamw, sgd, but is "adma". Did you mean "adamw"?'],
  ['optimizer.betas=[0.9]', 'optimizer.betas must be a list [number < 1, number < 1], but is [0.9]'],
  ['optimizer.betas=[0.9,1]', 'optimizer.betas[1] must be a number < 1, but is 1'],
  ['data.folder=null', 'data.folder must be a string, not empty, but is null'],
])('override %s', async (text, message) => {
  expect(await mistake(schema, lines, text)).toBe(`UsageError: ${text}: ${message}`);
});

test('a key that is missing is told with its meaning, where its map stands', async () => {
  const without = { 'config.yaml': 'seed: 1\ndata:\n  mean: [1]\noptimizer: {name: sgd}\n' };
  expect(await mistake(schema, without)).toBe(
    'UserError: <dir>/config.yaml:3:3: data.folder is missing; it must be a string, not empty (where the images are)',
  );
  expect(await mistake(schema, { 'config.yaml': 'data: {folder: x}\n' })).toBe(
    'UserError: <dir>/config.yaml:1:1: optimizer is missing; it must be a set of keys with name: adamw | sgd',
  );
});

test('every mistake is told, one a line, files and overrides together', async () => {
  const both = { ...lines, 'config.yaml': `${lines['config.yaml']}seed: x\ndebug: 1\n` };
  expect(await mistake(schema, both, 'limit=-1')).toBe(
    'UserError: <dir>/config.yaml:3:7: seed must be an integer ≥ 0, but is "x"\n' +
      '<dir>/config.yaml:4:8: debug must be true or false, but is 1\n' +
      'limit=-1: limit must be a number > 0 or null, but is -1',
  );
});

test('another choice drops what files gave to the earlier one, but not overrides', async () => {
  const define = (...argv: string[]) => defineConfig({ schema, dir: paper(files), argv });
  expect((await define()).optimizer).toEqual({ name: 'adamw', lr: 0.01, betas: [0.9, 0.95] });
  expect((await define('optimizer.name=sgd')).optimizer).toEqual({ name: 'sgd', lr: 0.1, momentum: 0.9 });
  expect((await define('optimizer.lr=3', 'optimizer.name=sgd')).optimizer).toEqual({
    name: 'sgd',
    lr: 3,
    momentum: 0.9,
  });
  expect((await define('optimizer={name: sgd, lr: 4}')).optimizer).toEqual({ name: 'sgd', lr: 4, momentum: 0.9 });
  expect((await define('model=classic', 'optimizer.lr=2')).optimizer).toEqual({ name: 'sgd', lr: 2, momentum: 0.9 });
  expect((await define('optimizer.name=adamw')).optimizer).toEqual({ name: 'adamw', lr: 0.01, betas: [0.9, 0.95] });
});

test('null switches off and a key below it on again', async () => {
  const define = (...argv: string[]) => defineConfig({ schema, dir: paper(files), argv });
  expect((await define('ema.decay=0.5')).ema).toEqual({ decay: 0.5 });
  expect((await define('ema={}')).ema).toEqual({ decay: 0.999 });
  expect((await define('limit=3')).limit).toBe(3);
});

test('unquoted text of an override stays text where the schema wants text', async () => {
  const define = (...argv: string[]) => defineConfig({ schema, dir: paper(files), argv });
  expect((await define('title=007', 'data.folder=1e3')).title).toBe('007');
  expect((await define('title=true')).title).toBe('true');
});

test("refinements speak with their author's words at their key", async () => {
  const refined = z
    .object({ a: z.number(), b: z.number().refine((b) => b % 2 === 0, 'must be even') })
    .refine(({ a, b }) => a < b, { message: 'must be below b', path: ['a'] })
    .refine(({ a }) => a !== 1, 'one is taken');
  expect(await mistake(refined, { 'config.yaml': 'a: 3\nb: 5\n' })).toBe(
    'UserError: <dir>/config.yaml:2:4: b: must be even',
  );
  expect(await mistake(refined, { 'config.yaml': 'a: 3\nb: 2\n' })).toBe(
    'UserError: <dir>/config.yaml:1:4: a: must be below b',
  );
  expect(await mistake(refined, { 'config.yaml': 'a: 1\nb: 2\n' })).toBe(
    'UserError: <dir>/config.yaml:1:1: one is taken',
  );
});

test('strict inside unions, intersections, lists and schemas that contain themselves', async () => {
  type Node = { value: number; children?: Node[] | undefined };
  const node: z.ZodType<Node> = z.object({ value: z.number(), children: z.array(z.lazy(() => node)).optional() });
  const shapes = z.object({
    node: node.optional(),
    either: z.union([z.object({ a: z.number() }), z.object({ b: z.string() })]).optional(),
    both: z.intersection(z.object({ a: z.number() }), z.object({ b: z.number() })).optional(),
    auto: z.union([z.number(), z.literal('auto')]).optional(),
  });
  const told = (text: string) => mistake(shapes, { 'config.yaml': text });
  expect(await told('node: {value: 1, children: [{value: 2, children: [{value: 3}]}]}')).toBe('no error');
  expect(await told('node: {value: 1, children: [{value: 2, extra: 1}]}')).toMatch(
    /1:40: unknown key extra in node.children\[0\]\. Keys there: value, children$/,
  );
  expect(await told('either: {a: 1}\nboth: {a: 1, b: 2}\nauto: auto')).toBe('no error');
  expect(await told('either: {a: 1, c: 2}')).toMatch(/1:16: unknown key c in either/);
  expect(await told('either: {a: 1, b: x}')).toMatch(/unknown key either.b$/);
  expect(await told('both: {a: 1, b: 2, c: 3}')).toMatch(/1:20: unknown key c in both/);
  expect(await told('auto: x')).toBe('UserError: <dir>/config.yaml:1:7: auto must be a number or "auto", but is "x"');
});

test('a schema that changes its values is a defect of the paper', async () => {
  const doubling = z.object({ a: z.number().transform((a) => a * 2) });
  expect(await mistake(doubling, { 'config.yaml': 'a: 1' })).toMatch(
    /^Error: a config schema must take its own output unchanged/,
  );
});
