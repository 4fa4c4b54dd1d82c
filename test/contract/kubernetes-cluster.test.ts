import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  ANNOTATIONS,
  API_VERSION,
  CONNECTION_FINALIZER,
  FINALIZER,
  LABELS,
  MANAGED_BY,
  STATUS_FIELD_MANAGER,
} from '../../src/api/names.ts';
import type { BeatApiKey, BeatApiKeyStatus, ElasticsearchConnection } from '../../src/api/types.ts';
import type { OpenCluster } from '../../src/kubernetes/cluster.ts';
import { openCluster } from '../../src/kubernetes/cluster.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Logger } from '../../src/runtime/log.ts';
import { Sensitive } from '../../src/runtime/sensitive.ts';
import { writeKubeconfig } from '../scenario/trouble/kubeconfig.ts';
import { controlPlane, createNamespace, uniqueName } from '../testbed/current.ts';
import { mustKubectl } from '../testbed/kubernetes/client.ts';
import { startFaultProxy } from './fault-proxy.ts';
import { eventually } from './kubernetes-access.ts';

const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => quiet,
};
const OUR_LABEL = { [LABELS.managedBy]: MANAGED_BY };

describe.each([
  ['all namespaces', (): 'all' => 'all'],
  ['a list of namespaces', (namespace: string): string[] => [namespace, 'default']],
])('a cluster served in %s', (_, scopeOf) => {
  let namespace: string;
  let remove: () => Promise<void>;
  let cluster: OpenCluster;
  let stop: AbortController;
  let running: Promise<void>;

  beforeAll(async () => {
    ({ name: namespace, remove } = await createNamespace('cluster'));
    cluster = openCluster({
      kubeconfig: controlPlane().kubeconfig,
      namespaces: scopeOf(namespace),
      operatorNamespace: namespace,
      identity: 'test',
      clock: systemClock,
      logger: quiet,
    });
    stop = new AbortController();
    running = cluster.run(stop.signal);
    await cluster.synced;
  });
  afterAll(async () => {
    stop.abort();
    await running;
    await cluster.stop(AbortSignal.timeout(5_000));
    await remove();
  });

  const apply = (kind: string, name: string, spec: object) =>
    mustKubectl(
      controlPlane(),
      ['apply', '-f', '-'],
      JSON.stringify({ apiVersion: API_VERSION, kind, metadata: { name, namespace }, spec }),
    );
  const kubectl = (...args: string[]) => mustKubectl(controlPlane(), ['-n', namespace, ...args]);

  async function beatApiKey(): Promise<BeatApiKey> {
    const name = uniqueName('key');
    await apply('BeatApiKey', name, { connectionRef: { name: 'main' }, preset: { beat: 'packetbeat' } });
    await eventually(() => cluster.beatApiKeys.cache.get(`${namespace}/${name}`)).toBeDefined();
    return cluster.beatApiKeys.cache.get(`${namespace}/${name}`) as BeatApiKey;
  }

  test('knows the labels of its namespaces, and when they change', async () => {
    expect(cluster.namespaces.get(namespace)).toMatchObject({ name: namespace });
    await mustKubectl(controlPlane(), ['label', 'namespace', namespace, 'lent=yes']);
    await eventually(() => cluster.namespaces.get(namespace)?.labels['lent']).toBe('yes');
    expect(await cluster.readOwnNamespaceUID()).toMatch(/^[0-9a-f-]{36}$/);
  });

  describe('a BeatApiKey', () => {
    test('is claimed once for an installation; a stale claim is a conflict, and the cache has it at once', async () => {
      const object = await beatApiKey();
      const key = `${namespace}/${object.metadata.name}`;
      const claimed = await cluster.beatApiKeys.claim(object, 'installation-1');
      expect(cluster.beatApiKeys.cache.get(key)).toEqual(claimed);
      expect(claimed.metadata).toMatchObject({
        finalizers: [FINALIZER],
        annotations: { [ANNOTATIONS.installation]: 'installation-1' },
      });
      expect(claimed.metadata).not.toHaveProperty('managedFields');
      await expect(cluster.beatApiKeys.claim(object, 'installation-2')).rejects.toMatchObject({ kind: 'conflict' });
    });

    test('has its status replaced whole, by a manager of its own', async () => {
      const object = await beatApiKey();
      const first: BeatApiKeyStatus = {
        observedGeneration: 1,
        keyID: 'one',
        connection: { version: '9.5.3', clusterUUID: 'u' },
      };
      const second: BeatApiKeyStatus = { observedGeneration: 1, secretName: 's', connection: { clusterUUID: 'u' } };
      const written = await cluster.beatApiKeys.writeStatus(object, first);
      expect(written.status).toEqual(first);
      expect((await cluster.beatApiKeys.writeStatus(object, second)).status).toEqual(second);
      expect(await kubectl('get', 'beatapikey', object.metadata.name, '-o', 'yaml', '--show-managed-fields')).toContain(
        `manager: ${STATUS_FIELD_MANAGER}`,
      );
    });

    test('is not taken for another one of its name', async () => {
      const object = await beatApiKey();
      const { name } = object.metadata;
      const claimed = await cluster.beatApiKeys.claim(object, 'installation-1');
      await kubectl('delete', 'beatapikey', name, '--wait=false');
      await cluster.beatApiKeys.release(claimed);
      expect(cluster.beatApiKeys.cache.get(`${namespace}/${name}`)).toBeUndefined();
      await apply('BeatApiKey', name, { connectionRef: { name: 'other' }, preset: { beat: 'heartbeat' } });
      const successor = await cluster.beatApiKeys.read(namespace, name);
      expect(successor?.metadata.uid).not.toBe(object.metadata.uid);
      await cluster.beatApiKeys.claim(successor as BeatApiKey, 'installation-1');
      const wrong = { kind: 'conflict' };
      await expect(cluster.beatApiKeys.writeStatus(claimed, { observedGeneration: 1 })).rejects.toMatchObject(wrong);
      await expect(cluster.beatApiKeys.release(claimed)).rejects.toMatchObject(wrong);
      await eventually(() => cluster.beatApiKeys.cache.get(`${namespace}/${name}`)?.metadata.uid).toBe(
        successor?.metadata.uid,
      );
    });

    test('is released from a stale copy, whatever its status says meanwhile, and again when it is gone', async () => {
      const claimed = await cluster.beatApiKeys.claim(await beatApiKey(), 'installation-1');
      const { name } = claimed.metadata;
      await cluster.beatApiKeys.writeStatus(claimed, { observedGeneration: 1 });
      await kubectl('delete', 'beatapikey', name, '--wait=false');
      await cluster.beatApiKeys.release(claimed);
      await cluster.beatApiKeys.release(claimed);
      expect(await cluster.beatApiKeys.read(namespace, name)).toBeUndefined();
      expect(cluster.beatApiKeys.cache.get(`${namespace}/${name}`)).toBeUndefined();
    });
  });

  test('a connection is held and released', async () => {
    const name = uniqueName('connection');
    const auth = { basic: { username: 'elastic', secretRef: { name: 'credential' } } };
    await apply('ElasticsearchConnection', name, { urls: ['https://es.example:9200'], auth });
    const key = `${namespace}/${name}`;
    await eventually(() => cluster.connections.cache.get(key)).toBeDefined();
    const held = await cluster.connections.hold(cluster.connections.cache.get(key) as ElasticsearchConnection);
    expect(held.metadata.finalizers).toEqual([CONNECTION_FINALIZER]);
    expect(await cluster.connections.hold(held)).toBe(held);
    const status = { observedGeneration: 1, version: '9.5.3' };
    expect((await cluster.connections.writeStatus(held, status)).status).toEqual(status);
    await cluster.connections.release(held);
    expect(cluster.connections.cache.get(key)?.metadata.finalizers ?? []).toEqual([]);
  });

  describe('a Secret', () => {
    const created = async () => {
      const owner = await beatApiKey();
      const { name, uid } = owner.metadata;
      const secret = await cluster.secrets.create(namespace, name, {
        data: new Sensitive({ id: 'one', key: 'hidden-wörd' }),
        labels: { ...OUR_LABEL, team: 'network', none: null },
        annotations: { [ANNOTATIONS.keyID]: 'one', note: 'x' },
        owner: { name, uid },
      });
      return { secret, owner, name };
    };

    test('is there at once, with everything that was asked for', async () => {
      const { secret, owner, name } = await created();
      expect(cluster.secrets.cache.get(`${namespace}/${name}`)).toEqual(secret);
      expect(secret).toMatchObject({
        controllerUID: owner.metadata.uid,
        labels: { ...OUR_LABEL, team: 'network' },
        ownedDataKeys: ['id', 'key'],
        ownedLabels: ['team'],
        ownedAnnotations: ['note'],
      });
      const read = await cluster.secrets.readData(namespace, name);
      expect(read?.data.reveal()).toEqual({ id: 'one', key: 'hidden-wörd' });
      expect(read?.metadata).toEqual(secret);
      const whole = JSON.parse(await kubectl('get', 'secret', name, '-o', 'json')) as {
        type: string;
        metadata: object;
      };
      expect(whole).toMatchObject({
        type: 'Opaque',
        metadata: { ownerReferences: [{ apiVersion: API_VERSION, kind: 'BeatApiKey', controller: true }] },
      });
    });

    test('is not created over one of that name', async () => {
      const { name } = await created();
      await expect(cluster.secrets.create(namespace, name, {})).rejects.toMatchObject({ kind: 'exists' });
    });

    test('is switched in one write that removes what went, and only from the version it was seen in', async () => {
      const { secret, name } = await created();
      const switched = await cluster.secrets.patch(secret, {
        data: new Sensitive({ id: 'two', key: null, encoded: 'x' }),
        annotations: { [ANNOTATIONS.keyID]: 'two', note: null },
        labels: { team: null },
      });
      expect(switched).toMatchObject({ labels: OUR_LABEL, annotations: { [ANNOTATIONS.keyID]: 'two' } });
      expect(switched.ownedDataKeys).toEqual(['encoded', 'id']);
      expect((await cluster.secrets.readData(namespace, name))?.data.reveal()).toEqual({ id: 'two', encoded: 'x' });
      expect(cluster.secrets.cache.get(`${namespace}/${name}`)).toEqual(switched);
      const stale = cluster.secrets.patch(secret, { annotations: { note: 'late' } });
      await expect(stale).rejects.toMatchObject({ kind: 'conflict' });
      const other = cluster.secrets.patch({ ...switched, uid: 'another' }, { annotations: { note: 'late' } });
      await expect(other).rejects.toMatchObject({ kind: 'conflict' });
    });

    test("loses and gets its owner without touching others'", async () => {
      const { secret, owner, name } = await created();
      // A real one: the garbage collector removes references to owners that are not there.
      await kubectl('create', 'configmap', name);
      const uidOfOther = await kubectl('get', 'configmap', name, '-o', 'jsonpath={.metadata.uid}');
      const other = { apiVersion: 'v1', kind: 'ConfigMap', name, uid: uidOfOther };
      const patch = { metadata: { ownerReferences: [other] } };
      await kubectl('patch', 'secret', name, '--type=merge', '-p', JSON.stringify(patch));
      const outdated = cluster.secrets.patch(secret, { owner: null });
      await expect(outdated).rejects.toMatchObject({ kind: 'conflict' });
      const now = await cluster.secrets.readMetadata(namespace, name);
      if (now === undefined) throw new Error('the Secret is gone');
      const { uid } = owner.metadata;
      const owned = await cluster.secrets.patch(now, { owner: { name, uid } });
      expect(owned.controllerUID).toBe(uid);
      const free = await cluster.secrets.patch(owned, { owner: null });
      expect(free).not.toHaveProperty('controllerUID');
      expect(await kubectl('get', 'secret', name, '-o', 'jsonpath={.metadata.ownerReferences[*].kind}')).toBe(
        'ConfigMap',
      );
    });

    test('shows which of its data others have touched', async () => {
      const { name } = await created();
      await kubectl('patch', 'secret', name, '-p', '{"stringData":{"key":"edited"}}');
      await eventually(() => cluster.secrets.cache.get(`${namespace}/${name}`)?.ownedDataKeys).toEqual(['id']);
    });

    test('is removed in the version it was seen in, and out of the cache at once', async () => {
      const { secret, name } = await created();
      const stale = cluster.secrets.remove({ ...secret, resourceVersion: '1' });
      await expect(stale).rejects.toMatchObject({ kind: 'conflict' });
      await cluster.secrets.remove(secret);
      expect(cluster.secrets.cache.get(`${namespace}/${name}`)).toBeUndefined();
      await cluster.secrets.remove(secret);
      expect(await cluster.secrets.readMetadata(namespace, name)).toBeUndefined();
      expect(await cluster.secrets.readData(namespace, name)).toBeUndefined();
    });

    test('leaves the cache with our label, and foreign ones were never in it', async () => {
      const { secret, name } = await created();
      await kubectl('create', 'secret', 'generic', 'foreign', '--from-literal=a=b');
      await cluster.secrets.patch(secret, { labels: { [LABELS.managedBy]: null } });
      expect(cluster.secrets.cache.get(`${namespace}/${name}`)).toBeUndefined();
      expect([...cluster.secrets.cache.values()].map((each) => each.name)).not.toContain('foreign');
    });
  });

  test('workloads are followed from when they are named', async () => {
    const place = { kind: 'Deployment', namespace, name: uniqueName('web') } as const;
    expect(cluster.workloads.peek(place)).toMatchObject({ known: false, failure: { code: 'NotListedYet' } });
    cluster.workloads.follow(['Deployment']);
    await kubectl('create', 'deployment', place.name, '--image=registry.invalid/web', '--replicas=0');
    await eventually(() => cluster.workloads.peek(place)).toMatchObject({ known: true, value: place });
  });

  describe('references', () => {
    const changed: string[] = [];
    beforeAll(() => cluster.references.subscribe(({ kind, name }) => changed.push(`${kind}/${name}`)));
    beforeEach(() => void (changed.length = 0));
    afterEach(() => cluster.references.watch([]));

    test('are read as text, or are not there', async () => {
      await kubectl('create', 'secret', 'generic', 'credential', '--from-literal=password=hidden-wörd');
      await kubectl('create', 'configmap', 'ca', '--from-literal=ca.crt=PEM');
      const read = async (kind: 'Secret' | 'ConfigMap', name: string) =>
        (await cluster.references.read(kind, namespace, name))?.reveal();
      expect(await read('Secret', 'credential')).toEqual({ password: 'hidden-wörd' });
      expect(await read('ConfigMap', 'ca')).toEqual({ 'ca.crt': 'PEM' });
      expect(await read('Secret', 'ca')).toBeUndefined();
    });

    test('tell of their first sight, of changes and of removals, each for its own object only', async () => {
      const watched = [
        { kind: 'Secret', namespace, name: 'late' },
        { kind: 'ConfigMap', namespace, name: 'late' },
      ] as const;
      cluster.references.watch(watched);
      await kubectl('create', 'secret', 'generic', 'other', '--from-literal=a=b');
      await kubectl('create', 'secret', 'generic', 'late', '--from-literal=a=b');
      await eventually(() => changed).toEqual(['Secret/late']);
      cluster.references.watch([...watched].toReversed());
      await kubectl('create', 'configmap', 'late', '--from-literal=a=b');
      await kubectl('patch', 'secret', 'late', '-p', '{"stringData":{"a":"c"}}');
      await eventually(() => changed.toSorted()).toEqual(['ConfigMap/late', 'Secret/late', 'Secret/late']);
      await kubectl('delete', 'secret', 'late');
      await eventually(() => changed.length).toBe(4);
    });

    test('tell nothing any more when they are not wanted', async () => {
      const reference = (name: string) => ({ kind: 'Secret', namespace, name }) as const;
      cluster.references.watch([reference('unwanted'), reference('wanted')]);
      cluster.references.watch([reference('wanted')]);
      await kubectl('create', 'secret', 'generic', 'unwanted', '--from-literal=a=b');
      await kubectl('create', 'secret', 'generic', 'wanted', '--from-literal=a=b');
      await eventually(() => changed).toEqual(['Secret/wanted']);
    });
  });
});

test('is ready although its workloads cannot be listed', async () => {
  const plane = controlPlane();
  const { name: namespace, remove } = await createNamespace('cluster');
  await using proxy = await startFaultProxy(plane);
  proxy.fault = ({ url }) => (url.pathname.startsWith('/apis/apps/') ? 'hang' : undefined);
  await using kubeconfig = await writeKubeconfig(proxy.url, plane.token);
  const cluster = openCluster({
    kubeconfig: kubeconfig.path,
    namespaces: [namespace],
    operatorNamespace: namespace,
    identity: 'test',
    clock: systemClock,
    logger: quiet,
  });
  cluster.workloads.follow(['DaemonSet', 'Deployment', 'StatefulSet']);
  const stop = new AbortController();
  const running = cluster.run(stop.signal);
  await cluster.synced;
  await eventually(() => proxy.seen.filter(({ url }) => url.pathname.startsWith('/apis/apps/')).length).toBe(3);
  expect(cluster.workloads.peek({ kind: 'DaemonSet', namespace, name: 'beat' })).toMatchObject({ known: false });
  stop.abort();
  await running;
  await cluster.stop(AbortSignal.timeout(5_000));
  await remove();
});
