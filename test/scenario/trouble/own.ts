import { expect } from 'vitest';
import { elasticsearch, elasticsearchVersions } from '../../testbed/current.ts';
import { mustKubectl } from '../../testbed/kubernetes/client.ts';
import { startControlPlane } from '../../testbed/own.ts';
import type { RunningControlPlane } from '../../testbed/servers.ts';
import { ApiServer } from '../api-server.ts';
import { aBeat } from '../beat.ts';
import { Leaks } from '../../leaks/leaks.ts';
import { createLendingUser, everyPreset } from '../lending-user.ts';
import { connection } from '../manifests.ts';
import { Objects } from '../objects.ts';
import { noteSecrets } from '../secret-watch.ts';
import { keysOf, type ServerKey } from '../server-keys.ts';
import type { Site } from '../site.ts';
import { World } from '../world.ts';
import { SHORT_TIMES, type Trouble } from './open.ts';

/** A control plane of the test's own, in which nothing else happens, with an operator. */
export interface OwnPlane extends Trouble {
  readonly plane: RunningControlPlane;
}

/** Starts it with the definitions of this folder. Close it. */
export async function openOwnPlane(crds: string): Promise<OwnPlane> {
  await using stack = new AsyncDisposableStack();
  const plane = stack.adopt(await startControlPlane({ crds, audit: true }), (started) => started.stop());
  const api = stack.use(new ApiServer(plane));
  const leaks = new Leaks();
  const [version = ''] = elasticsearchVersions();
  const node = stack.adopt(elasticsearch(version), (client) => client.close());
  const user = stack.use(await createLendingUser(node, everyPreset));
  leaks.note(user.password);
  const [home, objects] = [new Objects('home', plane, api), new Objects('site', plane, api)];
  for (const { namespace } of [home, objects]) await mustKubectl(plane, ['create', 'namespace', namespace]);
  stack.use(noteSecrets(api, objects.namespace, leaks));
  await objects.apply(...connection(objects.namespace, 'main', node, user));
  const site: Site = {
    ...{ node, user, objects, guests: [] },
    beat: async (secret) => aBeat(node, (await objects.data(secret))['encoded'] ?? ''),
    keys: ({ metadata }) => keysOf(node, metadata.uid),
    untilOneLives: ({ metadata, status }) =>
      expect
        .poll(async () => livingIDs(await keysOf(node, metadata.uid)), { timeout: 90_000, interval: 500 })
        .toEqual([status?.keyID]),
  };
  const operator = {
    kubeconfig: plane.kubeconfig,
    namespace: home.namespace,
    watch: [objects.namespace],
    settings: SHORT_TIMES,
  };
  const world = new World({ home, sites: new Map([[version, site]]), operator, leaks });
  await world.startOperator();
  world.keep(stack.move());
  return { plane, world, site, close: () => world.close() };
}

const livingIDs = (keys: readonly ServerKey[]): readonly string[] =>
  keys.filter(({ invalidated }) => !invalidated).map(({ id }) => id);
