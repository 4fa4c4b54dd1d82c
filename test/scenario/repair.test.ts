import { afterAll, describe, expect, test } from 'vitest';
import { elasticsearchVersions } from '../testbed/current.ts';
import type { Site } from './site.ts';
import { openWorld } from './world.ts';

// Keys younger than an attempt may take are left alone, since one may still be storing them.
const world = await openWorld({ settings: { BEATKEYS_ATTEMPT_LIMIT: '10s' } });
afterAll(() => world.close());

const spec = { roleDescriptors: { role: { cluster: ['monitor'] } }, rotation: { overlap: '10s' } };

describe.each(elasticsearchVersions())('With Elasticsearch %s', { concurrent: true }, (version) => {
  const site: Site = world.site(version);
  const { objects, node, user } = site;

  const untilRetired = async (name: string) => site.untilOneLives(await objects.ready(name));

  test('a Secret that was deleted comes back with a new key, and the old one goes after the overlap', async () => {
    const before = await objects.issue('deleted', spec);
    const old = await site.beat('deleted');
    // From a list of keys the operator knows that there was one, though nothing in Kubernetes says so any more.
    await world.untilListed();
    await objects.remove('Secret', 'deleted');
    const after = await objects.rotated('deleted', before);
    expect(after.status?.lastRotation?.reason).toBe('SecretMissing');
    expect(await old.authenticate()).toBe(200);
    expect(await (await site.beat('deleted')).authenticate()).toBe(200);
    await untilRetired('deleted');
    expect(await old.authenticate()).toBe(401);
  });

  test.each([
    ['overwritten', { data: { key: btoa('not-the-key-at-all') } }],
    ['emptied', { data: { api_key: null, encoded: null } }],
    ['without-journal', { metadata: { annotations: { 'beatkeys.dev/key-id': null } } }],
  ])('a Secret that was altered (%s) gets a new key', async (name, patch) => {
    const before = await objects.issue(name, spec);
    await objects.patch('Secret', name, patch);
    const after = await objects.rotated(name, before);
    expect(after.status?.lastRotation?.reason).toBe('SecretAltered');
    const { id, key, api_key } = await objects.data(name);
    expect(api_key).toBe(`${id}:${key}`);
    expect(await (await site.beat(name)).authenticate()).toBe(200);
    await untilRetired(name);
  });

  test.each([
    ['labels', { labels: { 'beatkeys.dev/owner-uid': null, 'app.kubernetes.io/managed-by': null } }],
    ['owner', { ownerReferences: null }],
  ])('a Secret without its %s gets them back around the same key', async (name, metadata) => {
    const before = await objects.issue(name, spec);
    const secret = await objects.find('Secret', name);
    await objects.patch('Secret', name, { metadata });
    const mended = await objects.until('Secret', name, 'mending', (found) => {
      const { labels, ownerReferences } = found.metadata;
      return labels?.['beatkeys.dev/owner-uid'] !== undefined && ownerReferences?.length === 1;
    });
    expect(mended.metadata.labels).toEqual(secret?.metadata.labels);
    expect(mended.metadata.ownerReferences).toEqual(secret?.metadata.ownerReferences);
    expect(mended.data).toEqual(secret?.data);
    expect(await site.keys(before)).toHaveLength(1);
  });

  test('a key that somebody invalidated is found dead and replaced', async () => {
    const before = await objects.issue('killed', spec);
    // Elasticsearch would not find a key so young, and leave it alive.
    await site.keys(before);
    await node.request('DELETE', '/_security/api_key', { ids: [before.status?.keyID] });
    const after = await objects.rotated('killed', before);
    expect(after.status?.lastRotation?.reason).toBe('KeyInvalid');
    expect(after.status).not.toHaveProperty('retiring');
    expect(await (await site.beat('killed')).authenticate()).toBe(200);
    expect(await site.keys(before)).toHaveLength(2);
  });

  test('a key that somebody gave other rights gets its own back in place', async () => {
    const before = await objects.issue('edited', spec);
    const beat = await site.beat('edited');
    const id = before.status?.keyID ?? '';
    await site.keys(before);
    const wider = { role_descriptors: { role: { cluster: ['monitor', 'read_pipeline'] } } };
    expect((await node.request('PUT', `/_security/api_key/${id}`, wider, { as: user })).status).toBe(200);
    expect(await beat.mayReadPipelines()).toBe(true);
    expect(await objects.event('edited', 'KeyUpdated')).toContain(id);
    expect(await beat.mayReadPipelines()).toBe(false);
    expect(await beat.authenticate()).toBe(200);
    expect(await site.keys(before)).toHaveLength(1);
  });
});
