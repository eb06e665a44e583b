import { expect, test } from 'vitest';
import { formatValue, normalise, parseOverride } from './override.js';
import { toPlain } from './tree.js';

const read = (text: string) => {
  const { value } = parseOverride(text);
  return value && toPlain(value, undefined);
};

test.each([
  ['1', 1],
  ['1e-3', 0.001],
  ['-.5', -0.5],
  ['true', true],
  ['null', null],
  ['~', null],
  ['yes', 'yes'],
  ['cosine', 'cosine'],
  ['[1,2]', [1, 2]],
  ['[0.9, 0.95]', [0.9, 0.95]],
  ['{name: sgd, lr: 1e-1}', { name: 'sgd', lr: 0.1 }],
  ['"1"', '1'],
  ["'it''s'", "it's"],
  ['""', ''],
  ['a=b', 'a=b'],
  ['a: b', 'a: b'],
  ['a #b', 'a #b'],
  ['#fff', '#fff'],
  ['- a', '- a'],
  ['&x 1', '&x 1'],
  ['*x', '*x'],
  ['!!str 1', '!!str 1'],
  ['C:\\data\\a', 'C:\\data\\a'],
  ['../assets/x', '../assets/x'],
  ['@scope', '@scope'],
  ['1 2', '1 2'],
])('a=%s', (text, value) => {
  expect(read(`a=${text}`)).toEqual(value);
});

test.each([
  [
    '=1',
    '=1: "" is not a key; overrides are written key=value, as in optimizer.lr=1e-3, or group=option, group@package=option',
  ],
  [
    'a..b=1',
    'a..b=1: "a..b" is not a key; overrides are written key=value, as in optimizer.lr=1e-3, or group=option, group@package=option',
  ],
  [
    'a b=1',
    'a b=1: "a b" is not a key; overrides are written key=value, as in optimizer.lr=1e-3, or group=option, group@package=option',
  ],
  ['+a', '+a: overrides are written +key=value'],
  ['+++a=1', '+++a=1: "+a" is not a key'],
  ['a@=1', 'a@=1: "a@" is not a key'],
  ['a=', 'a=: the value is missing; write a=null for none or a=\'""\' for empty text'],
  ['a=[1,2', 'a=[1,2: not YAML: Flow sequence must end with a ]'],
  ['a="x', 'a="x: not YAML: Missing closing "quote'],
  ['a={x: 1, x: 2}', 'a={x: 1, x: 2}: this key is given twice'],
  ['a={[1]: 2}', 'a={[1]: 2}: a key must be plain text'],
  ['a=[1] 2', 'a=[1] 2: not YAML: Unexpected scalar at node end'],
])('%s is refused', (text, message) => {
  expect(() => parseOverride(text)).toThrow(message);
});

test('a formatted value is read back as the same', () => {
  const values = [
    1,
    -0,
    1e-3,
    1e21,
    0.1 + 0.2,
    Infinity,
    true,
    null,
    '',
    ' a ',
    'true',
    '007',
    '1e3',
    'a: b',
    '#x',
    '[',
    '"',
    'ü\n',
    [1, 'a', [null]],
    { a: { b: '1' } },
  ];
  for (const value of values) expect(read(`a=${formatValue(value)}`)).toEqual(value);
});

test('one order: short paths first, then by name; of two for one key the last counts', () => {
  const texts = ['b.c=1', 'z=1', 'a.b.c=1', 'b.a=1', 'z=2'];
  expect(
    normalise(texts.map(parseOverride)).map(
      ({ key, value }) => `${key}=${formatValue(value && toPlain(value, undefined))}`,
    ),
  ).toEqual([...['z=2', 'b.a=1'], ...['b.c=1', 'a.b.c=1']]);
});
