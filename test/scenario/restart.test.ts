import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { elasticsearchVersions } from '../testbed/current.ts';
import type { Site } from './site.ts';
import { snapshot, type Snapshot } from './snapshot.ts';
import { openWorld } from './world.ts';

const world = await openWorld({
  settings: {
    BEATKEYS_DRIFT_INTERVAL: '1s',
    // The lease of one that was killed has to run out.
    BEATKEYS_LEASE_DURATION: '20s',
    BEATKEYS_LEASE_RENEW_DEADLINE: '15s',
    BEATKEYS_LEASE_RETRY_PERIOD: '1s',
    BEATKEYS_ATTEMPT_LIMIT: '10s',
  },
});
afterAll(() => world.close());

const sites: readonly Site[] = elasticsearchVersions().map((version) => world.site(version));
const roleDescriptors = { role: { cluster: ['monitor'] } };
const everySite = async (act: (site: Site) => Promise<unknown>) => void (await Promise.all(sites.map(act)));
const snapshots = async (): Promise<readonly Snapshot[]> => Promise.all(sites.map(snapshot));

describe('An operator that is started again', () => {
  let before: readonly Snapshot[];
  beforeAll(async () => {
    await everySite(async ({ objects }) => {
      await objects.issue('plain', { preset: { beat: 'packetbeat', uses: ['publishing', 'monitoring'] } });
      await objects.issue('dated', { roleDescriptors, expiration: '30d', metadata: { team: 'network' } });
      await objects.issue('dressed', { roleDescriptors, secret: { template: { data: { file: '{{ beats }}' } } } });
      await objects.issue('retained', { roleDescriptors, deletionPolicy: 'Retain' });
      const first = await objects.issue('retiring', { roleDescriptors });
      await objects.applyKey('retiring', { roleDescriptors, rotation: { request: 'new' } });
      await objects.rotated('retiring', first);
      await objects.applyKey('refused', { connectionRef: { name: 'nowhere' }, roleDescriptors });
      await objects.refused('refused', 'ConnectionNotFound');
    });
    // Until the numbers of keys stand in the status of the connections, and the lists after that were seen.
    await world.untilListed();
    await world.untilListed();
    before = await snapshots();
  });

  test.each([
    ['told to stop', () => world.operator.stop()],
    ['killed', () => world.operator.kill()],
  ])('after it was %s writes nothing but its Lease, and rotates nothing, when nothing changed', async (_how, end) => {
    await end();
    await world.startOperator();
    await world.untilListed();
    expect(await snapshots()).toEqual(before);
    expect(await world.operator.count('beatkeys_keys_created_total')).toBe(0);
    expect(await world.operator.count('beatkeys_keys_invalidated_total')).toBe(0);
  });

  test('goes on where a killed one was, and leaves one living key for each object', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `many-${index}`);
    // A key that was made and not stored counts as replaced: some pod may know it.
    const spec = { roleDescriptors, rotation: { overlap: '1s' } };
    const seen = world.operator.lines.length;
    await everySite(async ({ objects }) => {
      await Promise.all(names.map((name) => objects.applyKey(name, spec)));
    });
    await world.operator.untilLine(/KeyIssued/, seen);
    await world.operator.kill();
    await world.startOperator();
    await everySite(async ({ objects, ...site }) => {
      const untilWell = async (name: string) => {
        const object = await objects.ready(name);
        expect(await (await site.beat(name)).authenticate()).toBe(200);
        await site.untilOneLives(object);
      };
      await Promise.all(names.map(untilWell));
    });
  });
});
