import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FIELD_MANAGER } from '../../src/api/names.ts';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { Reflector } from '../../src/kubernetes/reflector.ts';
import { BEAT_API_KEYS, CONFIG_MAPS, type NamespacedResource } from '../../src/kubernetes/resource.ts';
import { Store } from '../../src/kubernetes/store.ts';
import { openWatch } from '../../src/kubernetes/watch.ts';
import { controlPlane, createNamespace, uniqueName } from '../testbed/current.ts';
import { mustKubectl } from '../testbed/kubernetes/client.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { type Access, eventually, openAccess } from './kubernetes-access.ts';

const OURS = { fieldManager: FIELD_MANAGER };
const isWatch = ({ url }: { url: URL }): boolean => url.searchParams.has('watch');

describe('a reflector', () => {
  let proxy: FaultProxy;
  let access: Access;
  let direct: Access;
  let namespace: string;
  let remove: () => Promise<void>;
  let store: Store<string>;
  let told: string[];
  let stop: AbortController;
  let running: Promise<void>;

  beforeEach(async () => {
    proxy = await startFaultProxy(controlPlane());
    access = openAccess({ url: proxy.url });
    direct = openAccess();
    ({ name: namespace, remove } = await createNamespace('reflector'));
    store = new Store();
    told = [];
    store.subscribe(({ before, after }) => told.push(`${before ?? '-'} > ${after ?? '-'}`));
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    await running;
    await access[Symbol.asyncDispose]();
    await direct[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
    await remove();
  });

  /** A ConfigMap reads as `name=word`. */
  function reflect(resource: NamespacedResource<unknown> = CONFIG_MAPS, upstream = access.upstream): Reflector<string> {
    const word = (object: KubernetesObject & { readonly data?: { readonly word?: string } }): string =>
      `${object.metadata.name}=${object.data?.word ?? ''}`;
    const reflector = new Reflector(upstream, {
      path: { resource, namespace },
      labelSelector: 'test=reflector',
      store,
      transform: word,
    });
    running = reflector.run(stop.signal);
    return reflector;
  }

  const at = (name: string) => ({ resource: CONFIG_MAPS, namespace, name });
  const create = (name: string, word: string) =>
    direct.client.create(
      { resource: CONFIG_MAPS, namespace },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { test: 'reflector' } }, data: { word } },
      OURS,
    );
  const change = (name: string, word: string) => direct.client.mergePatch(at(name), { data: { word } }, OURS);
  const end = ({ metadata: { name, uid, resourceVersion } }: KubernetesObject) =>
    direct.client.remove(at(name), { uid, resourceVersion });
  const content = (): string[] => [...store.values()].toSorted();
  const lists = (): number => proxy.seen.filter((request) => !isWatch(request)).length;
  const watches = (): number => proxy.seen.filter(isWatch).length;
  const watching = () => eventually(() => proxy.watches).toBe(1);

  test('follows additions, changes and removals, and what leaves its selector', async () => {
    const first = await create('a', '1');
    await reflect().synced;
    await change('a', '2');
    await create('b', '1');
    await direct.client.mergePatch(at('b'), { metadata: { labels: { test: null } } }, OURS);
    await end(await change('a', '3'));
    await eventually(() => told.length).toBe(6);
    expect(told).toEqual(['- > a=1', 'a=1 > a=2', '- > b=1', 'b=1 > -', 'a=2 > a=3', 'a=3 > -']);
    expect(first.metadata.name).toBe('a');
  });

  test('goes on from the last version after a cut, and what happened meanwhile is told; nothing is listed again', async () => {
    await create('a', '1');
    await reflect().synced;
    await watching();
    proxy.fault = (request) => (isWatch(request) ? { status: 503 } : undefined);
    proxy.cut();
    await eventually(() => access.failures.length).toBeGreaterThan(0);
    await change('a', '2');
    await create('b', '1');
    proxy.fault = () => undefined;
    await eventually(content).toEqual(['a=2', 'b=1']);
    expect(lists()).toBe(1);
    expect(access.relists).toEqual([]);
    const again = 'interrupted > following';
    expect(access.states).toEqual(['- > interrupted', again, 'following > interrupted', again]);
    stop.abort();
    await running;
    expect(access.states.at(-1)).toBe('following > -');
  });

  test('drops half an event when the connection is cut within it, and gets it again whole', async () => {
    await create('a', '1');
    await reflect().synced;
    await watching();
    proxy.silence();
    await change('a', '2');
    proxy.inject('{"type":"MODIFIED","object":{"metadata":{"name":"a","uid":"x","resourceVersion":"99999999","labels"');
    proxy.cut();
    await eventually(content).toEqual(['a=2']);
    expect(told).toEqual(['- > a=1', 'a=1 > a=2']);
    expect(lists()).toBe(1);
  });

  const expired = { kind: 'Status', status: 'Failure', reason: 'Expired', code: 410 };
  test.each(['by status', 'within the stream'])(
    'lists again when its version is gone, told %s, and makes up for all it missed',
    async (how) => {
      const gone = await create('gone', '1');
      const reborn = await create('reborn', '1');
      await create('kept', '1');
      await reflect().synced;
      await watching();
      told.length = 0;
      proxy.silence();
      await end(gone);
      await end(reborn);
      await create('reborn', '2');
      await create('new', '1');
      if (how === 'by status') {
        const opened = watches();
        proxy.fault = (request) =>
          isWatch(request) && watches() <= opened + 1 ? { status: 410, body: expired } : undefined;
        proxy.cut();
      } else {
        proxy.inject(`${JSON.stringify({ type: 'ERROR', object: expired })}\n`);
      }
      const missed = ['gone=1 > -', 'reborn=1 > -', '- > reborn=2', '- > new=1'];
      await eventually(() => told.toSorted()).toEqual(missed.toSorted());
      expect(told.indexOf('reborn=1 > -')).toBeLessThan(told.indexOf('- > reborn=2'));
      expect(access.relists).toEqual(['ConfigMap']);
      await change('kept', '2');
      await eventually(content).toContain('kept=2');
    },
  );

  test('is told by a real server that a version is gone in the way that it knows', async () => {
    const options = { resourceVersion: '1', timeoutSeconds: 5, silenceMs: 5_000, signal: stop.signal };
    const open = async () => (await openWatch(direct.client, { resource: BEAT_API_KEYS, namespace }, options)).next();
    await expect(open()).rejects.toMatchObject({ kind: 'conflict', code: 'Expired' });
  });

  test('opens another connection when one has fallen silent', async () => {
    await create('a', '1');
    await reflect(CONFIG_MAPS, { ...access.upstream, silenceMs: 1_100 }).synced;
    await watching();
    proxy.silence();
    await change('a', '2');
    await eventually(content).toEqual(['a=2']);
    expect(lists()).toBe(1);
    expect(watches()).toBeGreaterThan(1);
    expect(access.failures).toEqual([]);
  });

  test('says what it lacks while a kind is not installed, and goes on once it is', async () => {
    const group = `${uniqueName('late')}.example.com`;
    const plural = 'things';
    const resource: NamespacedResource<unknown> = { namespaced: true, group, version: 'v1', plural, kind: 'Thing' };
    const { synced } = reflect(resource);
    await eventually(() => access.failures.at(-1)).toMatchObject({
      kind: 'unsupported',
      detail: `the API server does not know ${plural}.${group}: is its CustomResourceDefinition installed?`,
    });
    const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } };
    const crd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: { group, scope: 'Namespaced', names: { plural, kind: 'Thing' }, versions: [version] },
    };
    await mustKubectl(controlPlane(), ['create', '-f', '-'], JSON.stringify(crd));
    await synced;
    await mustKubectl(controlPlane(), ['delete', 'crd', crd.metadata.name, '--wait=false']);
  });

  test('leaves no connection behind, wherever it is stopped', async () => {
    proxy.fault = () => 'hang';
    reflect();
    await eventually(lists).toBe(1);
    stop.abort();
    await running;
    stop = new AbortController();
    proxy.fault = () => undefined;
    await reflect().synced;
    await watching();
    stop.abort();
    await running;
    await access[Symbol.asyncDispose]();
    await eventually(() => proxy.connections).toBe(0);
    expect(access.failures).toEqual([]);
  });

  test('ends with the error of a listener, which is a mistake in the program', async () => {
    store.subscribe(() => {
      throw new TypeError('a mistake');
    });
    await create('a', '1');
    reflect();
    const outcome = running;
    running = Promise.resolve();
    await expect(outcome).rejects.toThrow('a mistake');
  });
});
