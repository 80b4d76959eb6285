import { defineConfig } from 'vitest/config'

// These start whole processes, servers and browsers, and each begins in a process of its own.
const APART = ['tests/{bench,broker,console,flow}/**/*.test.ts']

// Two at a time is what two cores carry.
export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'apart', include: APART } },
      {
        extends: true,
        test: { name: 'together', include: ['tests/**/*.test.ts'], exclude: APART, isolate: false },
      },
    ],
  },
})
