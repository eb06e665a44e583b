import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { files, mistake, paper, schema } from './fixtures/paper.js';
import { locate, toPlain } from './tree.js';
import { readYaml } from './yamlFile.js';

const withConfig = (text: string) => ({ ...files, 'config.yaml': text });

test('every value knows its line and column', async () => {
  const file = join(paper({ 'a.yaml': 'a:\n  b: [1,\n    {c: x}]\n' }), 'a.yaml');
  const { tree } = await readYaml(file);
  expect(toPlain(tree, undefined)).toEqual({ a: { b: [1, { c: 'x' }] } });
  expect(locate(tree, ['a', 'b', 0])).toEqual({ file, line: 2, column: 7 });
  expect(locate(tree, ['a', 'b', 1, 'c'])).toEqual({ file, line: 3, column: 9 });
});

test('scalars are those of YAML 1.2', async () => {
  const text = 'a: 1e-3\nb: yes\nc: 007\nd: 0x10\ne: ~\nf: "1"\ng: .inf\nh: 2024-01-01\ni:\nj: 1_000\n';
  const { tree } = await readYaml(join(paper({ 'a.yaml': text }), 'a.yaml'));
  expect(toPlain(tree, undefined)).toEqual({
    ...{ a: 0.001, b: 'yes', c: 7, d: 16, e: null, f: '1', g: Infinity, h: '2024-01-01', i: null, j: '1_000' },
  });
});

test('anchors are followed; a byte order mark and CRLF are read', async () => {
  const { tree } = await readYaml(join(paper({ 'a.yaml': '\uFEFFa: &x {b: 1}\r\nc: *x\r\n' }), 'a.yaml'));
  expect(toPlain(tree, undefined)).toEqual({ a: { b: 1 }, c: { b: 1 } });
});

test('an empty file and one of comments are empty configurations', async () => {
  for (const text of ['', '# nothing\n', '---\n'])
    expect(toPlain((await readYaml(join(paper({ 'a.yaml': text }), 'a.yaml'))).tree, undefined)).toEqual({});
});

test('the header tells the package and what the file is about', async () => {
  const dir = paper({
    'a.yaml': '# The recipe\n# @package _global_\n\n# of ten epochs\na: 1 # no header\n',
    'b.yaml': '# @package x.y\na: 1\n',
  });
  expect((await readYaml(join(dir, 'a.yaml'))).header).toEqual({ package: [], about: 'The recipe of ten epochs' });
  expect((await readYaml(join(dir, 'b.yaml'))).header).toEqual({ package: ['x', 'y'], about: '' });
});

test.each([
  ['seed: 1\nseed: 2\n', 'UserError: <dir>/config.yaml:2:1: this key is given twice'],
  ['data:\n  folder: a\n  folder: b\n', 'UserError: <dir>/config.yaml:3:3: this key is given twice'],
  ['data:\n\tfolder: a\n', 'UserError: <dir>/config.yaml:2:1: tabs cannot indent YAML; use spaces'],
  [
    'seed: [1, 2',
    'UserError: <dir>/config.yaml:1:12: not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  ['title: "x', 'UserError: <dir>/config.yaml:1:10: not YAML: Missing closing "quote'],
  ['title: a: b', 'UserError: <dir>/config.yaml:1:8: not YAML: Nested mappings are not allowed in compact mappings'],
  ['title: !js x', 'UserError: <dir>/config.yaml:1:8: not YAML: Unresolved tag: !js'],
  ['title: *x', 'UserError: <dir>/config.yaml:1:8: there is no anchor &x'],
  [
    'seed: 1\n---\nseed: 2\n',
    'UserError: <dir>/config.yaml:2:1: a second document begins here; one file holds one configuration',
  ],
  ['- seed\n', 'UserError: <dir>/config.yaml:1:1: must be a set of "key: value" lines'],
  ['hello', 'UserError: <dir>/config.yaml:1:1: must be a set of "key: value" lines'],
  ['? [a]\n: 1\n', 'UserError: <dir>/config.yaml:1:3: a key must be plain text'],
])('%j is refused with its place', async (text, message) => {
  expect(await mistake(schema, withConfig(text))).toBe(message);
});

test('a missing file, a folder in its place and bytes that are not text', async () => {
  expect(await mistake(schema, {})).toBe('UserError: <dir>/config.yaml is missing');
  expect(await mistake(schema, { 'config.yaml/x': '' })).toBe(
    'UserError: cannot read <dir>/config.yaml: EISDIR: illegal operation on a directory, read',
  );
  const dir = paper({});
  writeFileSync(join(dir, 'a.yaml'), new Uint8Array([0x61, 0xff, 0xfe]));
  await expect(readYaml(join(dir, 'a.yaml'))).rejects.toThrow(`${dir}/a.yaml is not a text file in UTF-8`);
});

test('bombs end in a message: deep nesting, an anchor inside itself, aliases of aliases', async () => {
  for (const text of [`a: ${'['.repeat(100_000)}`, '- '.repeat(10_000), `a: ${'{b: '.repeat(101)}1${'}'.repeat(101)}`])
    expect(await mistake(schema, withConfig(text))).toBe('UserError: <dir>/config.yaml:1:1: nested more than 100 deep');
  expect(await mistake(schema, withConfig('a: &x [*x]\n'))).toBe(
    'UserError: <dir>/config.yaml:1:7: nested more than 100 deep',
  );
  const laughs = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(10)}]`).join('\n');
  expect(await mistake(schema, withConfig(`a0: &a0 [x]\n${laughs}\n`))).toMatch(
    /too large: more than 100,000 values with the aliases$/,
  );
});

test('merge keys take what a map has not itself', async () => {
  const text = 'a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: *a, x: 3}\nd:\n  <<: [*a, *b]\n  w: 0\n"<<": 1\n';
  const { tree } = await readYaml(join(paper({ 'a.yaml': text }), 'a.yaml'));
  expect(toPlain(tree, undefined)).toMatchObject({ c: { x: 3, y: 1 }, d: { x: 1, y: 1, z: 2, w: 0 }, '<<': 1 });
  expect(await mistake(schema, withConfig('<<: 3\n'))).toBe(
    'UserError: <dir>/config.yaml:1:5: << takes a map, or a list of maps: <<: *anchor',
  );
});

test('a huge file is not read', async () => {
  expect(await mistake(schema, withConfig(`title: ${'x'.repeat(2_000_000)}\n`))).toBe(
    'UserError: <dir>/config.yaml has 2,000,008 bytes; a configuration has at most 1,000,000',
  );
  const values = `labels: {${Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`).join(', ')}}\n`;
  expect(await mistake(schema, withConfig(values))).toMatch(/data is missing/);
}, 60_000);
