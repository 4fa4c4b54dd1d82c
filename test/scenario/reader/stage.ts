import { startFaultProxy, type FaultProxy } from '../../contract/fault-proxy.ts';
import { controlPlane, elasticsearchVersions } from '../../testbed/current.ts';
import type { ElasticsearchNode } from '../../testbed/servers.ts';
import { ApiServer } from '../api-server.ts';
import type { Site } from '../site.ts';
import { openWorld, type World } from '../world.ts';
import { Editor } from './editor.ts';
import type { Fronts } from './faults.ts';
import { openShelf, type Shelf } from './outbox.ts';

/** A site, and where the documents of its clients go. */
export interface Place {
  readonly version: string;
  readonly site: Site;
  readonly shelf: Shelf;
}

/** An operator between proxies, and servers that the clients reach without any. */
export interface Stage extends AsyncDisposable {
  readonly world: World;
  readonly places: readonly Place[];
  readonly fronts: Fronts;
  readonly api: ApiServer;
  readonly editor: Editor;
}

/**
 * Short, so that trouble and its end show soon. The lease is for the one that takes over from a killed operator, which
 * does nothing with less than 10 s left of its own; attempts have the time that a busy machine may need for one.
 */
const settings = {
  BEATKEYS_DRIFT_INTERVAL: '2s',
  BEATKEYS_VISIBILITY_DELAY: '1s',
  BEATKEYS_ATTEMPT_LIMIT: '10s',
  BEATKEYS_LEASE_DURATION: '15s',
  BEATKEYS_LEASE_RENEW_DEADLINE: '12s',
  BEATKEYS_LEASE_RETRY_PERIOD: '1s',
};

export async function openStage(): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const plane = controlPlane();
  const [api, editor] = [stack.use(new ApiServer(plane)), stack.use(new Editor(plane))];
  const kubernetes = stack.use(await startFaultProxy(plane));
  const elasticsearch: FaultProxy[] = [];
  const front = async (node: ElasticsearchNode): Promise<FaultProxy> => {
    const proxy = stack.use(await startFaultProxy(node));
    elasticsearch.push(proxy);
    return proxy;
  };
  const world = await openWorld({ settings, kubernetesURL: kubernetes.url, front, restarts: true });
  stack.defer(() => world.close());
  const places: Place[] = [];
  for (const version of elasticsearchVersions()) {
    const site = world.site(version);
    const shelf = stack.use(await openShelf(site.node, `packetbeat-${site.objects.namespace}`));
    places.push({ version, site, shelf });
  }
  const kept = stack.move();
  return {
    ...{ world, places, fronts: { kubernetes, elasticsearch }, api, editor },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
