import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, vi } from 'vitest';
import { MINT_BUDGET } from '../../src/core/mint-budget.ts';
import { calm, converge, settle, wrongs } from './calm.ts';
import type { Edit, HistoryEvent } from './history.ts';
import { regressions } from './regressions.ts';
import { apply, aWorld, happen, type World } from './world.ts';

const numRuns = Math.ceil(Number(process.env['PROPERTY_RUNS'] ?? 100) / 4);
vi.setConfig({ testTimeout: 120_000 + numRuns * 1_000 });

const HOUR_MS = 3_600_000;

/** Somebody undoes what the operator does, again and again; the process may be killed, or another one take over. */
const blow: fc.Arbitrary<Blow> = fc.record(
  {
    hit: fc.oneof(
      fc.constantFrom('alter value', 'drop value', 'delete').map((what) => ({ type: 'secret', what }) as const),
      fc.constant({ type: 'server', what: 'kill key' } as const),
      fc.constantFrom('keyID', 'fingerprint').map((part) => ({ type: 'journal', part }) as const),
    ),
    ms: fc.constantFrom(300, 3_000, 31_000, 301_000),
    restarts: fc.boolean(),
    killedAfter: fc.constantFrom(Infinity, Infinity, 1, 2),
  },
  { noNullPrototype: true },
);

/** What happens to the Secret or its key, how long before the next pass, and what becomes of the process. */
interface Blow {
  readonly hit: HistoryEvent;
  readonly ms: number;
  readonly restarts: boolean;
  readonly killedAfter: number;
}
const altered: Blow = {
  hit: { type: 'secret', what: 'alter value' },
  ms: 31_000,
  restarts: true,
  killedAfter: Infinity,
};

const [[, plain]] = regressions as readonly [(typeof regressions)[number], ...unknown[]];
const consumers = fc.constantFrom(0, 1, 3).map((which): Edit => ({ ...plain, consumers: which }));

/** The promise that every creation is held against bounds what happens here; see `promises.ts`. */
async function fight(world: World, blows: readonly Blow[]): Promise<void> {
  const { at, kubernetes, operator } = world;
  for (const { hit, ms, restarts, killedAfter } of blows) {
    await happen(world, hit);
    if (restarts) operator.restart();
    at.now += ms;
    for (const effectsLeft of [killedAfter, Infinity, Infinity]) {
      kubernetes.watch();
      await operator.lookAtConnection();
      at.effectsLeft = effectsLeft;
      await operator.pass();
      at.effectsLeft = Infinity;
      at.now = Math.max(at.now, operator.connection.inventoryWantedSince ?? 0);
    }
  }
}

const reason = ({ kubernetes }: World): string | undefined => kubernetes.object?.status?.conditions?.[0]?.reason;

describe('in a fight over the key', () => {
  property.prop([consumers, fc.array(blow, { minLength: 12, maxLength: 24 })], { numRuns })(
    'no more keys are made within an hour than the budget has, and all is well an hour later',
    async (edit, blows) => {
      const world = aWorld(edit);
      await converge(world);
      await fight(world, blows);
      calm(world);
      await settle(world);
      expect(wrongs(world)).toEqual([]);
      expect(reason(world)).toBe('KeyReady');
    },
  );

  property.prop([consumers, fc.array(blow, { minLength: 12, maxLength: 24 })], { numRuns })(
    'a change of the spec ends the wait',
    async (edit, blows) => {
      const world = aWorld(edit);
      await converge(world);
      await fight(world, blows);
      for (let more = 0; more < 10 && reason(world) !== 'MintBudgetExceeded'; more++) await fight(world, [altered]);
      expect(reason(world)).toBe('MintBudgetExceeded');
      apply(world, { ...edit, overlap: '2d' });
      const began = world.at.now;
      await converge(world);
      expect(reason(world)).toBe('KeyReady');
      expect(wrongs(world)).toEqual([]);
      expect(world.at.now - began).toBeLessThan(HOUR_MS / 2);
    },
  );

  property('that goes on for hours, an hour sees as many as the first', async () => {
    const world = aWorld(plain);
    await converge(world);
    const began = world.at.now;
    while (world.at.now < began + 3 * HOUR_MS) {
      await fight(world, [altered]);
    }
    const unplanned = world.elasticsearch.everMade('uid-1').filter(({ minted }) => minted.reason === 'SecretAltered');
    expect(unplanned).toHaveLength(3 * MINT_BUDGET);
  });
});
