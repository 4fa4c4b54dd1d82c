import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { grantsFor } from '../../src/kubernetes/rights.ts';
import type { WorkloadKind } from '../../src/core/workload.ts';
import { readAuditLog } from '../rights/audit-log.ts';
import { compareRights } from '../rights/comparison.ts';
import { controlPlane, elasticsearchVersions } from '../testbed/current.ts';
import { externalServersGiven } from '../testbed/external.ts';
import type { ControlPlane } from '../testbed/servers.ts';
import { runs, untilOut } from './consumers/roll-out.ts';
import { turn, untilRetired } from './consumers/turn.ts';
import { workload } from './consumers/workload.ts';
import type { Manifest } from './manifests.ts';
import { condition } from './objects.ts';
import type { Site } from './site.ts';
import { SHORT_TIMES } from './trouble/open.ts';
import { startOwnPlane } from './trouble/own.ts';
import { openWorld, type World } from './world.ts';

/** An operator with the chart's rights and no others does everything that it is there for, and needs each of them. */

const roleDescriptors = { role: { cluster: ['monitor'] } };
const KINDS: readonly WorkloadKind[] = ['DaemonSet', 'Deployment', 'StatefulSet'];
const LENT = 'beatkeys.test/lent';

describe.each(['listed namespaces', ...(externalServersGiven ? [] : ['the whole cluster'])])(
  'With rights in %s',
  (where) => {
    let world: World;
    let plane: ControlPlane;
    let sites: readonly Site[];
    const stack = new AsyncDisposableStack();

    beforeAll(async () => {
      plane = controlPlane();
      if (where === 'the whole cluster') {
        const own = stack.use(await startOwnPlane());
        await own.startNodes(2);
        plane = own;
      }
      world = await openWorld({
        ...{ plane, restarts: true, guests: 1, caKind: 'ConfigMap' },
        settings: { ...SHORT_TIMES, BEATKEYS_ATTEMPT_LIMIT: '30s' },
        connection: { allowedNamespaces: { from: 'Selector', selector: { matchLabels: { [LENT]: 'yes' } } } },
      });
      stack.defer(() => world.close());
      sites = elasticsearchVersions().map((version) => world.site(version));
    });
    afterAll(() => stack.disposeAsync());

    test('each consumer is restarted, and told from one of the same labels', async () => {
      const [site] = sites;
      if (site === undefined) throw new Error('there is no site');
      const { objects } = site;
      const labels = { app: 'deployment', part: 'neighbour' };
      const neighbour = workload('Deployment', objects.namespace, 'neighbour', { secret: 'deployment' });
      await Promise.all(KINDS.map((kind) => runs(objects, kind, kind.toLowerCase())));
      await objects.apply(labelled(neighbour, labels));
      await untilOut(objects, 'Deployment', 'neighbour');
      await Promise.all(
        KINDS.map(async (kind) => {
          const name = kind.toLowerCase();
          await untilRetired(site, await turn(site, name, [{ kind, name, restart: true }]));
        }),
      );
    });

    test('a namespace borrows a connection by its labels', async () => {
      for (const { objects, guests } of sites) {
        const [guest] = guests;
        if (guest === undefined) throw new Error('there is no guest');
        await guest.applyKey('lent', {
          connectionRef: { name: 'main', namespace: objects.namespace },
          roleDescriptors,
        });
        const { status } = await guest.refused('lent', 'NamespaceNotAllowed');
        expect(status?.conditions?.[0]?.message).toContain('do not match spec.allowedNamespaces.selector');
        await guest.kubectl(['label', 'namespace', guest.namespace, `${LENT}=yes`]);
        await guest.ready('lent');
      }
    });

    test('a Secret that no owner takes along is deleted with its object', async () => {
      for (const { objects } of sites) {
        await objects.issue('kept', { roleDescriptors, deletionPolicy: 'Retain' });
        await objects.applyKey('kept', { roleDescriptors, suspend: true });
        await objects.until(
          'BeatApiKey',
          'kept',
          'suspension',
          (object) => condition(object, 'Ready')?.reason === 'Suspended',
        );
        await objects.remove('BeatApiKey', 'kept');
        await objects.untilGone('BeatApiKey', 'kept');
        await objects.untilGone('Secret', 'kept');
      }
    });

    test('what happens again is counted in the event that is there', async () => {
      for (const { objects } of sites) {
        const typo = { roleDescriptors: { role: { cluster: ['monitor'], clster: ['monitor'] } as object } };
        await objects.issue('again', { roleDescriptors });
        for (const _ of [1, 2]) {
          await objects.applyKey('again', typo);
          await objects.until(
            'BeatApiKey',
            'again',
            'refusal',
            (object) => condition(object, 'Stalled')?.status === 'True',
          );
          await objects.applyKey('again', { roleDescriptors });
          await objects.ready('again');
        }
        await vi.waitFor(
          async () => {
            const events = await objects.list('Event');
            const told = events.filter(({ regarding, reason }) => regarding.name === 'again' && reason === 'Stalled');
            expect(told).toMatchObject([{ series: { count: 2 } }]);
          },
          { timeout: 90_000, interval: 500 },
        );
      }
    });

    test('it is ready, and was refused nothing', async () => {
      expect(await world.operator.readiness()).toBe(200);
      expect(world.operator.lines.filter((line) => line.includes('lacks the right'))).toEqual([]);
    });

    test('every right was used, and no other was needed', async ({ skip }) => {
      const { auditLog } = plane;
      if (auditLog === undefined) return skip('this test bed keeps no audit log');
      await world.operator.stop();
      const { user, mode } = world.account;
      const usage = await readAuditLog(auditLog, new Map([[user, mode]]));
      const { granted, used, notGranted, neverUsed } = compareRights(
        grantsFor(mode, { restartConsumers: true }),
        usage,
        mode,
      );
      expect({ notGranted, neverUsed }).toEqual({ notGranted: [], neverUsed: [] });
      expect(used).toBe(granted);
    });
  },
);

/** The same workload with other labels on its pods. */
function labelled(manifest: Manifest, labels: Readonly<Record<string, string>>): Manifest {
  const spec = manifest['spec'] as { template: { metadata: object; spec: object } };
  const template = { ...spec.template, metadata: { labels } };
  return { ...manifest, spec: { ...spec, selector: { matchLabels: labels }, template } };
}
