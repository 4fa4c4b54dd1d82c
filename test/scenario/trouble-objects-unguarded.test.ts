import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { externalServersGiven } from '../testbed/external.ts';
import type { Manifest } from './manifests.ts';
import { condition } from './objects.ts';
import { auditedRequests } from './trouble/audit.ts';
import { openOwnPlane, type OwnPlane } from './trouble/own.ts';
import { REFUSALS } from './trouble/refusals.ts';
import { rounds } from './trouble/rounds.ts';
import { writeUnguardedCrds } from './trouble/unguarded-crds.ts';

/** In somebody else's cluster the definitions stay as they are. */
describe.skipIf(externalServersGiven)('With an API server that takes any spec', () => {
  let own: OwnPlane;
  beforeAll(async () => {
    const crds = await writeUnguardedCrds();
    own = await openOwnPlane(crds.path);
    await crds.remove();
    const { objects } = own.site;
    const items = REFUSALS.map(({ name, spec }): Manifest => ({
      apiVersion: 'beatkeys.dev/v1alpha1',
      kind: 'BeatApiKey',
      metadata: { name, namespace: objects.namespace },
      spec: { connectionRef: { name: 'main' }, ...spec },
    }));
    await objects.apply(...items);
  });
  afterAll(() => own.close());

  test.each(REFUSALS)('the operator itself says what is wrong with $name, and makes no key', async (refusal) => {
    const { name, operator } = refusal;
    const { site } = own;
    const object = await site.objects.refused(name, 'InvalidSpec');
    expect(condition(object, 'Ready')?.message).toBe(operator);
    expect(object.metadata.finalizers).toBeUndefined();
    expect(await site.objects.find('Secret', name)).toBeUndefined();
  });

  test('none of them costs a request, and no key was made', async () => {
    const { plane, site, world } = own;
    const busy = async () =>
      (await auditedRequests(plane)).filter(
        ({ userAgent, verb, objectRef }) =>
          userAgent === 'beatkeys' &&
          verb !== 'watch' &&
          ['secrets', 'beatapikeys'].includes(objectRef?.resource ?? ''),
      ).length;
    const before = await busy();
    expect(before).toBeGreaterThan(0);
    await rounds(world.operator, 2);
    expect(await busy()).toBe(before);
    const { username } = site.user;
    const { body } = await site.node.request('GET', `/_security/api_key?username=${username}`);
    expect(body).toEqual({ api_keys: [] });
  });

  test('one that is mended gets its key', async () => {
    await own.site.objects.issue('both', { preset: { beat: 'packetbeat' } });
    expect(await (await own.site.beat('both')).authenticate()).toBe(200);
  });
});
