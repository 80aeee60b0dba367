import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/seed.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Much of a flow test is waiting: on two cores Vitest's own choice, one worker, leaves one of them idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
