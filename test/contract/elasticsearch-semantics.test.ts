import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { elasticsearch, elasticsearchVersions, uniqueName } from '../testbed/current.ts';
import type { Credentials, ElasticsearchNode, Reply } from '../testbed/servers.ts';

/** What Beatkeys relies on, asked of the servers directly. A release that changes one of these needs a look. */

interface Created {
  readonly id: string;
  readonly encoded: string;
  readonly expiration?: number;
}
interface Listed {
  readonly api_keys: readonly {
    id: string;
    creation: number;
    expiration?: number;
    invalidated: boolean;
    name: string;
    metadata: object;
  }[];
}

const KEYS = '/_security/api_key';

/** A created key, with whatever the request asks beside a short life. */
async function create(
  node: ElasticsearchNode,
  body: object = {},
  options: { as?: Credentials; refresh?: boolean } = {},
) {
  const { as, refresh = true } = options;
  const descriptors = { none: {} };
  const reply = await node.request(
    'PUT',
    `${KEYS}?refresh=${refresh}`,
    { name: 'semantics', expiration: '10m', role_descriptors: descriptors, ...body },
    as === undefined ? {} : { as },
  );
  expect(reply.status).toBe(200);
  return reply.body as Created;
}

const whoAmI = (node: ElasticsearchNode, key: Created): Promise<Reply> =>
  node.request('GET', '/_security/_authenticate', undefined, { as: { apiKey: key.encoded } });
const get = (node: ElasticsearchNode, id: string): Promise<Reply> => node.request('GET', `${KEYS}?id=${id}&owner=true`);
const listed = (reply: Reply) => (reply.body as Listed).api_keys;
const invalidate = (node: ElasticsearchNode, ids: readonly string[]): Promise<Reply> =>
  node.request('DELETE', KEYS, { ids, owner: true });
const errorType = (reply: Reply): string => (reply.body as { error: { type: string } }).error.type;

describe.each(elasticsearchVersions())('Elasticsearch %s', (version) => {
  const node = elasticsearch(version);
  afterAll(() => node.close());

  const user = (cluster: readonly string[]) => node.createUser(uniqueName('semantics'), { cluster });

  test('accepts a key made without refresh at once, and does not find it yet', async () => {
    // The automatic refresh, once a second, may come in between; then the next key shows it.
    const gap = await vi.waitUntil(
      async () => {
        const key = await create(node, {}, { refresh: false });
        expect((await whoAmI(node, key)).status).toBe(200);
        const found = await get(node, key.id);
        const updated = await node.request('PUT', `${KEYS}/${key.id}`, { metadata: { a: 1 } });
        const invalidated = await invalidate(node, [key.id]);
        const isEmpty = (invalidated.body as { invalidated_api_keys: string[] }).invalidated_api_keys.length === 0;
        return isEmpty && updated.status === 404 && found.status === 404 ? { key, found, invalidated } : undefined;
      },
      { timeout: 30_000, interval: 10 },
    );
    expect(gap.found.body).toEqual({ api_keys: [] });
    expect(gap.invalidated).toMatchObject({ status: 200, body: { error_count: 0 } });
    expect((await whoAmI(node, gap.key)).status).toBe(200);
    await vi.waitFor(async () => expect(listed(await get(node, gap.key.id))).toHaveLength(1), { timeout: 20_000 });
  });

  test('answers 404 and an empty list for an id that it does not know', async () => {
    expect(await get(node, 'nosuch')).toEqual({ status: 404, body: { api_keys: [] } });
  });

  test('lists keys by what their metadata says, in the order of creation, from a millisecond on', async () => {
    const installation = uniqueName('installation');
    for (const name of ['b', 'a', 'c']) await create(node, { name, metadata: { beatkeys: { installation } } });
    const page = async (from: number, size: number) => {
      const ours = { term: { 'metadata.beatkeys.installation': installation } };
      const reply = await node.request('POST', '/_security/_query/api_key', {
        query: { bool: { filter: [ours, { range: { creation: { gte: from } } }] } },
        sort: [{ creation: { order: 'asc' } }],
        size,
      });
      return listed(reply);
    };
    const all = await page(0, 10);
    expect(all.map(({ name }) => name)).toEqual(['b', 'a', 'c']);
    expect(await page(0, 2)).toEqual(all.slice(0, 2));
    expect(await page(all[1]?.creation ?? 0, 2)).toEqual(all.slice(1));
  });

  test('lets only the owner update a key, and changes nothing that the update leaves out', async () => {
    const owner = await user(['manage_own_api_key']);
    const key = await create(node, { metadata: { a: 1 } }, { as: owner });
    expect((await node.request('PUT', `${KEYS}/${key.id}`, { metadata: { b: 1 } })).status).toBe(404);
    const update = await node.request('PUT', `${KEYS}/${key.id}`, { role_descriptors: { x: {} } }, { as: owner });
    expect(update).toEqual({ status: 200, body: { updated: true } });
    const [found] = listed(await node.request('GET', `${KEYS}?id=${key.id}`));
    expect(found).toMatchObject({ metadata: { a: 1 }, expiration: key.expiration });
  });

  test('counts an updated expiration from the time of the update', async () => {
    const key = await create(node);
    await node.request('PUT', `${KEYS}/${key.id}`, { expiration: '1h' });
    const [found] = listed(await get(node, key.id));
    expect((found?.expiration ?? 0) - (found?.creation ?? 0)).toBeGreaterThan(3_600_000);
  });

  test('names an id as invalidated once only, and ends the key at once', async () => {
    const key = await create(node);
    expect(await invalidate(node, [key.id])).toMatchObject({ body: { invalidated_api_keys: [key.id] } });
    expect((await whoAmI(node, key)).status).toBe(401);
    expect(await invalidate(node, [key.id])).toMatchObject({
      status: 200,
      body: { invalidated_api_keys: [], previously_invalidated_api_keys: [], error_count: 0 },
    });
    expect(listed(await get(node, key.id))).toMatchObject([{ invalidated: true }]);
  });

  test('passes over the keys of others when only own ones are to be invalidated', async () => {
    const key = await create(node, {}, { as: await user(['manage_own_api_key']) });
    expect(await invalidate(node, [key.id])).toMatchObject({ status: 200, body: { invalidated_api_keys: [] } });
    expect((await whoAmI(node, key)).status).toBe(200);
  });

  test("cuts a key to its owner's own privileges without a word, and tells when asked", async () => {
    const owner = await user(['manage_own_api_key', 'monitor']);
    const wanted = { cluster: ['monitor', 'read_ilm'] };
    const key = await create(node, { role_descriptors: { writer: wanted } }, { as: owner });
    const answer = await node.request('POST', '/_security/user/_has_privileges', wanted, {
      as: { apiKey: key.encoded },
    });
    expect(answer).toMatchObject({
      status: 200,
      body: { has_all_requested: false, cluster: { monitor: true, read_ilm: false } },
    });
  });

  test('lets a key die when its time is over, and does not call it invalidated', async () => {
    const key = await create(node, { expiration: '1s' });
    await sleep(Math.max(0, (key.expiration ?? 0) - Date.now()));
    await vi.waitFor(async () => expect((await whoAmI(node, key)).status).toBe(401), { timeout: 10_000 });
    expect(listed(await get(node, key.id))).toMatchObject([{ invalidated: false }]);
  });

  test('refuses a key with privileges to a key', async () => {
    const key = await create(node, { role_descriptors: { admin: { cluster: ['manage_own_api_key'] } } });
    const body = { name: 'child', role_descriptors: { w: { cluster: ['monitor'] } } };
    const reply = await node.request('PUT', KEYS, body, { as: { apiKey: key.encoded } });
    expect([reply.status, errorType(reply)]).toEqual([400, 'illegal_argument_exception']);
  });

  test('refuses a privilege that it does not know', async () => {
    const reply = await node.request('PUT', KEYS, { name: 'x', role_descriptors: { w: { cluster: ['nosuch'] } } });
    expect([reply.status, errorType(reply)]).toEqual([400, 'action_request_validation_exception']);
  });

  test('goes on accepting the keys of a user who was disabled', async () => {
    const owner = await user(['manage_own_api_key']);
    const key = await create(node, {}, { as: owner });
    await node.request('PUT', `/_security/user/${owner.username}/_disable`);
    expect((await node.request('GET', '/_security/_authenticate', undefined, { as: owner })).status).toBe(401);
    expect((await whoAmI(node, key)).status).toBe(200);
  });

  test('does not let a key that is restricted to workflows ask for its privileges', async () => {
    const restriction = { workflows: ['search_application_query'] };
    const key = await create(node, { role_descriptors: { w: { cluster: ['monitor'], restriction } } });
    const as = { apiKey: key.encoded };
    const reply = await node.request('POST', '/_security/user/_has_privileges', { cluster: ['monitor'] }, { as });
    expect(reply).toMatchObject({
      status: 403,
      body: { error: { root_cause: [{ type: 'role_restriction_exception' }] } },
    });
  });

  test('mixes up one index name that is asked for with and without restricted indices', async () => {
    const indices = [{ names: ['*'], privileges: ['read'] }];
    const key = await create(node, { role_descriptors: { w: { indices } } });
    const index = [...indices, { ...indices[0], allow_restricted_indices: true }];
    const reply = await node.request(
      'POST',
      '/_security/user/_has_privileges',
      { index },
      { as: { apiKey: key.encoded } },
    );
    expect(reply.body).toMatchObject({ index: { '*': { read: false } } });
  });
});
