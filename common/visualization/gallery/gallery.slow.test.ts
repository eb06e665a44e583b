import { describe, test } from 'vitest';
import { figureSvg } from '../save.js';
import { cases } from './cases.js';
import { expectAsBefore } from './check.js';

describe.each(cases)('$name', ({ name, figure }) => {
  test('looks as before in the dark theme', async () => {
    await expectAsBefore(name, await figureSvg(await figure(), { theme: 'dark' }), 'dark');
  });
});
