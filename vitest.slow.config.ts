import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{common,tools,papers,projects}/**/*.slow.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 1_800_000,
    hookTimeout: 600_000,
  },
});
