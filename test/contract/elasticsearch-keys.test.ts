import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { contentDigest } from '../../src/core/role-normal.ts';
import { Sensitive } from '../../src/runtime/sensitive.ts';
import { elasticsearch, elasticsearchVersions, uniqueName } from '../testbed/current.ts';
import { aKeyRequest, aMark, calm, encoded, open, targetOf, type Opened } from './elasticsearch-fixture.ts';

/** Waits until get finds the key, as an update or invalidation would. */
const visible = (store: Opened, id: string) =>
  vi.waitUntil(() => store.keys.get(id, calm), { timeout: 20_000, interval: 100 });

const failure = async (outcome: Promise<unknown>): Promise<Failure> => {
  const error: unknown = await outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Failure)) throw new TypeError('expected a Failure', { cause: error });
  return error;
};

describe.each(elasticsearchVersions())('keys of Elasticsearch %s', (version) => {
  const node = elasticsearch(version);
  const admin = targetOf(node);
  afterAll(() => node.close());
  const operator = async (cluster: readonly string[], names: readonly string[] = ['packetbeat-*']) =>
    targetOf(
      node,
      await node.createUser(uniqueName('operator'), { cluster, indices: [{ names, privileges: ['create_doc'] }] }),
    );

  test('contact tells cluster, version and owner', async () => {
    await using store = open(admin);
    const { body } = await node.request('GET', '/');
    expect(await store.keys.contact(calm)).toEqual({
      clusterUUID: (body as { cluster_uuid: string }).cluster_uuid,
      version,
      serverless: false,
      owner: { username: 'elastic', realm: 'reserved' },
      manageApiKey: true,
    });
  });

  test('contact names each thing that the user lacks', async () => {
    await using mayMake = open(await operator(['manage_own_api_key', 'monitor']));
    expect(await mayMake.keys.contact(calm)).toMatchObject({ manageApiKey: false, owner: { realm: 'default_native' } });
    await using noKeys = open(await operator(['monitor']));
    expect(await failure(noKeys.keys.contact(calm))).toMatchObject({ kind: 'denied', code: 'MissingManageOwnApiKey' });
    await using noMonitor = open(await operator(['manage_own_api_key']));
    expect(await failure(noMonitor.keys.contact(calm))).toMatchObject({ kind: 'denied', code: 'MissingMonitor' });
    await using wrongPassword = open({ ...admin, password: new Sensitive('wrong') });
    expect(await failure(wrongPassword.keys.contact(calm))).toMatchObject({ kind: 'denied', code: 'HTTP 401' });
  });

  test('a user without the privilege hears which one it takes', async () => {
    await using store = open(await operator(['monitor']));
    const { kind, detail } = await failure(store.keys.create(aKeyRequest(), calm));
    expect([kind, detail]).toEqual(['denied', "The operator's user lacks the cluster privilege manage_own_api_key"]);
  });

  test('a key is made, found with its mark, changed in place and invalidated', async () => {
    await using store = open(admin);
    const request = aKeyRequest();
    const key = await store.keys.create(request, calm);
    expect(await visible(store, key.id)).toMatchObject({
      id: key.id,
      name: request.name,
      expiration: key.expiration,
      invalidated: false,
      owner: { username: 'elastic', realm: 'reserved' },
      mark: request.mark,
      contentDigest: contentDigest(request.roleDescriptors, request.userMetadata),
    });

    const change = { roleDescriptors: { w: { cluster: ['monitor'] } }, userMetadata: { a: 1 }, mark: request.mark };
    await store.keys.update(key.id, change, calm);
    expect(await store.keys.get(key.id, calm)).toMatchObject({
      expiration: key.expiration,
      contentDigest: contentDigest(change.roleDescriptors, change.userMetadata),
    });

    expect(await store.keys.invalidate([key.id, 'nosuch', key.id], calm)).toEqual([key.id]);
    expect(await store.keys.invalidate([key.id], calm)).toEqual([]);
    expect(await store.keys.get(key.id, calm)).toMatchObject({ invalidated: true });
    expect(await failure(store.keys.update(key.id, change, calm))).toMatchObject({ kind: 'conflict' });
    expect(await store.keys.get('nosuch', calm)).toBeUndefined();
    expect(JSON.stringify([key, store.requests, store.warnings])).not.toContain(key.secret.reveal());
  });

  test('a trial names what a key lacks, and knows a key that does not work', async () => {
    await using store = open(await operator(['manage_own_api_key', 'monitor']));
    const request = aKeyRequest({
      roleDescriptors: {
        writer: {
          cluster: ['monitor', 'read_ilm'],
          index: [{ names: ['packetbeat-*'], privileges: ['create_doc', 'auto_configure'] }],
        },
        agent: { applications: [{ application: 'apm', privileges: ['event:write'], resources: ['-'] }] },
      },
    });
    const missing = ['cluster: read_ilm', 'indices packetbeat-*: auto_configure', 'application apm on -: event:write'];
    const key = encoded(await store.keys.create(request, calm));
    expect(await store.keys.tryPrivileges('own', request.roleDescriptors, calm)).toEqual({ accepted: true, missing });
    expect(await store.keys.tryPrivileges(key, request.roleDescriptors, calm)).toEqual({ accepted: true, missing });
    expect(await store.keys.tryPrivileges(key, aKeyRequest().roleDescriptors, calm)).toEqual({
      accepted: true,
      missing: [],
    });
    const notAKey = Buffer.from('nosuch:nosuchnosuchnosuchno').toString('base64');
    for (const wrong of [notAKey, '', 'a b', 'a\r\nb: c']) {
      expect(await store.keys.tryPrivileges(new Sensitive(wrong), request.roleDescriptors, calm)).toEqual({
        accepted: false,
      });
    }
  });

  test.each([
    ['no privileges', { none: {} }],
    ['a workflow', { w: { cluster: ['monitor'], restriction: { workflows: ['search_application_query'] } } }],
    [
      'rights that cannot be asked for',
      { w: { run_as: ['jack'], remote_indices: [{ clusters: ['a'], names: ['x'], privileges: ['read'] }] } },
    ],
    [
      'limits within indices',
      {
        w: {
          indices: [
            { names: ['a'], privileges: ['read'], query: '{"match_all":{}}', field_security: { grant: ['a'] } },
          ],
        },
      },
    ],
    [
      'an application by wildcard',
      { w: { applications: [{ application: 'kibana-*', privileges: ['all'], resources: ['*'] }] } },
    ],
    [
      'restricted indices beside others of the same name',
      {
        w: {
          indices: [
            { names: ['*'], privileges: ['read'] },
            { names: ['*'], privileges: ['monitor'], allow_restricted_indices: true },
          ],
        },
      },
    ],
  ])('a trial accepts a key with %s', async (_what, roleDescriptors) => {
    await using store = open(admin);
    const key = encoded(await store.keys.create(aKeyRequest({ roleDescriptors }), calm));
    expect(await store.keys.tryPrivileges(key, roleDescriptors, calm)).toEqual({ accepted: true, missing: [] });
    expect(await store.keys.tryPrivileges('own', roleDescriptors, calm)).toEqual({ accepted: true, missing: [] });
  });

  test('an inventory lists what is alive or young, page after page, and nothing of others', async () => {
    await using store = open(admin);
    const mark = aMark();
    const made = await Promise.all(
      Array.from({ length: 1_001 }, async () => (await store.keys.create(aKeyRequest({ mark }), calm)).id),
    );
    await store.keys.create(aKeyRequest(), calm);
    const listed = await vi.waitFor(
      async () => {
        const keys = await store.keys.inventory(mark.installation, calm);
        expect(keys).toHaveLength(1_001);
        return keys;
      },
      { timeout: 30_000, interval: 200 },
    );
    expect(new Set(listed.map(({ id }) => id))).toEqual(new Set(made));
  });

  test('an inventory lists a young key that is invalidated, and passes over a mark that it cannot read', async () => {
    await using store = open(admin);
    const mark = aMark();
    const key = await store.keys.create(aKeyRequest({ mark }), calm);
    const strange = { beatkeys: { installation: mark.installation }, name: 'strange' };
    const body = { name: 'strange', expiration: '10m', role_descriptors: { none: {} }, metadata: strange };
    const reply = await node.request('PUT', '/_security/api_key?refresh=true', body);
    await visible(store, key.id);
    await store.keys.invalidate([key.id], calm);
    expect(await store.keys.inventory(mark.installation, calm)).toMatchObject([{ id: key.id, invalidated: true }]);
    expect(store.warnings).toHaveLength(1);
    const { id } = reply.body as { id: string };
    expect(await failure(store.keys.get(id, calm))).toMatchObject({ kind: 'unsupported', code: 'MarkUnreadable' });
  });

  test("another user's key can be neither found nor changed, and only manage_api_key invalidates it", async () => {
    await using one = open(await operator(['manage_own_api_key', 'monitor']));
    await using other = open(await operator(['manage_own_api_key', 'monitor']));
    await using both = open(admin);
    const request = aKeyRequest();
    const { id } = await one.keys.create(request, calm);
    await visible(one, id);
    expect(await other.keys.get(id, calm)).toBeUndefined();
    expect(await failure(other.keys.update(id, request, calm))).toMatchObject({ kind: 'notFound' });
    expect(await other.keys.invalidate([id], calm)).toEqual([]);
    expect(await both.keys.invalidate([id], calm)).toEqual([]);
    await both.keys.contact(calm);
    expect(await both.keys.invalidate([id], calm)).toEqual([id]);
  });

  test('an expired key is told by its time', async () => {
    await using store = open(admin);
    const key = await store.keys.create(aKeyRequest({ expiration: '1s' }), calm);
    await sleep(Math.max(0, (key.expiration ?? 0) - Date.now()));
    const trial = () => store.keys.tryPrivileges(encoded(key), { none: {} }, calm);
    await vi.waitFor(async () => expect(await trial()).toEqual({ accepted: false }), { timeout: 10_000 });
    expect(await visible(store, key.id)).toMatchObject({ invalidated: false, expiration: key.expiration });
  });

  test.each([
    [{ w: { cluster: ['nosuch_one'] } }, 'UnknownPrivilege', 'There is no cluster privilege nosuch_one'],
    [
      { w: { index: [{ names: ['a'], privileges: ['Nosuch'] }] } },
      'UnknownPrivilege',
      'There is no index privilege Nosuch',
    ],
    [
      { w: { index: [{ names: ['a'], privileges: ['read', 'read'] }] } },
      'InvalidRoleDescriptor',
      'A privilege is named twice in one entry: read',
    ],
    [
      { w: { index: [{ names: ['/[/'], privileges: ['read'] }] } },
      'InvalidRoleDescriptor',
      'A regular expression in names is wrong: /[/',
    ],
    [
      { w: { index: [{ names: ['a'], privileges: [] }] } },
      'InvalidRoleDescriptor',
      'An entry of indices names no privilege',
    ],
    [
      { w: { indices: [{ names: ['a'], privileges: ['read'], field_security: { grant: ['a'], except: ['b'] } }] } },
      'InvalidRoleDescriptor',
      'field_security excepts fields that it does not grant',
    ],
    [
      { w: { applications: [{ application: 'A B', privileges: ['x'], resources: ['*'] }] } },
      'InvalidRoleDescriptor',
      'Elasticsearch does not take an entry of applications',
    ],
    [
      { w: { nosuch: 1 } },
      'InvalidRoleDescriptor',
      'A role descriptor has a field that this version does not know: nosuch',
    ],
    [
      { w: { global: { nosuch: {} } } },
      'InvalidRoleDescriptor',
      'global has a category that this version does not know: nosuch',
    ],
    [
      { w: { remote_cluster: [{ clusters: ['a'], privileges: ['nosuch'] }] } },
      'UnknownPrivilege',
      'There is no remote cluster privilege nosuch',
    ],
    [{ w: { restriction: { workflows: ['nosuch'] } } }, 'UnknownWorkflow', 'There is no workflow nosuch'],
    [
      { w: { restriction: { workflows: ['search_application_query'] } }, v: {} },
      'InvalidRoleDescriptor',
      'A restriction needs a key with one descriptor',
    ],
    [{ ü: {} }, 'InvalidRoleDescriptor', 'The name of a role descriptor takes printable ASCII characters only'],
  ])('a refusal of %j says why', async (roleDescriptors, code, detail) => {
    await using store = open(admin);
    const request = aKeyRequest({ roleDescriptors: roleDescriptors as never });
    const refused = await failure(store.keys.create(request, calm));
    expect(refused).toMatchObject({ kind: 'rejected', code, detail, outcomeUnknown: false });
  });

  test.each([
    [{ expiration: '1w' }, 'InvalidExpiration'],
    [{ userMetadata: { _a: 1 } }, 'InvalidMetadata'],
    [{ userMetadata: { a: 'x'.repeat(40_000) } }, 'InvalidMetadata'],
    [{ name: '_a' }, 'InvalidName'],
    [{ roleDescriptors: {} }, 'NoRoleDescriptors'],
  ])('a refusal of %.60j has its code', async (given, code) => {
    await using store = open(admin);
    expect(await failure(store.keys.create(aKeyRequest(given), calm))).toMatchObject({ kind: 'rejected', code });
  });
});
