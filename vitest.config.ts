import { defineConfig } from 'vitest/config';

/** Tests against real servers share them, and two cores: one file at a time keeps waits short. */
const withServers = {
  globalSetup: 'test/testbed/global-setup.ts',
  fileParallelism: false,
  testTimeout: 60_000,
  hookTimeout: 120_000,
};

const testbedAgainstServers = 'test/testbed/**/*.contract.test.ts';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{src,scripts}/**/*.test.ts', 'test/{property,testbed,builders}/**/*.test.ts'],
          exclude: [testbedAgainstServers],
        },
      },
      { test: { name: 'contract', include: ['test/contract/**/*.test.ts', testbedAgainstServers], ...withServers } },
      { test: { name: 'e2e', include: ['test/{scenario,chart}/**/*.test.ts'], ...withServers } },
    ],
  },
});
