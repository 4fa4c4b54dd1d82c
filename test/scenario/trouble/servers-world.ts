import { expect, vi } from 'vitest';
import type {
  BeatApiKey,
  BeatApiKeySpec,
  ElasticsearchConnection,
  ElasticsearchConnectionSpec,
} from '../../../src/api/types.ts';
import { startFaultProxy, type FaultProxy } from '../../contract/fault-proxy.ts';
import type { Operator } from '../../operator/operator.ts';
import { elasticsearch } from '../../testbed/current.ts';
import type { ElasticsearchNode } from '../../testbed/servers.ts';
import { beatApiKey, connection } from '../manifests.ts';
import { condition, type Objects } from '../objects.ts';
import type { ServerKey } from '../server-keys.ts';
import type { Site } from '../site.ts';
import type { WorldOptions } from '../world.ts';
import { openTrouble } from './open.ts';

/** What to expect of a connection that cannot be used, and of the object of the same name that refers to it. */
export interface Told {
  /** Why the connection is not ready. */
  readonly reason: string;
  /** Why the object is not; ConnectionNotReady unless given. */
  readonly keyReason?: string;
  /** What `kubectl describe` says of both. */
  readonly says: string | RegExp;
}

/** Requests that one look at a cluster, or at what is not one, may cost. */
const REQUESTS_PER_LOOK = 5;

/** An operator among servers that are not as they should be, and ways to say what it must do then. */
export interface Servers {
  readonly site: Site;
  readonly objects: Objects;
  readonly operator: Operator;
  /** A proxy in front of the real server, which counts and does as it is told; closed with the rest. */
  front(port?: number): Promise<FaultProxy>;
  /** Disposes of it with the rest. */
  use<T extends AsyncDisposable>(server: T): T;
  /** Applies a connection with its credential, and a BeatApiKey of the same name that refers to it. */
  apply(
    name: string,
    spec: Partial<ElasticsearchConnectionSpec>,
    user?: { readonly username: string; readonly password: string },
    key?: Partial<BeatApiKeySpec>,
  ): Promise<void>;
  /** Waits until the connection is not ready for this reason. */
  connectionRefused(name: string, reason: string): Promise<ElasticsearchConnection>;
  /** Waits until both stand as told, and checks that kubectl says so and that no key was made. Gives the object. */
  expectTold(name: string, told: Told): Promise<BeatApiKey>;
  /** Waits for some drift intervals and checks that no more than one look at the server was made in each. */
  expectCalm(requests: () => number | Promise<number>): Promise<void>;
  /** Waits until the object is ready, and checks that the one key that lives for it is the one in its Secret. */
  expectRecovered(name: string): Promise<BeatApiKey>;
  /** Waits for so many drift intervals. */
  intervals(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens it, on the newest Elasticsearch; close it. */
export async function openServers(options: WorldOptions = {}): Promise<Servers> {
  await using stack = new AsyncDisposableStack();
  const node = stack.adopt(elasticsearch(), (client) => client.close());
  // The connection that is always well tells how many intervals went by.
  const metronome = stack.use(await startFaultProxy(node));
  const { connection: given, ...others } = options;
  const { world, site } = await openTrouble({ ...others, connection: { urls: [metronome.url], ...given } });
  stack.defer(() => world.close());
  const { objects } = site;
  const kept = stack.move();

  const intervals = async (count: number): Promise<void> => {
    const lists = () => metronome.seen.filter(({ url }) => url.pathname.endsWith('/_query/api_key')).length;
    const before = lists();
    await vi.waitFor(() => expect(lists()).toBeGreaterThanOrEqual(before + count), { timeout: 90_000, interval: 100 });
  };

  const connectionRefused = (name: string, reason: string) =>
    objects.until('ElasticsearchConnection', name, reason, (object) => {
      const ready = condition(object, 'Ready');
      return ready?.status === 'False' && ready.reason === reason;
    });

  return {
    ...{ site, objects, operator: world.operator, intervals, connectionRefused },
    front: async (port) => kept.use(await startFaultProxy(node, port)),
    use: (server) => kept.use(server),
    apply: (name, spec, user = site.user, key = {}) =>
      objects.apply(
        ...connection(objects.namespace, name, { ...node, url: 'http://unused' }, user, spec),
        beatApiKey(objects.namespace, name, {
          connectionRef: { name },
          preset: { beat: 'packetbeat' },
          rotation: { overlap: '2s' },
          ...key,
        }),
      ),
    expectTold: async (name, { reason, keyReason = 'ConnectionNotReady', says }) => {
      await connectionRefused(name, reason);
      await objects.refused(name, keyReason);
      for (const kind of ['ElasticsearchConnection', 'BeatApiKey']) {
        expect(await objects.kubectl(['describe', kind, name])).toMatch(says);
      }
      const object = await objects.find('BeatApiKey', name);
      if (object === undefined) throw new Error(`${name} is gone`);
      expect(await site.keys(object)).toEqual([]);
      return object;
    },
    expectCalm: async (requests) => {
      const before = await requests();
      await intervals(3);
      expect((await requests()) - before).toBeLessThanOrEqual(4 * REQUESTS_PER_LOOK);
    },
    expectRecovered: async (name) => {
      const object = await objects.ready(name);
      const living = async () => (await site.keys(object)).filter(isLiving).map(({ id }) => id);
      const only = [object.status?.keyID];
      await vi.waitFor(async () => expect(await living()).toEqual(only), { timeout: 90_000, interval: 250 });
      expect((await objects.data(name))['id']).toBe(object.status?.keyID);
      return object;
    },
    close: () => kept.disposeAsync(),
  };
}

/** Neither invalidated nor, since the keys of these tests do not expire, dead in another way. */
export const isLiving = ({ invalidated }: ServerKey): boolean => !invalidated;

/** Makes the same user in another cluster, with all rights there; disposing of it invalidates its keys and takes it away. */
export async function createTwin(
  node: ElasticsearchNode,
  { username, password }: { readonly username: string; readonly password: string },
): Promise<AsyncDisposable> {
  const path = `/_security/user/${username}`;
  await node.request('PUT', path, { password, roles: ['superuser'] });
  return {
    async [Symbol.asyncDispose]() {
      await node.request('DELETE', '/_security/api_key', { username });
      await node.request('DELETE', path);
    },
  };
}
