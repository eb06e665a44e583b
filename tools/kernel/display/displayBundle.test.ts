import { expect, test } from 'vitest';
import { displayBundle } from './index.js';

const textOf = async (value: unknown) => String((await displayBundle(value))['text/plain']);

test('the method Symbol.for("Jupyter.display") goes before all, may be asynchronous, and text is added to it', async () => {
  const jupyter = Symbol.for('Jupyter.display');
  expect(await displayBundle({ [jupyter]: () => ({ 'text/html': '<b>x</b>', 'text/plain': 'x' }) })).toEqual({
    'text/html': '<b>x</b>',
    'text/plain': 'x',
  });
  const later = await displayBundle({
    n: 1,
    [jupyter]: async () => ({ 'text/markdown': '*x*', 'image/png': undefined }),
  });
  expect(Object.keys(later)).toEqual(['text/markdown', 'text/plain']);
  expect(await displayBundle({ $display: () => ({ 'text/plain': 'own' }) })).toEqual({ 'text/plain': 'own' });
  class Table {
    rows = 3;
    [jupyter]() {
      return { 'text/plain': `${this.rows} rows` };
    }
  }
  expect(await textOf(new Table())).toBe('3 rows');
});

test('a method that fails or gives nonsense does not lose the value', async () => {
  const jupyter = Symbol.for('Jupyter.display');
  const failing = await textOf({
    n: 1,
    [jupyter]: () => {
      throw new Error('no picture');
    },
  });
  expect(failing).toContain('n: 1');
  expect(failing).toContain('no picture');
  expect(await textOf({ n: 2, [jupyter]: () => null })).toContain('n: 2');
  expect(await textOf({ n: 2, [jupyter]: 'no function' })).toContain('n: 2');
});

test('plain values are written as Node writes them, without colours', async () => {
  expect(await displayBundle('a')).toEqual({ 'text/plain': "'a'" });
  expect(await textOf(2)).toBe('2');
  expect(await textOf(-0)).toBe('-0');
  expect(await textOf(10n)).toBe('10n');
  expect(await textOf(null)).toBe('null');
  expect(await textOf(undefined)).toBe('undefined');
  expect(await textOf([{ letter: 'A', frequency: 0.08 }])).toBe("[ { letter: 'A', frequency: 0.08 } ]");
  expect(await textOf(new Map([['a', new Set([1])]]))).toBe("Map(1) { 'a' => Set(1) { 1 } }");
  expect(await textOf(class A {})).toBe('[class A]');
});

test('SVG and HTML in a string, and objects that look like elements, stay text', async () => {
  expect(await displayBundle('<svg></svg>')).toEqual({ 'text/plain': "'<svg></svg>'" });
  expect(Object.keys(await displayBundle({ outerHTML: '<b>x</b>', tagName: 'B', nodeType: 1 }))).toEqual([
    'text/plain',
  ]);
});

test('an error as a value is its stack, with its cause', async () => {
  const text = await textOf(new TypeError('wrong', { cause: new Error('deeper') }));
  expect(text).toMatch(/^TypeError: wrong\n\s+at /);
  expect(text).toContain('[cause]: Error: deeper');
});

test('large values are shortened before they are written', async () => {
  expect(await textOf(Array.from({ length: 100_000 }, (_, i) => i))).toContain('... 99900 more items');
  expect((await textOf(new Float32Array(1e6))).length).toBeLessThan(2000);
  const deep = (depth: number): unknown => (depth === 0 ? 1 : Array.from({ length: 60 }, () => deep(depth - 1)));
  const cube = deep(3);
  const begin = process.cpuUsage();
  const text = await textOf(cube);
  const { user } = process.cpuUsage(begin);
  expect(text.length).toBeLessThan(35_000);
  expect(user / 1000).toBeLessThan(500);
  expect((await textOf('x'.repeat(1e6))).length).toBeLessThan(11_000);
  const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`key${i}`, 'value']));
  expect((await textOf(wide)).length).toBeLessThan(31_000);
  const ring: unknown[] = [];
  ring.push(ring);
  expect(await textOf(ring)).toBe('<ref *1> [ [Circular *1] ]');
});

test('hostile objects are shown all the same', async () => {
  const trap = () => {
    throw new Error('trapped');
  };
  expect(await textOf(new Proxy({ a: 1 }, { get: trap, has: trap, ownKeys: trap }))).toContain('a: 1');
  const getter = {
    get data(): never {
      throw new Error('getter');
    },
    layout: {},
  };
  expect(await textOf(getter)).toContain('layout');
  expect(
    await textOf({
      [Symbol.for('nodejs.util.inspect.custom')]: () => {
        throw new Error('cannot');
      },
    }),
  ).toContain('its inspect method failed: cannot');
  expect(await textOf(Object.create(null))).toBe('[Object: null prototype] {}');
});
