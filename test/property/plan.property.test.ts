import { test as property } from '@fast-check/vitest';
import { describe, expect, test, vi } from 'vitest';
import { calm, converge, drift, mints, wrongs } from './calm.ts';
import { firstEdit, history, specOf, type Edit, type HistoryEvent } from './history.ts';
import type { Operator } from './operator.ts';
import { regressions } from './regressions.ts';
import { aWorld, happen } from './world.ts';

vi.setConfig({ testTimeout: 120_000 });
/** Runs per property; set it higher before a change of the plan is trusted. */
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 100);

/** What must hold once all that disturbed has ended: `settled`, when everything is done, `calm`, before that. */
const promises: readonly (readonly [string, 'calm' | 'settled', (world: Operator, first: Edit) => void])[] = [
  [
    'the Secret holds a living key as asked for, and every living key is that one or in the journal',
    'settled',
    (world) => {
      const last = drift(world);
      expect(wrongs(world)).toEqual([]);
      expect(mints(last)).toBeLessThanOrEqual(1);
    },
  ],
  [
    'one key at most is made on the way there',
    'calm',
    (world) => expect(mints(converge(world))).toBeLessThanOrEqual(1),
  ],
  [
    'a restart does nothing and writes nothing',
    'settled',
    (world) => {
      const { object, secret } = world.kubernetes;
      world.restart();
      converge(world);
      expect(world.kubernetes.object).toEqual(object);
      expect(world.kubernetes.secret).toEqual(secret);
    },
  ],
  [
    'a revocation leaves no other key alive',
    'calm',
    (world, first) => {
      converge(world);
      world.kubernetes.apply(specOf({ ...first, suspend: false, revokeRequest: 'leak' }));
      converge(world);
      const living = world.elasticsearch.livingWithinReach().map(({ id }) => id);
      expect(living).toEqual([world.kubernetes.secret?.data['id']]);
    },
  ],
  [
    'a deletion takes every key, or leaves key and Secret where they shall be retained',
    'settled',
    (world, { retain }) => {
      const { kubernetes, elasticsearch } = world;
      const current = kubernetes.secret?.data['id'];
      kubernetes.delete();
      converge(world);
      const living = elasticsearch.livingWithinReach().map(({ id }) => id);
      if (!retain) return expect(living).toEqual([]);
      expect(kubernetes.secret?.data['id']).toBe(current);
      expect(living).toContain(current);
    },
  ],
];

/** Lets a history happen, then holds one promise; what the operator did is told with a promise that is broken. */
function keep([, when, hold]: (typeof promises)[number], first: Edit, events: readonly HistoryEvent[]): void {
  const world = aWorld(first);
  try {
    for (const event of events) happen(world, event);
    if (world.kubernetes.object === undefined) return;
    calm(world, first);
    if (when === 'settled') {
      converge(world);
      drift(world);
    }
    hold(world, first);
  } catch (error) {
    throw new Error(`after ${world.log.slice(-40).join(', ')}`, { cause: error });
  }
}

describe.for(promises)('whatever happened before, %s', (promise) => {
  property.prop([firstEdit, history], { numRuns })('in any history', (first, events) => keep(promise, first, events));

  test.for(regressions)('after this: %s', ([, first, events]) => keep(promise, first, events));
});
