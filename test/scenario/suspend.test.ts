import { afterAll, describe, expect, test } from 'vitest';
import { elasticsearchVersions } from '../testbed/current.ts';
import { condition } from './objects.ts';
import type { Site } from './site.ts';
import { openWorld } from './world.ts';

const world = await openWorld();
afterAll(() => world.close());

const narrow = { roleDescriptors: { role: { cluster: ['monitor'] } } };
const wide = { roleDescriptors: { role: { cluster: ['monitor', 'read_pipeline'] } } };

describe.each(elasticsearchVersions())('With Elasticsearch %s', { concurrent: true }, (version) => {
  const site: Site = world.site(version);
  const { objects, node } = site;

  /** Waits until the operator has seen the object as it is and leaves it alone. */
  const resting = (name: string) =>
    objects.until('BeatApiKey', name, 'Suspended', (object) => {
      const { generation } = object.metadata;
      return object.status?.observedGeneration === generation && condition(object, 'Ready')?.reason === 'Suspended';
    });

  test('a suspended object keeps its key as it is, whatever is asked; resumed, it catches up', async () => {
    const before = await objects.issue('paused', narrow);
    const beat = await site.beat('paused');
    await objects.applyKey('paused', { ...wide, suspend: true, rotation: { request: 'now' } });
    const resting1 = await resting('paused');
    // What was well stays well; nobody is asked for help, and nothing is on its way.
    expect(condition(resting1, 'Ready')?.status).toBe('True');
    expect(condition(resting1, 'Reconciling')?.status).toBe('False');
    expect(condition(resting1, 'Stalled')?.status).toBe('False');
    expect(await beat.mayReadPipelines()).toBe(false);
    expect(await site.keys(before)).toHaveLength(1);

    await objects.applyKey('paused', { ...wide, rotation: { request: 'now' } });
    const after = await objects.rotated('paused', before);
    expect(after.status?.handledRequest).toBe('now');
    expect(await (await site.beat('paused')).mayReadPipelines()).toBe(true);
  });

  test('neither a lost Secret nor a dead key is replaced while suspended', async () => {
    const before = await objects.issue('lost', narrow);
    await objects.applyKey('lost', { ...narrow, suspend: true });
    await resting('lost');
    // Elasticsearch would not find a key so young, and leave it alive.
    await site.keys(before);
    await node.request('DELETE', '/_security/api_key', { ids: [before.status?.keyID] });
    await objects.remove('Secret', 'lost');
    await objects.untilGone('Secret', 'lost');
    // A change of the spec shows that the object was looked at after all that.
    await objects.applyKey('lost', { ...wide, suspend: true });
    await resting('lost');
    expect(await objects.find('Secret', 'lost')).toBeUndefined();
    expect(await site.keys(before)).toHaveLength(1);
    const after = await objects.issue('lost', wide);
    expect(after.status?.keyID).not.toBe(before.status?.keyID);
    expect(await (await site.beat('lost')).mayReadPipelines()).toBe(true);
  });

  test('an object that is suspended from the beginning gets no key, and no finalizer', async () => {
    await objects.applyKey('born', { ...narrow, suspend: true });
    const { metadata } = await resting('born');
    expect(metadata).not.toHaveProperty('finalizers');
    expect(await site.keys({ metadata })).toEqual([]);
    expect(await objects.find('Secret', 'born')).toBeUndefined();
  });

  test('deletion works while suspended', async () => {
    await objects.issue('ended', narrow);
    const beat = await site.beat('ended');
    await objects.applyKey('ended', { ...narrow, suspend: true });
    await resting('ended');
    await objects.remove('BeatApiKey', 'ended');
    await objects.untilGone('BeatApiKey', 'ended');
    expect(await beat.authenticate()).toBe(401);
  });
});
