import { afterAll, describe, expect, test } from 'vitest';
import { elasticsearchVersions } from '../testbed/current.ts';
import type { Lendable } from './lending-user.ts';
import type { Site } from './site.ts';
import { openWorld } from './world.ts';

const little: Lendable = { cluster: ['manage_own_api_key', 'monitor'], indices: [] };
const enough: Lendable = {
  cluster: [...little.cluster, 'read_ilm', 'read_pipeline'],
  indices: [{ names: ['packetbeat-*'], privileges: ['view_index_metadata', 'create_doc', 'auto_configure'] }],
};

const world = await openWorld({ privileges: little });
afterAll(() => world.close());

describe.each(elasticsearchVersions())('With Elasticsearch %s', { concurrent: true }, (version) => {
  const { objects, user, ...site }: Site = world.site(version);

  test("what the connection's user lacks is named, nothing is made, and it is noticed when the user holds it", async () => {
    await objects.applyKey('packetbeat', { preset: { beat: 'packetbeat' } });
    const refused = await objects.refused('packetbeat', 'PrivilegesMissing');
    const missing = [
      'cluster: read_ilm, read_pipeline',
      'indices packetbeat-*: auto_configure, create_doc, view_index_metadata',
    ];
    expect(refused.status?.missingPrivileges).toEqual(missing);
    const told = await objects.kubectl(['describe', 'beatapikey', 'packetbeat']);
    for (const line of missing) expect(told).toContain(line);
    expect(await site.keys(refused)).toEqual([]);
    expect(await objects.find('Secret', 'packetbeat')).toBeUndefined();

    await user.hold(enough);
    const ready = await objects.ready('packetbeat');
    expect(ready.status).not.toHaveProperty('missingPrivileges');
    expect(await site.keys(ready)).toHaveLength(1);
    expect(await (await site.beat('packetbeat')).mayReadPipelines()).toBe(true);
  });
});
