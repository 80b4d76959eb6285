import { defineConfig } from 'vitest/config'

// Most of these start whole processes and browsers, and each file begins in a process of its own. The others share two.
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
