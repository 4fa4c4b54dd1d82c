import { afterAll, describe, expect, test } from 'vitest';
import { elasticsearchVersions } from '../testbed/current.ts';
import type { Site } from './site.ts';
import { openWorld } from './world.ts';

const world = await openWorld();
afterAll(() => world.close());

const preset = { beat: 'packetbeat' } as const;

describe.each(elasticsearchVersions())('With Elasticsearch %s', { concurrent: true }, (version) => {
  const site: Site = world.site(version);
  const { objects } = site;

  test('a new value of request rotates once; the old key works during the overlap and not after', async () => {
    const spec = (request: string) => ({ preset, rotation: { overlap: '10s', request } });
    const first = await objects.issue('requested', spec('one'));
    // What stands in the spec from the beginning asks for nothing.
    expect(first.status).toMatchObject({ handledRequest: 'one' });
    const old = await site.beat('requested');
    await objects.applyKey('requested', spec('two'));
    const second = await objects.rotated('requested', first);
    expect(second.status).toMatchObject({
      handledRequest: 'two',
      lastRotation: { reason: 'Requested' },
      retiring: [{ keyID: first.status?.keyID }],
    });
    expect(await old.authenticate()).toBe(200);
    expect(await (await site.beat('requested')).authenticate()).toBe(200);
    const done = await objects.until('BeatApiKey', 'requested', 'the retirement', ({ status }) => !status?.retiring);
    expect(await old.authenticate()).toBe(401);
    expect(done.status?.keyID).toBe(second.status?.keyID);
    expect(await (await site.beat('requested')).authenticate()).toBe(200);
    expect(await site.keys(first)).toHaveLength(2);
    expect(await objects.event('requested', 'KeyRotated')).toContain('(Requested)');
    expect(await objects.event('requested', 'KeyInvalidated')).toContain(first.status?.keyID);
  });

  test('a key is renewed before it expires, again and again, and a reader always finds one that works', async () => {
    const life = { preset, expiration: '20s', rotation: { renewBefore: '15s', overlap: '2s' } };
    let current = await objects.issue('renewed', life);
    for (let turn = 0; turn < 2; turn++) {
      const next = await objects.rotated('renewed', current);
      expect(next.status?.lastRotation?.reason).toBe('Expiring');
      expect(Date.parse(next.status?.creationTime ?? '')).toBeLessThan(
        Date.parse(current.status?.expirationTime ?? ''),
      );
      expect(await (await site.beat('renewed')).authenticate()).toBe(200);
      current = next;
    }
    await objects.remove('BeatApiKey', 'renewed');
    await objects.untilGone('BeatApiKey', 'renewed');
  });

  test('a new value of revokeRequest takes the old key away at once, whatever the overlap', async () => {
    const spec = (revokeRequest?: string) => ({
      preset,
      rotation: { overlap: '10h', ...(revokeRequest === undefined ? {} : { revokeRequest }) },
    });
    const first = await objects.issue('revoked', spec());
    const leaked = await site.beat('revoked');
    await objects.applyKey('revoked', spec('leak-4711'));
    const second = await objects.rotated('revoked', first);
    expect(second.status).toMatchObject({
      handledRevokeRequest: 'leak-4711',
      lastRotation: { reason: 'RevokeRequested' },
    });
    expect(second.status).not.toHaveProperty('retiring');
    expect(await leaked.authenticate()).toBe(401);
    expect(await (await site.beat('revoked')).authenticate()).toBe(200);
  });

  test('a revocation ends the overlap of keys that were replaced before, too', async () => {
    const spec = (rotation: object) => ({ preset, rotation: { overlap: '10h', ...rotation } });
    const first = await objects.issue('twice', spec({}));
    const oldest = await site.beat('twice');
    await objects.applyKey('twice', spec({ request: 'a' }));
    const second = await objects.rotated('twice', first);
    const older = await site.beat('twice');
    expect(second.status?.retiring).toHaveLength(1);
    await objects.applyKey('twice', spec({ request: 'a', revokeRequest: 'b' }));
    const third = await objects.rotated('twice', second);
    expect(third.status).not.toHaveProperty('retiring');
    expect(await oldest.authenticate()).toBe(401);
    expect(await older.authenticate()).toBe(401);
  });
});
