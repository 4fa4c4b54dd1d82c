import type { RoleDescriptor, RoleDescriptors } from '../src/api/types.ts';
import { beyondCeiling } from '../src/core/policy.ts';
import { quantile, type Sample } from './figures.ts';
import type { RoundResult } from './round.ts';

/** What needs no servers. */
export const POLICY_PARTS = ['policy'] as const;

const DESCRIPTORS = 100;
const DECISIONS = 50;

const ceiling: RoleDescriptor = {
  cluster: ['monitor', 'read_ilm', 'read_pipeline'],
  indices: Array.from({ length: 20 }, (_, index) => ({
    names: [`team-${index}-*`, `logs-*-{namespace}-${index}*`],
    privileges: ['create_doc', 'auto_configure', 'view_index_metadata'],
  })),
};

/** As many as a request may have in reason, none like another: two patterns of the ceiling's and one narrower. */
const descriptors = (): RoleDescriptors =>
  Object.fromEntries(
    Array.from({ length: DESCRIPTORS }, (_, index) => [
      `role-${index}`,
      {
        cluster: ['monitor'],
        indices: [
          { names: [`team-${index % 20}-*`, `team-${index % 20}-${index}*`], privileges: ['create_doc'] },
          { names: [`logs-${index}-*-logging-${index % 20}?`], privileges: ['auto_configure', 'create_doc'] },
        ],
      },
    ]),
  );

/**
 * The time of one comparison of a request of 100 role descriptors with a ceiling of 20 entries, in this process: of a
 * request that was never seen, and of one that was.
 */
export function measurePolicy(rounds: number): readonly RoundResult[] {
  decide(DECISIONS, descriptors);
  const known = descriptors();
  return Array.from({ length: rounds }, () => {
    const sample: Sample = {
      'policy.milliseconds100Descriptors': decide(DECISIONS, descriptors),
      'policy.milliseconds100Descriptors.again': decide(DECISIONS, () => known),
    };
    return { sample, requests: {} };
  });
}

/** The median of so many, milliseconds. Throws where the verdict is not that all is inside. */
function decide(times: number, request: () => RoleDescriptors): number {
  const each = Array.from({ length: times }, () => {
    const asked = request();
    const began = performance.now();
    const beyond = beyondCeiling(ceiling, 'logging', asked);
    const took = performance.now() - began;
    if (beyond.length > 0) throw new Error(`a request counts as beyond its ceiling: ${beyond[0]}`);
    return took;
  });
  return quantile(each, 0.5);
}
