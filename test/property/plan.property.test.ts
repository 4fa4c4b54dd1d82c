import { test as property } from '@fast-check/vitest';
import { describe, expect, test, vi } from 'vitest';
import { firstEdit, history } from './arbitrary-history.ts';
import { calm, converge, drift, settle, wrongs } from './calm.ts';
import type { Edit, HistoryEvent } from './history.ts';
import { isNobodys } from './model-orphans.ts';
import { consumers, GRACE_MS } from './promises.ts';
import { regressions } from './regressions.ts';
import { apply, aWorld, happen, type World } from './world.ts';

/** Runs per property; set it higher before a change of the plan is trusted. */
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 100);
vi.setConfig({ testTimeout: 120_000 + numRuns * 1_000 });

type Promised = readonly [string, (world: World) => Promise<void>];

const livingIDs = ({ elasticsearch }: World): readonly string[] =>
  elasticsearch.livingWithinReach('uid-1').map(({ id }) => id);

/** What holds once all that disturbed has ended and everything is done; in this order, so that the last may destroy. */
const settled: readonly Promised[] = [
  [
    'the Secret holds a living key as asked for, and every living key is that one or in the journal',
    async (world) => {
      const { created } = world.elasticsearch;
      await drift(world);
      expect(wrongs(world)).toEqual([]);
      expect(world.elasticsearch.created - created).toBeLessThanOrEqual(1);
    },
  ],
  [
    'consumers that the operator shall restart hold the key of the Secret',
    async ({ kubernetes, elasticsearch }) => {
      const current = kubernetes.secret?.data['id'];
      const keys = elasticsearch.everMade('uid-1');
      // Nobody is left who knows that there was a key before.
      if (keys.length > 1 && keys.at(-1)?.minted.reason === 'FirstIssue') return Promise.resolve();
      const restarted = kubernetes.object?.spec.consumers?.filter(({ restart }) => restart === true) ?? [];
      for (const { name } of restarted) {
        const pods = kubernetes.workloads.find((one) => one.name === name)?.pods ?? [];
        expect(pods.map(({ holds }) => holds)).toEqual(pods.map(() => current));
      }
      return Promise.resolve();
    },
  ],
  [
    "keys that are nobody's go, and others stay",
    async (world) => {
      const { at, orphans, elasticsearch } = world;
      at.now += GRACE_MS;
      for (let interval = 0; interval < 3; interval++) await drift(world);
      const records = new Map(elasticsearch.all().map(({ record }) => [record.id, record]));
      const isReached = (id: string): boolean =>
        elasticsearch.manageApiKey || records.get(id)?.owner.username === elasticsearch.user.username;
      const staying = orphans.all.filter(({ id, kind }) => records.has(id) && !(isNobodys(kind) && isReached(id)));
      expect(orphans.living().map(({ id }) => id)).toEqual(staying.map(({ id }) => id));
    },
  ],
  [
    'a restart does nothing and writes nothing',
    async (world) => {
      const { kubernetes, operator, connection, at } = world;
      // What became of keys since the last list is counted by the next one.
      for (let counted: unknown; counted !== connection.object;) {
        counted = connection.object;
        await drift(world);
      }
      const { object, secret } = kubernetes;
      const [before, { effects }] = [connection.object, at];
      operator.restart();
      // Workloads may be listed after the first passes.
      await operator.pass();
      await converge(world);
      expect(kubernetes.object).toEqual(object);
      expect(kubernetes.secret).toEqual(secret);
      expect(connection.object).toEqual(before);
      expect(at.effects).toBe(effects);
    },
  ],
  [
    'a deletion takes every key, or leaves key and Secret where they shall be retained',
    async (world) => {
      const { kubernetes } = world;
      const current = kubernetes.secret?.data['id'];
      kubernetes.delete();
      await converge(world);
      if (!world.edit.retain) return expect(livingIDs(world)).toEqual([]);
      for (let interval = 0; interval < 4; interval++) await drift(world);
      expect(kubernetes.secret?.data['id']).toBe(current);
      const expiration = world.elasticsearch.get(current ?? '')?.record.expiration ?? Infinity;
      if (expiration > world.at.now) expect(livingIDs(world)).toContain(current);
    },
  ],
];

/** What holds from when all that disturbed has ended. */
const calmed: readonly Promised[] = [
  [
    'one key at most is made on the way there',
    async (world) => {
      const { created } = world.elasticsearch;
      await settle(world);
      expect(world.elasticsearch.created - created).toBeLessThanOrEqual(1);
    },
  ],
  [
    'a revocation leaves no other key alive',
    async (world) => {
      await settle(world);
      apply(world, { ...world.edit, revokeRequest: 'leak' });
      await settle(world);
      expect(livingIDs(world)).toEqual([world.kubernetes.secret?.data['id']]);
    },
  ],
  [
    'consumers that move on, some of them by themselves, leave no other key alive',
    async (world) => {
      const { kubernetes, at } = world;
      apply(world, { ...world.edit, expiration: null, overlap: '5m' });
      await settle(world);
      at.now += 2 * 86_400_000;
      for (const workload of kubernetes.workloads) workload.evictAll();
      await settle(world);
      const current = kubernetes.secret?.data['id'];
      expect(livingIDs(world)).toEqual([current]);
      const held = consumers(kubernetes).flatMap(({ pods }) => pods.map(({ holds }) => holds));
      expect(held).toEqual(held.map(() => current));
    },
  ],
];

/** Lets a history happen, then holds promises; what the operator did is told with one that is broken. */
async function keep(promises: readonly Promised[], first: Edit, events: readonly HistoryEvent[]): Promise<void> {
  const world = aWorld(first);
  let promise = 'no effect does harm';
  try {
    for (const event of events) await happen(world, event);
    if (world.kubernetes.object === undefined) return;
    calm(world);
    if (promises === settled) await settle(world);
    for (const [name, hold] of promises) {
      promise = name;
      await hold(world);
    }
  } catch (error) {
    throw new Error(`${promise}: not so after ${world.at.log.slice(-40).join(', ')}`, { cause: error });
  }
}

const groups: readonly (readonly [string, readonly Promised[]])[] = [
  ['everything that shall be done is done, and nothing else', settled],
  ...calmed.map((promise) => [promise[0], [promise]] as const),
];

describe.for(groups)('whatever happened before, %s', ([, promises]) => {
  property.prop([firstEdit, history], { numRuns })('in any history', async (first, events) =>
    keep(promises, first, events),
  );

  test.for(regressions)('after this: %s', async ([, first, events]) => keep(promises, first, events));
});
