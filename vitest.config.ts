import { defineConfig } from 'vitest/config';

/** `unit` needs no peers; `interop` starts real Dovecot; `fuzz` runs properties by time budget. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/{src,testing,bench}/**/*.test.ts'],
          pool: 'forks',
          // No module here keeps state that a test could leave behind; loading each again takes longer than all tests.
          isolate: false,
        },
      },
      {
        test: {
          name: 'interop',
          include: ['packages/homing/interop/**/*.interop.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      { test: { name: 'fuzz', include: ['packages/*/src/**/*.fuzz.ts'], testTimeout: 120_000 } },
    ],
  },
});
