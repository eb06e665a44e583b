/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration's own references */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { configInfo, defineConfig } from './define.js';
import { mistake, paper } from './fixtures/paper.js';

const number = z.number().default(0);
const schema = z.object({
  x: number,
  y: number,
  list: z.array(z.number()).default([]),
  db: z.object({ x: number, y: number, z: number, engine: z.object({ x: number }).prefault({}) }).prefault({}),
  model: z.object({ x: number }).prefault({}),
});
const compose = async (files: Record<string, string>, ...argv: string[]) =>
  await defineConfig({ schema, dir: paper(files), argv });

test("a group's keys go below its name; without _self_ in the list the file's own keys come last", async () => {
  const files = { 'config.yaml': 'defaults: [{db: small}]\ndb: {x: 1}\n', 'config/db/small.yaml': 'x: 5\ny: 6\n' };
  expect((await compose(files)).db).toMatchObject({ x: 1, y: 6 });
});

test('what comes later in the list wins, _self_ included', async () => {
  const config = (list: string) => ({
    'config.yaml': `defaults: ${list}\ndb: {x: 1, y: 1}\n`,
    'config/db/small.yaml': 'x: 5\nz: 5\n',
    'config/model/big.yaml': '# @package _global_\ndb: {x: 9, z: 9}\n',
  });
  expect((await compose(config('[_self_, {db: small}, {model: big}]'))).db).toMatchObject({ x: 9, y: 1, z: 9 });
  expect((await compose(config('[{model: big}, {db: small}, _self_]'))).db).toMatchObject({ x: 1, y: 1, z: 5 });
  expect((await compose(config('[{model: big}, _self_, {db: small}]'))).db).toMatchObject({ x: 5, y: 1, z: 5 });
});

test('maps merge, lists replace', async () => {
  const files = {
    'config.yaml': 'defaults: [_self_, {model: m}]\nlist: [1, 2, 3]\nx: 1\n',
    'config/model/m.yaml': '# @package _global_\nlist: [4]\ny: 2\n',
  };
  expect(await compose(files)).toMatchObject({ list: [4], x: 1, y: 2 });
});

test('an option may have defaults of its own: siblings by name, groups below its own, and absolute ones', async () => {
  const files = {
    'config.yaml': 'defaults: [{db: mysql}]\n',
    'config/db/base.yaml': 'x: 1\ny: 1\n',
    'config/db/mysql.yaml': 'defaults: [base, {engine: fast}, {/model@_global_.model: m}, _self_]\ny: 2\n',
    'config/db/engine/fast.yaml': 'x: 7\n',
    'config/model/m.yaml': 'x: 8\n',
  };
  expect(await compose(files)).toMatchObject({ db: { x: 1, y: 2, z: 0, engine: { x: 7 } }, model: { x: 8 } });
});

test('a package other than the group', async () => {
  const files = { 'config.yaml': 'defaults: [{model: m}]\n', 'config/model/m.yaml': '# @package db.engine\nx: 3\n' };
  expect((await compose(files)).db.engine.x).toBe(3);
});

test('null selects nothing, optional forgives a missing option, the command line chooses another or adds a group', async () => {
  const files = {
    'config.yaml': 'defaults: [{db: null}, {optional model: absent}]\n',
    'config/db/small.yaml': 'x: 5\n',
    'config/db/large.yml': 'x: 6\n',
    'config/model/m.yaml': 'x: 8\n',
  };
  expect(await compose(files)).toMatchObject({ db: { x: 0 }, model: { x: 0 } });
  expect(await compose(files, 'db=small', 'model=m')).toMatchObject({ db: { x: 5 }, model: { x: 8 } });
  expect((await compose(files, 'db=large')).db.x).toBe(6);
  const listed = { ...files, 'config.yaml': 'x: 1\n' };
  expect((await compose(listed, 'db=small')).db.x).toBe(5);
  expect((await compose({ ...files, 'config.yaml': 'defaults: [{db: small}]\n' }, 'db=null')).db.x).toBe(0);
});

test("further folders of groups are searched after the paper's own", async () => {
  const shared = paper({ 'db/small.yaml': 'x: 1\n', 'db/other.yaml': 'x: 2\n' });
  const dir = paper({ 'config.yaml': 'defaults: [{db: small}]\n', 'config/db/small.yaml': 'x: 5\n' });
  expect((await defineConfig({ schema, dir, argv: [], groups: [shared] })).db.x).toBe(5);
  expect((await defineConfig({ schema, dir, argv: ['db=other'], groups: [shared] })).db.x).toBe(2);
});

const group = { 'config/db/small.yaml': 'x: 5\n', 'config/db/large.yaml': 'x: 6\n' };
test.each([
  [
    'defaults: [{dbs: small}]',
    [],
    'UserError: <dir>/config.yaml:1:18: there is no group "dbs". Did you mean "db"? Groups: db',
  ],
  [
    'defaults: [{db: smal}]',
    [],
    'UserError: <dir>/config.yaml:1:17: group db has no option "smal". Did you mean "small"? Options: large, small',
  ],
  ['x: 1', ['db=tiny-one'], 'UsageError: db=tiny-one: group db has no option "tiny-one". Options: large, small'],
  ['x: 1', ['db/engine=fast'], 'UsageError: db/engine=fast: there is no group "db/engine". Groups: db'],
  ['defaults: small', [], 'UserError: <dir>/config.yaml:1:11: defaults must be a list'],
  ['defaults: [small]', [], 'UserError: <dir>/config.yaml:1:12: there is no file small.yaml. Files: config'],
  [
    'defaults: [{db: small, x: 1}]',
    [],
    'UserError: <dir>/config.yaml:1:12: an entry of defaults is "group: option", "group@package: option", "group: null", "group: [option, option]", "optional group: option", "override group: option", the name of a file, or _self_',
  ],
  ['defaults: [_self_, _self_]', [], 'UserError: <dir>/config.yaml:1:1: _self_ is in this list twice'],
])('%s %j is refused', async (text, argv, message) => {
  expect(await mistake(schema, { ...group, 'config.yaml': text }, ...argv)).toBe(message);
});

const more = {
  ...group,
  'config/experiment/e.yaml': '# @package _global_\ndefaults: [{override /db: large}]\nx: 3\n',
  'config/experiment/wrong.yaml': '# @package _global_\ndefaults: [{override /dbs: large}]\n',
};
test.each([
  [
    'defaults: [{db: small}, {db: large}]',
    [],
    'UserError: <dir>/config.yaml:1:30: db is chosen twice in the defaults lists; give one a package (db@other: large) or write "override db: large"',
  ],
  [
    'defaults: [{db: small}]',
    ['+db=large'],
    'UsageError: +db=large: db is in the defaults list already; write db=large',
  ],
  [
    'defaults: [{db: ???}]',
    [],
    'UserError: <dir>/config.yaml:1:17: db must be chosen: db=<option>. Options: large, small',
  ],
  [
    'defaults: [{override db: large}, {db: small}]',
    [],
    'UserError: <dir>/config.yaml:1:34: comes after an override; overrides are the last entries of a defaults list',
  ],
  [
    'defaults: [{experiment: wrong}, {db: small}]',
    [],
    'UserError: <dir>/config/experiment/wrong.yaml:2:28: overrides dbs, which is in no defaults list. Did you mean "db"? Groups there: db, experiment',
  ],
  ['defaults: [{db: "${experiment}"}]', [], 'UserError: <dir>/config.yaml:1:17: no option is chosen for "experiment".'],
  ['x: 1', ['~db'], 'UsageError: ~db: the group db is chosen in no defaults list.'],
  [
    'defaults: [{db: small}]',
    ['~db=large'],
    'UsageError: ~db=large: the group db has the option "small", not "large".',
  ],
  ['x: 1', ['++db=small'], 'UsageError: ++db=small: write db=<option>, or +db=<option>'],
  ['x: 1', ['+x=2'], 'UsageError: +x=2: x is in the configuration already; write x=2, or ++x=2 for either case'],
  ['x: 1', ['~y'], 'UsageError: ~y: y is not in the configuration. Did you mean "x"?'],
  ['x: 1', ['~x=2'], 'UsageError: ~x=2: x is 1, not 2'],
  ['x: 1', ['db@bd=small'], 'UsageError: unknown key bd'],
  ['x: 1', ['db@=small'], 'UsageError: db@=small: "db@" is not a key'],
])('%s %j is refused', async (text, argv, message) => {
  const error = await mistake(schema, { ...more, 'config.yaml': text }, ...argv);
  if (message.includes('unknown')) expect(error).toContain('unknown key bd');
  else expect(error.slice(0, message.length)).toBe(message);
});

test("+, ++ and ~ on keys; a key that is taken out has the schema's default", async () => {
  const files = { 'config.yaml': 'x: 1\ndb: {x: 2, y: 3}\n' };
  expect(await compose(files, '~x', '+y=4', '++db.x=5', '++db.z=6', '~db.y=3')).toMatchObject({
    ...{ x: 0, y: 4 },
    db: { x: 5, y: 0, z: 6 },
  });
  const config = await compose(files, '~x', '++db.x=5');
  const { overrides, runName } = configInfo(config);
  expect([overrides, runName]).toEqual([['++db.x=5', '~x'], 'db.x-5_x-0']);
  expect(await compose(files, ...overrides)).toEqual(config);
});

test('--config and --config-name: other primary files, in the name of the run and in its arguments', async () => {
  const dir = paper({
    ...group,
    'config.yaml': 'defaults: [{db: small}]\nx: 1\n',
    'big.yaml': 'defaults: [config, {override db: large}, _self_]\ny: 2\n',
    'config/other.yaml': 'x: 3\n',
    'elsewhere/mine.yaml': 'defaults: [{db: large}]\nx: 4\n',
  });
  const define = (...argv: string[]) => defineConfig({ schema, dir, argv });
  const big = await define('--config-name', 'big', 'list=[1]');
  expect(big).toMatchObject({ x: 1, y: 2, db: { x: 6 } });
  expect(configInfo(big)).toMatchObject({ runName: 'big_large_list-1', overrides: ['--config-name=big', 'list=[1]'] });
  expect(await define(...configInfo(big).overrides)).toEqual(big);
  expect((await define('--config-name=other.yaml')).x).toBe(3);
  expect(configInfo(await define('--config-name=config')).overrides).toEqual([]);
  const mine = await define('--config', join(dir, 'elsewhere', 'mine.yaml'));
  expect(mine).toMatchObject({ x: 4, db: { x: 6 } });
  expect(configInfo(mine).runName).toBe('mine_large');
  await expect(define('--config-name', 'bigg')).rejects.toThrow('there is no bigg.yaml in');
  await expect(define('--config-name', 'bigg')).rejects.toThrow('Did you mean "big"? Names: other, big, config');
  await expect(define('--config', 'nowhere.yaml')).rejects.toThrow('--config nowhere.yaml: there is no such file');
  await expect(define('--config=a', '--config-name=b')).rejects.toThrow('give one of them');
});

test('a mistake in a group is told with its own file', async () => {
  const files = { 'config.yaml': 'defaults: [{db: small}]\n', 'config/db/small.yaml': 'x: 1\ny: two\n' };
  expect(await mistake(schema, files)).toBe(
    `UserError: <dir>/config/db/small.yaml:2:4: db.y must be a number, but is "two"`,
  );
});

test('without groups the message says how to make one; circles are told', async () => {
  expect(await mistake(schema, { 'config.yaml': 'defaults: [{db: small}]' })).toBe(
    'UserError: <dir>/config.yaml:1:17: there is no group "db". There are no groups: make config/<group>/<option>.yaml',
  );
  const circle = {
    'config.yaml': 'defaults: [{db: a}]',
    'config/db/a.yaml': 'defaults: [b]',
    'config/db/b.yaml': 'defaults: [a]',
  };
  const [config, a, b] = ['config.yaml', 'config/db/a.yaml', 'config/db/b.yaml'].map((file) => join('<dir>', file));
  expect(await mistake(schema, circle)).toBe(
    `UserError: ${a}:1:1: a circle of defaults: ${config} → ${a} → ${b} → ${a}`,
  );
});
