import { describe, expect, it } from 'vitest';
import { NotebookScope } from './notebookScope.js';

const text = (scope: NotebookScope) =>
  scope
    .slots()
    .map((slot) => slot.text)
    .join('\n');

describe('NotebookScope', () => {
  it('keeps the newest declaration of each name, and the old ones that others need', () => {
    const scope = new NotebookScope(8);
    scope.add([{ text: 'class A1', declares: ['A'], mentions: ['A'] }]);
    scope.add([{ text: 'const a: A1', declares: ['a'], mentions: ['a', 'A'] }]);
    for (let i = 0; i < 100; i++) scope.add([{ text: `x${i}`, declares: ['x'], mentions: ['x'] }]);
    scope.add([{ text: 'class A2', declares: ['A'], mentions: ['A'] }]);
    for (let i = 0; i < 100; i++) scope.add([{ text: `y${i}`, declares: ['y'], mentions: ['y'] }]);
    const left = text(scope);
    expect(left).toMatch(/class A1\n(?:.*\n)*const a: A1\n(?:.*\n)*class A2/);
    expect(left).toContain('x99');
    expect(left).not.toContain('x50');
    expect(scope.slots().length).toBeLessThanOrEqual(8);
  });

  it('holds any number of names in its slots', () => {
    const scope = new NotebookScope(8);
    for (let i = 0; i < 500; i++) scope.add([{ text: `v${i}`, declares: [`v${i}`], mentions: [`v${i}`] }]);
    expect(text(scope).split('\n')).toEqual(Array.from({ length: 500 }, (_, i) => `v${i}`));
    expect(scope.slots().length).toBeLessThanOrEqual(8);
  });
});
