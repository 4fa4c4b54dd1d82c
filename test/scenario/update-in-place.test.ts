import { afterAll, describe, expect, test } from 'vitest';
import type { BeatApiKeySpec, RoleDescriptors } from '../../src/api/types.ts';
import { elasticsearchVersions } from '../testbed/current.ts';
import type { Site } from './site.ts';
import { openWorld } from './world.ts';

const world = await openWorld();
afterAll(() => world.close());

const monitor: RoleDescriptors = { role: { cluster: ['monitor'] } };
const pipelines: RoleDescriptors = { role: { cluster: ['monitor', 'read_pipeline'] } };

describe.each(elasticsearchVersions())('With Elasticsearch %s', { concurrent: true }, (version) => {
  const site: Site = world.site(version);
  const { objects } = site;

  /** Applies a changed spec and waits until it has been done. */
  const change = async (name: string, spec: Partial<BeatApiKeySpec>) => objects.issue(name, spec);

  test('other role descriptors change what the key may do, and not the key', async () => {
    const before = await objects.issue('rights', { roleDescriptors: monitor });
    const values = await objects.data('rights');
    const beat = await site.beat('rights');
    expect(await beat.mayReadPipelines()).toBe(false);
    await change('rights', { roleDescriptors: pipelines });
    expect(await beat.mayReadPipelines()).toBe(true);
    await change('rights', { roleDescriptors: monitor });
    expect(await beat.mayReadPipelines()).toBe(false);
    expect(await objects.data('rights')).toEqual(values);
    expect(await site.keys(before)).toHaveLength(1);
    expect(await objects.event('rights', 'KeyUpdated')).toContain(before.status?.keyID);
  });

  test('a preset exchanged for the same descriptors written out changes nothing', async () => {
    const preset = await objects.issue('same', { preset: { beat: 'heartbeat', uses: ['monitoring'] } });
    const before = await objects.find('Secret', 'same');
    const written = await change('same', {
      roleDescriptors: {
        heartbeat_monitoring: {
          cluster: ['monitor'],
          indices: [{ names: ['.monitoring-beats-*'], privileges: ['create', 'create_index'] }],
        },
      },
    });
    expect(written.status?.keyID).toBe(preset.status?.keyID);
    expect((await objects.find('Secret', 'same'))?.data).toEqual(before?.data);
  });

  test('other metadata changes in place', async () => {
    const before = await objects.issue('labelled', { roleDescriptors: monitor, metadata: { team: 'network' } });
    await change('labelled', { roleDescriptors: monitor, metadata: { stage: 'test' } });
    const [key, ...others] = await site.keys(before);
    expect(others).toEqual([]);
    expect(key).toMatchObject({
      id: before.status?.keyID,
      metadata: { stage: 'test', beatkeys: { name: 'labelled' } },
    });
    expect(key?.metadata).not.toHaveProperty('team');
  });

  test('another expiration counts from the change, for the same key', async () => {
    const before = await objects.issue('longer', { roleDescriptors: monitor, expiration: '1h' });
    const after = await change('longer', { roleDescriptors: monitor, expiration: '10d' });
    expect(after.status?.keyID).toBe(before.status?.keyID);
    const [key] = await site.keys(before);
    const days = ((key?.expiration ?? 0) - (key?.creation ?? 0)) / 86_400_000;
    expect(Math.round(days)).toBe(10);
    expect(Math.abs(Date.parse(after.status?.expirationTime ?? '') - (key?.expiration ?? 0))).toBeLessThan(1000);
  });

  test('an expiration given where there was none changes in place; one taken away needs a new key', async () => {
    const endless = await objects.issue('dated', { roleDescriptors: monitor });
    const dated = await change('dated', { roleDescriptors: monitor, expiration: '30d' });
    expect(dated.status?.keyID).toBe(endless.status?.keyID);
    expect(dated.status).toHaveProperty('expirationTime');
    await objects.applyKey('dated', { roleDescriptors: monitor });
    const again = await objects.rotated('dated', dated);
    expect(again.status).not.toHaveProperty('expirationTime');
    expect(again.status?.lastRotation?.reason).toBe('ExpirationChanged');
    expect(again.status?.retiring).toMatchObject([{ keyID: dated.status?.keyID }]);
  });

  test('another name of the key needs a new key, and the old one works through the overlap', async () => {
    const before = await objects.issue('named', { roleDescriptors: monitor, keyName: 'first' });
    const old = await site.beat('named');
    await objects.applyKey('named', { roleDescriptors: monitor, keyName: 'second' });
    const after = await objects.rotated('named', before);
    expect(after.status?.lastRotation?.reason).toBe('KeyNameChanged');
    expect(await old.authenticate()).toBe(200);
    expect(await (await site.beat('named')).authenticate()).toBe(200);
    expect((await site.keys(after)).map(({ name }) => name).toSorted()).toEqual(['first', 'second']);
  });

  test('labels, annotations and templates are rewritten around the same key, and leftovers go', async () => {
    const template = (data: Record<string, string>, labels: Record<string, string>, annotations = labels) => ({
      roleDescriptors: monitor,
      secret: { template: { data, labels, annotations } },
    });
    const before = await objects.issue('dressed', template({ old: 'id: {{ id }}' }, { 'example.com/old': 'a' }));
    const { old, ...values } = await objects.data('dressed');
    expect(old).toBe(`id: ${values['id']}`);
    const after = await change('dressed', template({ now: '{{ beats }}' }, { 'example.com/now': 'b' }));
    expect(after.status?.keyID).toBe(before.status?.keyID);
    expect(await objects.data('dressed')).toEqual({ ...values, now: values['api_key'] });
    const { labels, annotations } = (await objects.find('Secret', 'dressed'))?.metadata ?? {};
    for (const dress of [labels, annotations]) {
      expect(dress).toMatchObject({ 'example.com/now': 'b' });
      expect(dress).not.toHaveProperty(['example.com/old']);
    }
    expect(await site.keys(before)).toHaveLength(1);
    await objects.event('dressed', 'SecretUpdated');
  });
});
