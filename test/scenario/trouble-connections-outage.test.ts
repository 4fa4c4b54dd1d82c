import { afterAll, describe, expect, test, vi } from 'vitest';
import type { BeatApiKey } from '../../src/api/types.ts';
import type { Seen } from '../contract/fault-proxy.ts';
import { elasticsearchVersions } from '../testbed/current.ts';
import { externalServersGiven } from '../testbed/external.ts';
import { startElasticsearch } from '../testbed/own.ts';
import { presetCeiling } from '../../src/core/presets.ts';
import { createLendingUser, everyPreset, type LendingUser } from './lending-user.ts';
import { beatApiKey, connection } from './manifests.ts';
import { condition } from './objects.ts';
import { keysOf } from './server-keys.ts';
import { isLiving, openServers } from './trouble/servers-world.ts';

/** Nodes of the test's own: one with a basic license that goes away and comes back, one without security. */

const OBJECTS = 20;
const names = Array.from({ length: OBJECTS }, (_, index) => `beat-${index}`);
const [version = ''] = elasticsearchVersions();
const [servers, basic, open] = externalServersGiven
  ? []
  : await Promise.all([
      openServers(),
      startElasticsearch({ version, license: 'basic' }),
      startElasticsearch({ version, license: 'basic', security: false }),
    ]);

describe.skipIf(servers === undefined)('An Elasticsearch of its own', () => {
  if (servers === undefined || basic === undefined || open === undefined) return;
  const { objects, site } = servers;
  let user: LendingUser;
  afterAll(async () => {
    await servers.close();
    await Promise.all([basic.stop(), open.stop()]);
  });
  const list = async (): Promise<readonly BeatApiKey[]> =>
    (await objects.list('BeatApiKey')).filter(({ metadata }) => names.includes(metadata.name));

  test('with security switched off is refused, until the connection leads to one with it', async () => {
    const front = await servers.front();
    front.upstream = open;
    await servers.apply('unsecured', { urls: [front.url] });
    await servers.expectTold('unsecured', {
      reason: 'SecurityDisabled',
      says: 'The security features of the cluster are switched off (xpack.security.enabled)',
    });
    await servers.expectCalm(() => front.seen.length);
    front.upstream = site.node;
    await servers.expectRecovered('unsecured');
  });

  test('with a basic license makes keys with field or document level security, and denies them everything', async () => {
    const roles = (restriction: object) => ({
      writer: { index: [{ names: ['logs-*'], privileges: ['auto_configure', 'create_doc'], ...restriction }] },
    });
    await basic.request('PUT', '/logs-made?wait_for_active_shards=1');
    for (const restriction of [{ field_security: { grant: ['message'] } }, { query: { match_all: {} } }]) {
      const made = await basic.request('PUT', '/_security/api_key', {
        name: 'r',
        role_descriptors: roles(restriction),
      });
      const { encoded } = made.body as { encoded: string };
      const bulk = '{"create":{"_index":"logs-made"}}\n{"message":"lost"}\n';
      const { body } = await basic.request('POST', '/_bulk', bulk, { as: { apiKey: encoded } });
      expect(body).toMatchObject({ items: [{ create: { status: 403 } }] });
    }
  });

  test('with a basic license has no such key made for an object, until the license covers it', async () => {
    user = await createLendingUser(basic, everyPreset);
    const index = [{ names: ['packetbeat-*'], privileges: ['create_doc'], field_security: { grant: ['message'] } }];
    const ceiling = { ...presetCeiling, indices: [...(presetCeiling.indices ?? []), ...index] };
    await objects.apply(
      ...connection(objects.namespace, 'basic', basic, user, { policy: { roleDescriptor: ceiling } }),
    );
    const spec = { connectionRef: { name: 'basic' }, roleDescriptors: { writer: { index } } };
    await objects.applyKey('restricted', spec);
    const refused = await objects.refused('restricted', 'LicenseInsufficient');
    expect(await objects.kubectl(['describe', 'BeatApiKey', 'restricted'])).toMatch(
      'field_security and query need a platinum, enterprise or trial license, the cluster has basic, under which Elasticsearch denies such a key every request to the indices: spec.roleDescriptors.writer.indices: packetbeat-*',
    );
    expect(await keysOf(basic, refused.metadata.uid)).toEqual([]);
    await basic.request('POST', '/_license/start_trial?acknowledge=true');
    await objects.ready('restricted');
    await basic.request('POST', '/_license/start_basic?acknowledge=true');
    const kept = await objects.refused('restricted', 'LicenseInsufficient');
    expect(condition(kept, 'Stalled')?.message).not.toContain('keeps working');
    await objects.remove('BeatApiKey', 'restricted');
    await objects.untilGone('BeatApiKey', 'restricted');
  });

  const interrupt = basic.interrupt;
  test.skipIf(interrupt === undefined)(
    `that goes away and comes back finds its ${OBJECTS} objects with the keys that they had`,
    { timeout: 240_000 },
    async () => {
      await objects.apply(
        ...names.map((name) =>
          beatApiKey(objects.namespace, name, { connectionRef: { name: 'basic' }, preset: { beat: 'packetbeat' } }),
        ),
      );
      // What is broken off by a change of the connection may leave a key that waits for its overlap.
      for (const name of names) await objects.ready(name);
      const front = await servers.front();
      front.upstream = basic;
      await objects.patch('ElasticsearchConnection', 'basic', { spec: { urls: [front.url] } });
      for (const name of names) await objects.ready(name);
      const before = new Map((await list()).map(({ metadata, status }) => [metadata.uid, status?.keyID]));
      const isMint = ({ method, url }: Seen) => method === 'PUT' && url.pathname === '/_security/api_key';
      const made = front.seen.filter(isMint).length;

      await interrupt?.stop();
      await servers.connectionRefused('basic', 'Unreachable');
      for (const name of names) {
        const waiting = await objects.until(
          'BeatApiKey',
          name,
          'Unavailable',
          (object) => condition(object, 'Reconciling')?.reason === 'Unavailable',
        );
        expect(condition(waiting, 'Ready')?.status).toBe('True');
      }
      // A rotation that falls into the outage waits for its end.
      await objects.patch('BeatApiKey', 'beat-0', { spec: { rotation: { request: 'while it was away' } } });
      await servers.expectCalm(() => front.seen.length);
      await interrupt?.start();

      await objects.connected('basic');
      for (const name of names) await objects.ready(name);
      await objects.until('BeatApiKey', 'beat-0', 'rotation', ({ status }) => status?.handledRequest !== undefined);
      const after = await list();
      expect(after).toHaveLength(OBJECTS);
      for (const { metadata, status } of after) {
        const living = async () => (await keysOf(basic, metadata.uid)).filter(isLiving).map(({ id }) => id);
        const former = before.get(metadata.uid);
        // The one that was rotated has both for the time of the overlap.
        const expected = new Set([former, metadata.name === 'beat-0' ? status?.keyID : former]);
        // What a first try left half-made before the outage goes with the next list of keys.
        await vi.waitFor(async () => expect(new Set(await living())).toEqual(expected), {
          timeout: 90_000,
          interval: 500,
        });
      }
      expect(front.seen.filter(isMint)).toHaveLength(made + 1);
    },
  );
});
