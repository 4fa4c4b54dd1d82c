import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { Client } from '../../src/kubernetes/client.ts';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { BEAT_API_KEYS, CONFIG_MAPS, EVERYWHERE, LEASES, SECRETS } from '../../src/kubernetes/resource.ts';
import { controlPlane, createNamespace } from '../testbed/current.ts';
import { mustKubectl } from '../testbed/kubernetes/client.ts';
import { startFaultProxy } from './fault-proxy.ts';
import { type Access, eventually, openAccess } from './kubernetes-access.ts';

const OURS = { fieldManager: 'beatkeys' };

async function failureOf(call: Promise<unknown>): Promise<Failure> {
  const outcome = await call.then(
    () => 'no failure',
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(Failure);
  return outcome as Failure;
}

describe('the client', () => {
  let access: Access;
  let namespace: string;
  let remove: () => Promise<void>;

  beforeAll(async () => {
    access = openAccess();
    ({ name: namespace, remove } = await createNamespace('client'));
  });
  afterAll(async () => {
    await access[Symbol.asyncDispose]();
    await remove();
  });

  const configMap = (name: string, data: object = {}) =>
    access.client.create(
      { resource: CONFIG_MAPS, namespace },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { test: name.split('-')[0] } }, data },
      OURS,
    );
  const secret = (name: string) =>
    access.client.create<KubernetesObject>(
      { resource: SECRETS, namespace },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name }, data: { word: btoa('hidden-word') } },
      OURS,
    );

  test('lists page by page, every object once and at one version', async () => {
    const names = Array.from({ length: 1_010 }, (_, index) => `page-${index}`);
    await Promise.all(names.map((name) => configMap(name)));
    const pages = [];
    for await (const page of access.client.pages(
      { resource: CONFIG_MAPS, namespace },
      { labelSelector: 'test=page' },
    )) {
      pages.push(page);
    }
    expect(pages.map(({ items }) => items.length)).toEqual([500, 500, 10]);
    expect(new Set(pages.map(({ resourceVersion }) => resourceVersion)).size).toBe(1);
    expect(pages.flatMap(({ items }) => items.map((item) => item.metadata.name)).toSorted()).toEqual(names.toSorted());
  });

  test('asks for smaller pages where one would be too large', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `large-${index}`);
    await Promise.all(names.map((name) => configMap(name, { filler: 'x'.repeat(1_000) })));
    const client = new Client(access.transport, access.reach, 10_000);
    const found = [];
    for await (const { items } of client.pages({ resource: CONFIG_MAPS, namespace }, { labelSelector: 'test=large' })) {
      found.push(...items.map((item) => item.metadata.name));
    }
    expect(found.toSorted()).toEqual(names.toSorted());
  });

  test('reads a Secret without its values where metadata is all that is wanted, also in answers to writes', async () => {
    const name = 'metadata-only';
    await secret(name);
    const path = { resource: SECRETS, namespace, name };
    const read = await access.client.getMetadata(path);
    const patched = await access.client.mergePatch<object>(
      path,
      { data: { more: btoa('hidden-word') } },
      { ...OURS, metadataOnly: true },
    );
    const listed: object[] = [];
    for await (const page of access.client.pages({ resource: SECRETS, namespace }, { metadataOnly: true }))
      listed.push(page);
    for (const answer of [read, patched, listed]) {
      expect(JSON.stringify(answer)).toContain('metadata-only');
      expect(JSON.stringify(answer)).not.toContain(btoa('hidden-word'));
    }
  });

  test('says that an object is not there, and does not say so of a kind that is not known', async () => {
    expect(await access.client.get({ resource: SECRETS, namespace, name: 'nobody' })).toBeUndefined();
    const unknown = { ...BEAT_API_KEYS, group: 'not-installed.beatkeys.dev' };
    expect(await failureOf(access.client.get({ resource: unknown, namespace, name: 'x' }))).toMatchObject({
      kind: 'unsupported',
      detail:
        'the API server does not know beatapikeys.not-installed.beatkeys.dev: is its CustomResourceDefinition installed?',
    });
  });

  test('tells conflicts of name, version, uid and JSON Patch apart from what is wrong', async () => {
    const name = 'conflicts';
    const { metadata } = await secret(name);
    const path = { resource: SECRETS, namespace, name };
    const { client } = access;
    const patch = (change: object) => failureOf(client.mergePatch(path, { metadata: change }, OURS));
    expect(await failureOf(secret(name))).toMatchObject({ kind: 'exists' });
    expect(await patch({ resourceVersion: '1' })).toMatchObject({ kind: 'conflict' });
    expect(await patch({ uid: 'another' })).toMatchObject({ kind: 'conflict' });
    expect(await patch({ labels: { 'not valid': 'x' } })).toMatchObject({
      kind: 'rejected',
      detail: 'the API server finds not valid: metadata.labels',
    });
    const test = [{ op: 'test', path: '/metadata/uid', value: 'another' }] as const;
    expect(await failureOf(client.jsonPatch(path, test, OURS))).toMatchObject({ kind: 'conflict' });
    const { uid, resourceVersion } = metadata;
    expect(await failureOf(client.remove(path, { uid: 'another', resourceVersion }))).toMatchObject({
      kind: 'conflict',
    });
    expect(await failureOf(client.remove(path, { uid, resourceVersion: '1' }))).toMatchObject({ kind: 'conflict' });
    expect(await client.remove(path, { uid, resourceVersion })).toBe('gone');
    expect(await client.remove(path, { uid, resourceVersion })).toBe('gone');
  });

  test('says of an object that finalizers keep that it is still there', async () => {
    const path = { resource: CONFIG_MAPS, namespace, name: 'kept' };
    await configMap('kept');
    const kept = await access.client.mergePatch(path, { metadata: { finalizers: ['test.beatkeys.dev/keep'] } }, OURS);
    const { uid, resourceVersion } = kept.metadata;
    const left = await access.client.remove(path, { uid, resourceVersion });
    expect(left).toMatchObject({ metadata: { uid, deletionTimestamp: expect.any(String) as string } });
    await access.client.mergePatch(path, { metadata: { finalizers: null } }, OURS);
  });

  test('names the right that is missing', async () => {
    const plane = controlPlane();
    await mustKubectl(plane, ['create', 'serviceaccount', 'nobody', '-n', namespace]);
    const token = (await mustKubectl(plane, ['create', 'token', 'nobody', '-n', namespace])).trim();
    const nobody = openAccess({ token });
    const lists = (where: string) => failureOf(nobody.client.pages({ resource: SECRETS, namespace: where }).next());
    expect(await lists(EVERYWHERE)).toMatchObject({
      kind: 'denied',
      detail: 'the operator lacks the right to list secrets in the whole cluster',
    });
    expect(await lists(namespace)).toMatchObject({
      kind: 'denied',
      detail: `the operator lacks the right to list secrets in namespace ${namespace}`,
    });
    await nobody[Symbol.asyncDispose]();
  });

  test('knows a quota, a namespace that is being deleted, and a token that is not accepted', async () => {
    const plane = controlPlane();
    const other = await createNamespace('quota');
    const quota = ['create', 'quota', 'none', '--hard=count/leases.coordination.k8s.io=0', '-n', other.name];
    await mustKubectl(plane, quota);
    const lease = () =>
      failureOf(
        access.client.create(
          { resource: LEASES, namespace: other.name },
          { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'x' } },
          OURS,
        ),
      );
    await eventually(lease).toMatchObject({
      code: 'QuotaExceeded',
      detail: 'the namespace quota does not allow another Lease',
    });
    await mustKubectl(plane, [
      'patch',
      'quota',
      'none',
      '-n',
      other.name,
      '-p',
      '{"metadata":{"finalizers":["test.beatkeys.dev/keep"]}}',
    ]);
    await other.remove();
    await eventually(lease).toMatchObject({ kind: 'denied', code: 'NamespaceTerminating' });
    await mustKubectl(plane, ['patch', 'quota', 'none', '-n', other.name, '-p', '{"metadata":{"finalizers":null}}']);

    const stranger = openAccess({ token: 'nonsense' });
    const read = stranger.client.get({ resource: SECRETS, namespace, name: 'x' });
    expect(await failureOf(read)).toMatchObject({ kind: 'denied', code: 'HTTP 401' });
    await stranger[Symbol.asyncDispose]();
  });

  test('uses few connections for many calls, none of them after the end', async () => {
    const proxy = await startFaultProxy(controlPlane());
    const through = openAccess({ url: proxy.url });
    const read = () => through.client.get({ resource: SECRETS, namespace, name: 'nobody' });
    for (let index = 0; index < 20; index += 1) await read();
    expect(proxy.connections).toBeLessThanOrEqual(2);
    await through[Symbol.asyncDispose]();
    await eventually(() => proxy.connections).toBe(0);
    await proxy[Symbol.asyncDispose]();
  });
});

describe('a call that goes wrong', () => {
  const path = { resource: SECRETS, namespace: 'default', name: 'nobody' };
  const write = (access: Access) => failureOf(access.client.mergePatch(path, {}, OURS));

  test.each([
    ['throttled', { status: 429, headers: { 'retry-after': '2' } }, { kind: 'throttled', retryAfterMs: 2_000 }],
    ['overloaded', { status: 503 }, { kind: 'unavailable', outcomeUnknown: true }],
    ['answered by something else', { status: 200, body: { hello: 'world' } }, { kind: 'unsupported' }],
    ['cut off after it was done', 'lose the answer', { kind: 'unavailable', outcomeUnknown: true }],
  ] as const)('because it is %s', async (_, fault, expected) => {
    const proxy = await startFaultProxy(controlPlane());
    const access = openAccess({ url: proxy.url });
    proxy.fault = () => fault;
    expect(await write(access)).toMatchObject(expected);
    await access[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  });

  test('because nobody answers ends with its time, or with the abort', async () => {
    const proxy = await startFaultProxy(controlPlane());
    const access = openAccess({ url: proxy.url });
    proxy.fault = () => 'hang';
    const late = access.client.mergePatch(path, {}, { ...OURS, timeoutMs: 50 });
    expect(await failureOf(late)).toMatchObject({ kind: 'unavailable', code: 'Timeout', outcomeUnknown: true });
    const stop = new AbortController();
    const aborted = access.client.mergePatch(path, {}, { ...OURS, signal: stop.signal });
    stop.abort();
    expect(await failureOf(aborted)).toMatchObject({ kind: 'aborted' });
    await access[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  });

  test('because nobody listens has done nothing', async () => {
    const proxy = await startFaultProxy(controlPlane());
    await proxy[Symbol.asyncDispose]();
    const access = openAccess({ url: proxy.url });
    expect(await write(access)).toMatchObject({ kind: 'unavailable', code: 'ECONNREFUSED', outcomeUnknown: false });
    expect(access.transport.lastContact).toBeUndefined();
    expect(access.requests).toMatchObject([{ operation: 'patch Secret', codeClass: 'none' }]);
    await access[Symbol.asyncDispose]();
  });

  test("because the server's certificate is not trusted has done nothing", async () => {
    const strict = openAccess({ untrusted: true });
    expect(await write(strict)).toMatchObject({ kind: 'unavailable', outcomeUnknown: false });
    await strict[Symbol.asyncDispose]();
  });
});
