import { defineConfig } from 'vitest/config'

// The flow tests start whole processes and real servers; two at a time is what two cores carry.
export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
