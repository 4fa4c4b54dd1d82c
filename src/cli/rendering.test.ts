import { expect, test } from 'vitest';
import { aBeatApiKey } from '../../test/builders/beat-api-key.ts';
import { anElasticsearchConnection } from '../../test/builders/elasticsearch-connection.ts';
import type { BeatApiKeySpec } from '../api/types.ts';
import { judge } from './judgement.ts';
import { render, type Rendering } from './rendering.ts';

async function rendered(spec: Partial<BeatApiKeySpec>): Promise<Rendering | undefined> {
  const object = aBeatApiKey({ spec, metadata: { uid: '<uid>' } });
  const connections = [{ place: 'c', object: anElasticsearchConnection() }];
  const objects = { keys: [{ place: 'k', object }], connections, namespaces: new Map(), complaints: [] };
  const [judgement] = judge(objects, { allowsMissingConnections: false });
  return judgement === undefined ? undefined : render(judgement);
}

test('the request is whole, with placeholders for what the operator makes up', async () => {
  const { request } = (await rendered({ expiration: '30d', metadata: { team: 'net' } })) ?? {};
  expect(request).toMatchObject({
    method: 'PUT',
    path: '/_security/api_key?refresh=false',
    body: {
      name: 'logging/packetbeat',
      role_descriptors: { packetbeat_writer: { cluster: ['monitor', 'read_ilm', 'read_pipeline'] } },
      metadata: {
        team: 'net',
        beatkeys: { installation: '<installation>', uid: '<uid>', attempt: '<attempt>', reason: 'FirstIssue' },
      },
      expiration: '30d',
    },
  });
});

test('the Secret is whole, with placeholders for the key', async () => {
  const template = {
    labels: { app: 'packetbeat' },
    data: { 'key.yml': 'hosts: ["{{ url }}"]\napi_key: "{{ beats }}"' },
  };
  const { secret } = (await rendered({ secret: { name: 'other', template } })) ?? {};
  expect(secret).toMatchObject({
    kind: 'Secret',
    type: 'Opaque',
    metadata: { name: 'other', namespace: 'logging', labels: { app: 'packetbeat', 'beatkeys.dev/owner-uid': '<uid>' } },
    stringData: {
      api_key: '<id>:<key>',
      encoded: '<base64 of <id>:<key>>',
      id: '<id>',
      key: '<key>',
      'key.yml': 'hosts: ["https://es.example:9200"]\napi_key: "<id>:<key>"',
    },
  });
});

test('of a spec that cannot be read there is nothing to show but why', async () => {
  const shown = await rendered({ expiration: 'soon' });
  expect(shown).toMatchObject({ accepted: false, reasons: [{ reason: 'InvalidSpec' }] });
  expect(Object.keys(shown ?? {})).not.toContain('request');
});
