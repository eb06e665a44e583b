import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{common,tools,papers,projects}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/*.slow.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Two test processes share the machine: an engine of one thread each is faster than two that wait for one another.
    env: { ATELIER_THREADS: '1' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
