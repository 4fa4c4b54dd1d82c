import { afterAll, describe, expect, test } from 'vitest';
import type { BeatApiKeySpec } from '../../src/api/types.ts';
import { elasticsearchVersions } from '../testbed/current.ts';
import type { Site } from './site.ts';
import { openWorld } from './world.ts';

const world = await openWorld();
afterAll(() => world.close());

/** Every variable, and text around them. */
const TEMPLATE: BeatApiKeySpec['secret'] = {
  name: 'beats-output',
  template: {
    labels: { 'example.com/team': 'network' },
    annotations: { note: 'for Packetbeat' },
    data: {
      'packetbeat-key.yml': 'output.elasticsearch.api_key: "{{ beats }}"\n',
      all: '{{id}}|{{ key }}|{{ beats }}|{{ encoded }}|{{ url }}|{{ ca }}|{{ name }}|{{ namespace }}',
    },
  },
};

describe.each(elasticsearchVersions())('With Elasticsearch %s', { concurrent: true }, (version) => {
  const site: Site = world.site(version);
  const { objects, node } = site;

  test('a new object gets a Secret of the documented layout, with a key that works', async () => {
    const { metadata, status } = await objects.issue('packetbeat');
    const secret = await objects.find('Secret', 'packetbeat');
    expect(secret).toMatchObject({
      type: 'Opaque',
      metadata: {
        labels: { 'app.kubernetes.io/managed-by': 'beatkeys', 'beatkeys.dev/owner-uid': metadata.uid },
        ownerReferences: [
          {
            apiVersion: 'beatkeys.dev/v1alpha1',
            kind: 'BeatApiKey',
            name: 'packetbeat',
            uid: metadata.uid,
            controller: true,
          },
        ],
      },
    });
    const { id = '', key = '', ...both } = await objects.data('packetbeat');
    expect(id).toBe(status?.keyID);
    expect(key).toMatch(/^\S{22}$/);
    const encoded = Buffer.from(`${id}:${key}`).toString('base64');
    expect(both).toEqual({ api_key: `${id}:${key}`, encoded });
    expect(await (await site.beat('packetbeat')).publish(`packetbeat-${objects.namespace}`)).toBe('taken');
    expect(await site.keys({ metadata })).toMatchObject([{ id, name: `${objects.namespace}/packetbeat` }]);
  });

  test('the journal stands in the annotations of the Secret and names no secret', async () => {
    const { status } = await objects.issue('journal', { preset: { beat: 'heartbeat' }, expiration: '30d' });
    const { annotations = {} } = (await objects.find('Secret', 'journal'))?.metadata ?? {};
    expect(annotations).toMatchObject({
      'beatkeys.dev/key-id': status?.keyID,
      'beatkeys.dev/key-name': `${objects.namespace}/journal`,
      'beatkeys.dev/cluster-uuid': status?.connection?.clusterUUID,
      'beatkeys.dev/requested-expiration': '30d',
      'beatkeys.dev/rotation-reason': 'FirstIssue',
    });
    expect(annotations).toHaveProperty(['beatkeys.dev/fingerprint']);
    expect(annotations).not.toHaveProperty(['beatkeys.dev/superseded']);
  });

  test('the status says which key it is, whose, and until when', async () => {
    const { metadata, status } = await objects.issue('dated', {
      preset: { beat: 'filebeat' },
      expiration: '30d',
      rotation: { renewBefore: '10d', overlap: '2h' },
      metadata: { team: 'network' },
      keyName: `my-key-${objects.namespace}`,
    });
    const created = Date.parse(status?.creationTime ?? '');
    const expires = Date.parse(status?.expirationTime ?? '');
    expect(status).toMatchObject({
      keyOwner: { username: site.user.username, realm: 'default_native' },
      secretName: 'dated',
      overlap: '2h',
      connection: { version },
    });
    expect(status).not.toHaveProperty('lastRotation');
    expect(Math.round((expires - created) / 86_400_000)).toBe(30);
    // Up to a twentieth of the lifetime earlier than asked for, the same for one object at all times.
    const early = (expires - Date.parse(status?.renewalTime ?? '')) / 86_400_000;
    expect(early).toBeGreaterThan(9.99);
    expect(early).toBeLessThan(11.51);
    expect(await site.keys({ metadata })).toMatchObject([
      {
        id: status?.keyID,
        name: `my-key-${objects.namespace}`,
        metadata: { team: 'network', beatkeys: { name: 'dated' } },
      },
    ]);
  });

  test('kubectl shows it in columns and tells of it', async () => {
    await objects.issue('shown', { preset: { beat: 'auditbeat' }, expiration: '90d' });
    const [head = '', row = ''] = (await objects.kubectl(['get', 'bak', 'shown'])).split('\n');
    expect(head.split(/\s{2,}/).map((name) => name.trim())).toEqual([
      ...['NAME', 'READY', 'REASON', 'SECRET', 'EXPIRES', 'RENEWS', 'AGE'],
    ]);
    expect(row).toMatch(/^shown\s+True\s+KeyReady\s+shown\s+\d{4}-\S+Z\s+\d{4}-\S+Z\s/);
    const wide = await objects.kubectl(['get', 'beatapikey', 'shown', '-o', 'wide']);
    expect(wide).toMatch(/CONNECTION\s+KEY ID\s+MESSAGE[^]*main\s+\S{20}\s+key \S+ is in Secret shown/);
    await objects.event('shown', 'KeyIssued');
    expect(await objects.kubectl(['describe', 'beatapikey', 'shown'])).toMatch(/Normal\s+KeyIssued\s.*beatkeys/);
    const all = await objects.kubectl(['get', 'beatkeys', '-o', 'name']);
    expect(all.split('\n')).toEqual(
      expect.arrayContaining(['beatapikey.beatkeys.dev/shown', 'elasticsearchconnection.beatkeys.dev/main']),
    );
  });

  test('templates are filled in with every variable, under a name of the user', async () => {
    const { status } = await objects.issue('templated', { preset: { beat: 'metricbeat' }, secret: TEMPLATE });
    expect(status?.secretName).toBe('beats-output');
    const secret = await objects.find('Secret', 'beats-output');
    expect(secret?.metadata.labels).toMatchObject({ 'example.com/team': 'network' });
    expect(secret?.metadata.annotations).toMatchObject({ note: 'for Packetbeat' });
    const { id, key, api_key, encoded, ...rendered } = await objects.data('beats-output');
    expect(rendered).toEqual({
      'packetbeat-key.yml': `output.elasticsearch.api_key: "${api_key}"\n`,
      all: [id, key, api_key, encoded, node.url, node.ca ?? '', 'templated', objects.namespace].join('|'),
    });
  });
});
