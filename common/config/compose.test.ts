import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { defineConfig } from './define.js';
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
    'config/db/mysql.yaml': 'defaults: [base, {engine: fast}, {/model: m}, _self_]\ny: 2\n',
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
  [
    'defaults: [small]',
    [],
    'UserError: <dir>/config.yaml:1:12: an entry of defaults is "group: option", "group: null", "optional group: option" or _self_',
  ],
  [
    'defaults: [{db: small, x: 1}]',
    [],
    'UserError: <dir>/config.yaml:1:12: an entry of defaults is "group: option", "group: null", "optional group: option" or _self_',
  ],
  ['defaults: [_self_, _self_]', [], 'UserError: <dir>/config.yaml:1:1: _self_ is in this list twice'],
])('%s %j is refused', async (text, argv, message) => {
  expect(await mistake(schema, { ...group, 'config.yaml': text }, ...argv)).toBe(message);
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
