import { expect } from 'vitest';
import type { BeatApiKey } from '../../../src/api/types.ts';
import { beatApiKey } from '../manifests.ts';
import type { Site } from '../site.ts';
import type { Hold } from '../trouble/gate.ts';
import { untilWhole } from '../trouble/whole.ts';
import { makeBystanders, TAKEN, type Bystanders } from './bystanders.ts';
import { pointsOfIssue } from './points-of-issue.ts';
import { pointsOfLife } from './points-of-life.ts';
import { wish, type Meeting, type Point } from './points.ts';
import type { Replicas } from './replicas.ts';
import { watchStoredKeys, type StoredKeys } from './stored-keys.ts';

/** Every effect in whose middle a leader may be held up. */
export const points: readonly Point[] = [...pointsOfIssue, ...pointsOfLife];

/** A leader that is held up at every point at once, and its heir. */
export interface Overlap extends Meeting, AsyncDisposable {
  readonly stored: StoredKeys;
  readonly bystanders: Bystanders;
  /** Call it before the heir leads: holds nothing more, and resolves when the heir has done its work everywhere. */
  inherit(): Promise<void>;
  /** Lets everything go on that is still held, and waits until the servers have answered. */
  release(): Promise<void>;
  /** Waits until the object of the point is as it should be, and fails where anything was done that must not be. */
  expectWell(point: Point): Promise<void>;
}

/** Starts an heir, and holds the leader up at every point. Dispose of it. */
export async function arrange({ site, elasticsearch, first, standBy }: Replicas): Promise<Overlap> {
  await using stack = new AsyncDisposableStack();
  const { objects } = site;
  const stored = stack.use(watchStoredKeys(objects.namespace));
  const [bystanders, heir] = await Promise.all([makeBystanders(site), standBy()]);
  const meeting: Meeting = { site, elasticsearch, former: first, heir };
  const old = points.filter((point) => point.old);
  await objects.apply(
    ...[TAKEN, ...old.map(({ name }) => name)].map((name) => beatApiKey(objects.namespace, name, wish())),
  );
  const before = await Promise.all(old.map(({ name }) => objects.ready(name)));
  const late = new Map<Point, Hold>();
  for (const point of points) {
    const object = before.find(({ metadata }) => metadata.name === point.name);
    late.set(point, point.hold(meeting, object));
  }
  const changed = points.flatMap(({ name, change }) =>
    change === 'deletion' ? [] : [beatApiKey(objects.namespace, name, change)],
  );
  const removed = points.filter(({ change }) => change === 'deletion').map(({ name }) => name);
  await objects.apply(...changed);
  await objects.kubectl(['delete', 'beatapikeys', ...removed, '--wait=false']);
  await Promise.all([...late.values()].map(({ reached }) => reached));
  const answers = new Map<Point, readonly (number | undefined)[]>();
  const kept = stack.move();
  return {
    ...{ ...meeting, stored, bystanders },
    inherit: async () => {
      for (const hold of late.values()) hold.enough();
      await Promise.all([...late].map(([point, hold]) => point.inherit(meeting, hold)));
    },
    release: async () => {
      for (const [point, hold] of late) answers.set(point, await hold.release());
    },
    expectWell: async (point) => {
      const object = await untilGood(site, point.name);
      await point.check?.(meeting);
      // What comes too late for anybody to hear of it has come all the same.
      const statuses = answers.get(point) ?? [];
      expect(statuses).not.toContain(undefined);
      if (point.refused) expect(statuses.filter((status = 0) => status < 400)).toEqual([]);
      expect(await stored.of(object)).toHaveLength(point.stored);
      const former = before.find(({ metadata }) => metadata.name === point.name);
      if (former !== undefined && former.metadata.uid !== object.metadata.uid) await expectDead(site, former);
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/**
 * Waits until the object is ready, its Secret holds the only one of its keys that lives, and that key has every right
 * that the object asks for.
 */
export async function untilGood(site: Site, name: string): Promise<BeatApiKey> {
  const object = await untilWhole(site, name);
  const { encoded = '' } = await site.objects.data(name);
  const { cluster } = object.spec?.roleDescriptors?.['role'] ?? {};
  const as = { apiKey: encoded };
  const { body } = await site.node.request('POST', '/_security/user/_has_privileges', { cluster }, { as });
  expect(body).toMatchObject({ has_all_requested: true });
  return object;
}

async function expectDead(site: Site, object: BeatApiKey): Promise<void> {
  expect((await site.keys(object)).filter(({ invalidated }) => !invalidated)).toEqual([]);
}
