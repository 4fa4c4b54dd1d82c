import { afterAll, describe, expect, test } from 'vitest';
import { elasticsearchVersions } from '../testbed/current.ts';
import { connection } from './manifests.ts';
import type { Site } from './site.ts';
import { openWorld } from './world.ts';

const world = await openWorld();
afterAll(() => world.close());

const roleDescriptors = { role: { cluster: ['monitor'] } };

describe.each(elasticsearchVersions())('With Elasticsearch %s', { concurrent: true }, (version) => {
  const site: Site = world.site(version);
  const { objects, node, user } = site;

  /** A connection of its own, which can be broken without harm to others, and mended. */
  const breakable = async (name: string) => {
    await objects.apply(...connection(objects.namespace, name, node, user));
    const withPassword = (password: string) =>
      objects.patch('Secret', `${name}-credential`, { stringData: { password } });
    return {
      break: async () => {
        await withPassword('wrong');
        await objects.connectionRefused(name, 'Unauthorized');
      },
      mend: () => withPassword(user.password),
    };
  };

  test('the keys die, replaced ones too, and the Secret goes with the object', async () => {
    const spec = (request?: string) => ({
      roleDescriptors,
      rotation: { ...(request === undefined ? {} : { request }) },
    });
    const first = await objects.issue('plain', spec());
    const beats = [await site.beat('plain')];
    await objects.applyKey('plain', spec('again'));
    await objects.rotated('plain', first);
    beats.push(await site.beat('plain'));
    await objects.remove('BeatApiKey', 'plain');
    await objects.untilGone('BeatApiKey', 'plain');
    for (const beat of beats) expect(await beat.authenticate()).toBe(401);
    await objects.untilGone('Secret', 'plain');
  });

  test('Retain leaves key and Secret, which has no owner that would take it along', async () => {
    await objects.issue('retained', { roleDescriptors, deletionPolicy: 'Retain' });
    const secret = await objects.find('Secret', 'retained');
    expect(secret?.metadata).not.toHaveProperty('ownerReferences');
    await objects.remove('BeatApiKey', 'retained');
    await objects.untilGone('BeatApiKey', 'retained');
    expect(await (await site.beat('retained')).authenticate()).toBe(200);
    expect((await objects.find('Secret', 'retained'))?.data).toEqual(secret?.data);
  });

  test('Retain that was asked for later takes the owner off the Secret, around the same key', async () => {
    const before = await objects.issue('later', { roleDescriptors });
    const after = await objects.issue('later', { roleDescriptors, deletionPolicy: 'Retain' });
    expect(after.status?.keyID).toBe(before.status?.keyID);
    expect((await objects.find('Secret', 'later'))?.metadata).not.toHaveProperty('ownerReferences');
    await objects.remove('BeatApiKey', 'later');
    await objects.untilGone('BeatApiKey', 'later');
    expect(await (await site.beat('later')).authenticate()).toBe(200);
  });

  test('a deletion waits while the credential is wrong, says why, and goes on when it is mended', async () => {
    const { break: breakIt, mend } = await breakable('flaky');
    const { status } = await objects.issue('waiting', { connectionRef: { name: 'flaky' }, roleDescriptors });
    const beat = await site.beat('waiting');
    await breakIt();
    await objects.remove('BeatApiKey', 'waiting');
    await objects.refused('waiting', 'DeletionBlocked');
    const told = await objects.kubectl(['describe', 'beatapikey', 'waiting']);
    expect(told).toContain(status?.keyID);
    expect(told).toContain('beatkeys.dev/abandon-keys: "true" deletes the object');
    expect(await beat.authenticate()).toBe(200);
    await mend();
    await objects.untilGone('BeatApiKey', 'waiting');
    expect(await beat.authenticate()).toBe(401);
    await objects.untilGone('Secret', 'waiting');
  });

  test('the annotation abandon-keys lets the object go and names the keys that it leaves', async () => {
    const { break: breakIt } = await breakable('lost');
    const { status } = await objects.issue('abandoned', { connectionRef: { name: 'lost' }, roleDescriptors });
    const beat = await site.beat('abandoned');
    await breakIt();
    await objects.remove('BeatApiKey', 'abandoned');
    await objects.refused('abandoned', 'DeletionBlocked');
    await objects.kubectl(['annotate', 'beatapikey', 'abandoned', 'beatkeys.dev/abandon-keys=true']);
    await objects.untilGone('BeatApiKey', 'abandoned');
    expect(await beat.authenticate()).toBe(200);
    expect(await objects.event('abandoned', 'KeysAbandoned')).toContain(status?.keyID);
    expect(await world.operator.untilLine('keys were left alive')).toMatchObject({ 'log.level': 'warn' });
  });

  test('a connection that is deleted while in use stays, and serves, until its last object is gone', async () => {
    await objects.apply(...connection(objects.namespace, 'leaving', node, user));
    const spec = { connectionRef: { name: 'leaving' }, roleDescriptors };
    await objects.issue('user-1', spec);
    await objects.issue('user-2', spec);
    const beats = [await site.beat('user-1'), await site.beat('user-2')];
    await objects.remove('ElasticsearchConnection', 'leaving');
    await objects.connectionRefused('leaving', 'InUse');
    await objects.remove('BeatApiKey', 'user-1');
    await objects.untilGone('BeatApiKey', 'user-1');
    expect(await objects.find('ElasticsearchConnection', 'leaving')).toBeDefined();
    await objects.remove('BeatApiKey', 'user-2');
    await objects.untilGone('BeatApiKey', 'user-2');
    await objects.untilGone('ElasticsearchConnection', 'leaving');
    for (const beat of beats) expect(await beat.authenticate()).toBe(401);
  });

  test('an object that never got a key goes at once', async () => {
    await objects.applyKey('vain', { connectionRef: { name: 'nowhere' }, roleDescriptors });
    const { metadata } = await objects.refused('vain', 'ConnectionNotFound');
    expect(metadata).not.toHaveProperty('finalizers');
    await objects.remove('BeatApiKey', 'vain');
    await objects.untilGone('BeatApiKey', 'vain');
  });
});
