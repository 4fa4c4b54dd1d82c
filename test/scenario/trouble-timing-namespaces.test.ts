import { afterAll, expect, test } from 'vitest';
import type { BeatApiKey } from '../../src/api/types.ts';
import { connection } from './manifests.ts';
import type { Objects } from './objects.ts';
import { openOwnPlane } from './trouble/own.ts';

// Where namespaces are listed, the rights in one go when it does.
const { site, close } = await openOwnPlane(undefined, {
  guests: 2,
  connection: { allowedNamespaces: { from: 'All' } },
});
afterAll(close);
const { objects, node, user } = site;
const [guest = objects, landlord = objects] = site.guests;
const roleDescriptors = { role: { cluster: ['monitor'] } };

/** Deletes the namespace with all that is in it, waits until it is gone, and makes an empty one of that name. */
async function deleteNamespace(where: Objects): Promise<void> {
  await where.kubectl(['delete', 'namespace', where.namespace, '--timeout=45s']);
  await where.kubectl(['create', 'namespace', where.namespace]);
}

async function areDead(...gone: readonly BeatApiKey[]): Promise<void> {
  for (const object of gone) {
    const keys = await site.keys(object);
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter(({ invalidated }) => !invalidated)).toEqual([]);
  }
}

test('a namespace that is deleted takes its keys along', async () => {
  const spec = { connectionRef: { name: 'main', namespace: objects.namespace }, roleDescriptors };
  const first = await guest.issue('first', spec);
  const second = await guest.issue('second', spec);
  await guest.applyKey('second', { ...spec, rotation: { request: 'now' } });
  await guest.rotated('second', second);
  await deleteNamespace(guest);
  await areDead(first, second);
});

test('so does one that holds the connection and its credential too', async () => {
  await landlord.apply(...connection(landlord.namespace, 'main', node, user));
  const first = await landlord.issue('first', { roleDescriptors });
  const second = await landlord.issue('second', { roleDescriptors });
  await deleteNamespace(landlord);
  await areDead(first, second);
});

test('a connection that is deleted first, with its credential, serves its last object to the end', async () => {
  await objects.apply(...connection(objects.namespace, 'leaving', node, user));
  const last = await objects.issue('last', { connectionRef: { name: 'leaving' }, roleDescriptors });
  await objects.remove('ElasticsearchConnection', 'leaving');
  await objects.connectionRefused('leaving', 'InUse');
  await objects.remove('Secret', 'leaving-credential');
  await objects.untilGone('Secret', 'leaving-credential');
  await objects.remove('BeatApiKey', 'last');
  await objects.untilGone('BeatApiKey', 'last');
  await objects.untilGone('ElasticsearchConnection', 'leaving');
  await objects.untilGone('Secret', 'last');
  await areDead(last);
});
