import { afterAll, expect, test, vi } from 'vitest';
import { mustKubectl } from '../testbed/kubernetes/client.ts';
import { controlPlane } from '../testbed/current.ts';
import { isLiving } from './server-keys.ts';
import { openTrouble } from './trouble/open.ts';
import { rounds } from './trouble/rounds.ts';

/** A listed namespace is deleted: the operator's Role goes with everything else in it. */

const { world, site, close } = await openTrouble({
  ...{ guests: 2, refused: true, settings: { BEATKEYS_ORPHAN_GRACE: '1s' } },
  connection: { allowedNamespaces: { from: 'All' } },
});
afterAll(close);
const { objects } = site;
const [emptied = objects, doomed = objects] = site.guests;
const spec = {
  connectionRef: { name: 'main', namespace: objects.namespace },
  roleDescriptors: { role: { cluster: ['monitor'] } },
};
const plane = controlPlane();
/** Id of the key of the object that was not let go. */
let stranded = '';
const beginDeletion = (namespace: string) => mustKubectl(plane, ['delete', 'namespace', namespace, '--wait=false']);
/** Waits until the namespace is gone, and leaves an empty one of that name, without a Role. */
async function untilGone(namespace: string): Promise<void> {
  await mustKubectl(plane, ['wait', 'namespace', namespace, '--for=delete', '--timeout=60s']);
  await mustKubectl(plane, ['create', 'namespace', namespace]);
}

test('one that was emptied before goes, with its keys', async () => {
  const object = await emptied.issue('first', spec);
  await emptied.kubectl(['delete', 'beatapikeys', '--all', '--timeout=60s']);
  expect((await site.keys(object)).map(({ invalidated }) => invalidated)).toEqual([true]);
  await beginDeletion(emptied.namespace);
  await untilGone(emptied.namespace);
});

test('one that was not waits for a person to take the finalizer away, while others are served', async () => {
  const { operator } = world;
  const object = await doomed.issue('stranded', spec);
  stranded = object.status?.keyID ?? '';
  // However quick the operator would be, the Role is gone before it looks.
  operator.pause();
  await beginDeletion(doomed.namespace);
  const roles = () => doomed.kubectl(['get', 'roles', '-o', 'name']);
  await expect.poll(roles, { timeout: 60_000, interval: 200 }).toBe('');
  const { length: said } = operator.lines;
  operator.resume();
  await operator.untilLine(/lacks the right to get beatapikeys/, said);
  await objects.issue('served', { roleDescriptors: spec.roleDescriptors });
  await rounds(operator, 2);
  expect((await doomed.find('BeatApiKey', 'stranded'))?.metadata.finalizers).toEqual(['beatkeys.dev/invalidate']);
  expect((await site.keys(object)).map(({ invalidated }) => invalidated)).toEqual([false]);
  await doomed.patch('BeatApiKey', 'stranded', { metadata: { finalizers: null } });
  await untilGone(doomed.namespace);
});

test('its keys are left alone, as nobody can see whose they are, and keep no other from being swept', async () => {
  const { operator } = world;
  const { status } = await objects.issue('forced', { roleDescriptors: spec.roleDescriptors });
  operator.pause();
  await objects.patch('BeatApiKey', 'forced', { metadata: { finalizers: null } });
  await objects.remove('BeatApiKey', 'forced');
  await objects.untilGone('Secret', 'forced');
  operator.resume();
  const lives = (id = '') => isLiving(site.node, id);
  await vi.waitFor(async () => expect(await lives(status?.keyID)).toBe(false), { timeout: 90_000, interval: 500 });
  expect(await lives(stranded)).toBe(true);
});
