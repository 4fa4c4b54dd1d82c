import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest begins first: else it runs alone in the end, on a machine that has not run it before. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => (moduleId.endsWith('crash-matrix.test.ts') ? 0 : 1);
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}

const withServers = {
  globalSetup: 'test/testbed/global-setup.ts',
  testTimeout: 240_000,
  hookTimeout: 240_000,
};
const testbedAgainstServers = 'test/testbed/**/*.contract.test.ts';

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{src,scripts}/**/*.test.ts', 'test/{property,testbed,builders,rights}/**/*.test.ts'],
          exclude: [testbedAgainstServers],
        },
      },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts', testbedAgainstServers],
          // They wait for servers more than they compute, and each keeps to names of its own.
          maxWorkers: 2,
          ...withServers,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/{scenario,chart,telemetry}/**/*.test.ts'],
          // Every operator under test serves namespaces of its own, so that two files do not meet.
          maxWorkers: 3,
          ...withServers,
          globalSetup: [withServers.globalSetup, 'test/operator/global-setup.ts'],
        },
      },
      {
        test: {
          // `npm run image -- --prove` alone runs these: they need an engine and the image.
          name: 'image',
          include: ['test/image/**/*.test.ts'],
          ...withServers,
        },
      },
    ],
  },
});
