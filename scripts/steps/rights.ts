import { grantsFor } from '../../src/kubernetes/rights.ts';
import { compareRights } from '../../test/rights/comparison.ts';
import { gatherRights, type NotedRights } from '../../test/rights/noted.ts';
import { CommandFailure } from './run.ts';

export interface RightsOptions {
  /** Whether all end-to-end tests run, so that every right must be used. */
  readonly whole: boolean;
  readonly tell: (line: string) => void;
}

/**
 * Runs end-to-end tests with this in their environment. When they have passed, what their operators asked of API servers
 * is compared with what the chart grants; throws when a right is missing or, after all tests, superfluous.
 */
export async function comparingRights(
  run: (env: Readonly<Record<string, string>>) => Promise<void>,
  options: RightsOptions,
): Promise<void> {
  const noted = gatherRights();
  try {
    await run(noted.env);
    const problems = compareNoted(noted, options);
    if (problems.length > 0) throw new CommandFailure(`Rights and their use differ:\n${problems.join('\n')}`);
  } finally {
    await noted.remove();
  }
}

function compareNoted(noted: NotedRights, { whole, tell }: RightsOptions): readonly string[] {
  const accounts = noted.accounts();
  const usage = noted.usage();
  const unheard = accounts.filter(({ auditLog }) => auditLog === undefined);
  if (unheard.length > 0 && unheard.length === accounts.length) {
    tell('this test bed keeps no audit log: rights were not compared');
    return [];
  }
  if (unheard.length > 0) return unheard.map(({ user }) => `the API server of ${user} keeps no audit log`);
  return (['all', 'listed'] as const).flatMap((mode) => {
    const ofMode = accounts.filter((account) => account.mode === mode);
    if (ofMode.length === 0 && !whole) return [];
    const restartConsumers = whole || ofMode.some(({ restarts }) => restarts);
    const { granted, used, requests, notGranted, neverUsed } = compareRights(
      grantsFor(mode, { restartConsumers }),
      usage,
      mode,
    );
    const where = mode === 'all' ? 'in the whole cluster' : 'in listed namespaces';
    tell(
      `rights ${where}: ${granted} verbs granted, ${used} used, by ${ofMode.length} operators in ${requests} requests`,
    );
    return [...notGranted, ...(whole ? neverUsed.map((right) => `${right} was never used`) : [])].map(
      (problem) => `${where}: ${problem}`,
    );
  });
}
