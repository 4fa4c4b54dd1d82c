import { afterAll, describe, expect, test } from 'vitest';
import type { Seen } from '../contract/fault-proxy.ts';
import { controlPlane } from '../testbed/current.ts';
import { secret, type Manifest } from './manifests.ts';
import { condition } from './objects.ts';
import { openGate } from './trouble/gate.ts';
import { openTrouble } from './trouble/open.ts';
import { rounds } from './trouble/rounds.ts';
import { untilWhole } from './trouble/whole.ts';

const gate = await openGate(controlPlane());
const { world, site, close } = await openTrouble({ kubernetesURL: gate.url });
afterAll(async () => {
  await close();
  await gate[Symbol.asyncDispose]();
});
const { objects } = site;
const { namespace } = objects;
const spec = { roleDescriptors: { role: { cluster: ['monitor'] } }, rotation: { overlap: '2s' } };

const said = (name: string) =>
  `Secret ${name} exists and was not made for this object; it is left untouched: delete or rename it, name another in a new object's spec.secret.name, or hand it over to this object with the annotation beatkeys.dev/adopt: ${namespace}/${name}`;

/** Requests about the Secret of this name. */
const requestsFor = (name: string) => gate.seen.filter(({ url }) => url.pathname.endsWith(`/secrets/${name}`));

describe('A Secret that is there before the key', { concurrent: true }, () => {
  const foreign = (name: string, fields: object = {}): Manifest => ({
    ...secret(namespace, name, { a: 'b' }),
    ...fields,
  });
  const labels = (name: string, uid: string): object => ({
    metadata: {
      name,
      namespace,
      labels: { 'app.kubernetes.io/managed-by': 'beatkeys', 'beatkeys.dev/owner-uid': uid },
      annotations: { 'beatkeys.dev/key-id': 'VuaCfGcBCdbkQm-e5aOx' },
    },
  });

  test.each<[string, (name: string) => Manifest]>([
    ['opaque', (name) => foreign(name)],
    [
      'typed',
      (name) => foreign(name, { type: 'kubernetes.io/basic-auth', stringData: { username: 'a', password: 'b' } }),
    ],
    ['labelled', (name) => foreign(name, labels(name, 'c1f2a9d0-0000-4000-8000-000000000000'))],
    ['locked', (name) => foreign(name, { immutable: true })],
  ])('(%s) is left as it is, byte for byte, and no key is made until it is gone', async (name, make) => {
    await objects.apply(make(name));
    const before = await objects.find('Secret', name);
    await objects.applyKey(name, spec);
    const object = await objects.refused(name, 'SecretConflict');
    expect(condition(object, 'Ready')?.message).toBe(said(name));
    expect(object.metadata.finalizers).toBeUndefined();
    const asked = requestsFor(name).length;
    await rounds(world.operator, 2);
    const requests = requestsFor(name);
    expect(requests.length - asked).toBeLessThanOrEqual(4);
    expect(requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(await site.keys(object)).toEqual([]);
    expect(await objects.find('Secret', name)).toEqual(before);
    await objects.remove('Secret', name);
    await objects.ready(name);
    expect(await site.keys(object)).toHaveLength(1);
    expect(await (await site.beat(name)).authenticate()).toBe(200);
  });

  test('(of another BeatApiKey) keeps the key of its own object', async () => {
    const first = await objects.issue('first', { ...spec, secret: { name: 'shared' } });
    const before = await objects.find('Secret', 'shared');
    await objects.applyKey('second', { ...spec, secret: { name: 'shared' } });
    const second = await objects.refused('second', 'SecretConflict');
    await rounds(world.operator, 2);
    expect(await objects.find('Secret', 'shared')).toEqual(before);
    expect(await site.keys(second)).toEqual([]);
    expect(await (await site.beat('shared')).authenticate()).toBe(200);
    await objects.remove('BeatApiKey', 'first');
    const heir = await objects.ready('second');
    expect((await objects.data('shared'))['id']).toBe(heir.status?.keyID);
    expect((await site.keys(first)).filter(({ invalidated }) => !invalidated)).toEqual([]);
  });
});

test('A Secret that appears while the key is being made is left as it is, and the key is invalidated', async () => {
  const isStore = ({ method, url }: Seen) =>
    method === 'POST' && url.pathname === `/api/v1/namespaces/${namespace}/secrets`;
  const held = gate.holdRequest(isStore);
  await objects.applyKey('raced', spec);
  const { release } = await held;
  await objects.apply(secret(namespace, 'raced', { password: 'somebody-elses-password' }));
  const foreign = await objects.find('Secret', 'raced');
  release();
  const object = await objects.refused('raced', 'SecretConflict');
  expect(condition(object, 'Ready')?.message).toBe(said('raced'));
  await rounds(world.operator, 2);
  expect(await objects.find('Secret', 'raced')).toEqual(foreign);
  expect(await site.keys(object)).toMatchObject([{ invalidated: true }]);
  await objects.remove('Secret', 'raced');
  await untilWhole(site, 'raced');
  expect(await site.keys(object)).toHaveLength(2);
});
