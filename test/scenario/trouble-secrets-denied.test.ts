import { afterAll, describe, expect, test } from 'vitest';
import { controlPlane } from '../testbed/current.ts';
import { condition, type Objects } from './objects.ts';
import { openGate } from './trouble/gate.ts';
import { writeKubeconfig } from './trouble/kubeconfig.ts';
import { openTrouble } from './trouble/open.ts';
import { createRestrictedUser } from './trouble/restricted-user.ts';
import { rounds } from './trouble/rounds.ts';
import { untilWhole } from './trouble/whole.ts';

const gate = await openGate(controlPlane());
const { world, site, close } = await openTrouble({
  kubernetesURL: gate.url,
  guests: 1,
  connection: { allowedNamespaces: { from: 'All' } },
});
afterAll(async () => {
  await close();
  await gate[Symbol.asyncDispose]();
});
const { objects } = site;
const [guest = objects] = site.guests;
const roleDescriptors = { role: { cluster: ['monitor'] } };
const spec = { roleDescriptors, rotation: { overlap: '2s' } };
const asked = { ...spec, rotation: { overlap: '2s', request: 'now' } };
const lent = { ...spec, connectionRef: { name: 'main', namespace: objects.namespace } };

const messageOf = async (where: Objects, name: string, reason: string) =>
  condition(await where.refused(name, reason), 'Ready')?.message;

/** Writes to Secrets of the namespace that were tried. */
const tries = ({ namespace }: Objects) =>
  gate.seen.filter(
    ({ method, url }) =>
      ['POST', 'PATCH'].includes(method) && url.pathname.startsWith(`/api/v1/namespaces/${namespace}/secrets`),
  );

/** Checks that some intervals bring no key, and one rehearsal of the write each at most. */
async function isCalm(where: Objects, name: string, keys: number): Promise<void> {
  const object = await where.find('BeatApiKey', name);
  if (object === undefined) throw new Error(`there is no ${name}`);
  await rounds(world.operator, 1);
  const before = tries(where).length;
  await rounds(world.operator, 2);
  const since = tries(where).slice(before);
  expect(since.length).toBeLessThanOrEqual(4);
  expect(since.filter(({ url }) => !url.searchParams.has('dryRun'))).toEqual([]);
  expect(await site.keys(object)).toHaveLength(keys);
}

describe('A Secret that a person made immutable', () => {
  test('is not written any more, which the condition says, until it is deleted', async () => {
    const before = await objects.issue('locked', spec);
    await objects.patch('Secret', 'locked', { immutable: true });
    await objects.applyKey('locked', asked);
    expect(await messageOf(objects, 'locked', 'Rejected')).toBe(
      'Kubernetes: patch Secret: the Secret is immutable; delete it, and it is made anew; the key in the Secret keeps working',
    );
    await isCalm(objects, 'locked', 1);
    expect(await (await site.beat('locked')).authenticate()).toBe(200);
    await objects.remove('Secret', 'locked');
    await objects.rotated('locked', before);
    await untilWhole(site, 'locked');
  });
});

describe('A namespace whose quota of Secrets is full', () => {
  const quota = (secrets: number) => ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'few', namespace: guest.namespace },
    spec: { hard: { 'count/secrets': String(secrets) } },
  });

  test('gets its key as soon as there is room, and no second one was made for it', async () => {
    await guest.apply(quota(0));
    await guest.kubectl(['wait', 'resourcequota', 'few', '--for=jsonpath={.status.hard}', '--timeout=30s']);
    await guest.applyKey('crowded', lent);
    expect(await messageOf(guest, 'crowded', 'Forbidden')).toBe(
      'Kubernetes: create Secret: the namespace quota does not allow another Secret',
    );
    const object = await guest.find('BeatApiKey', 'crowded');
    if (object === undefined) throw new Error('the object is gone');
    expect(await site.keys(object)).toMatchObject([{ invalidated: true }]);
    await isCalm(guest, 'crowded', 1);
    await guest.apply(quota(5));
    await untilWhole({ ...site, objects: guest }, 'crowded');
    expect(await site.keys(object)).toHaveLength(2);
  });
});

describe('An operator that lacks a right', () => {
  test('names it, makes no second key, and goes on when it is granted', async () => {
    const served = [world.home.namespace, objects.namespace, guest.namespace];
    const user = await createRestrictedUser(world.home.namespace, served, 'patch', 'delete');
    await using kubeconfig = await writeKubeconfig(gate.url, user.token);
    await world.operator.stop();
    await world.startOperator({ kubeconfig: kubeconfig.path });
    await objects.applyKey('forbidden', spec);
    expect(await messageOf(objects, 'forbidden', 'Forbidden')).toBe(
      `Kubernetes: create Secret: the operator lacks the right to create secrets in namespace ${objects.namespace}`,
    );
    const object = await objects.find('BeatApiKey', 'forbidden');
    if (object === undefined) throw new Error('the object is gone');
    expect(await site.keys(object)).toMatchObject([{ invalidated: true }]);
    await isCalm(objects, 'forbidden', 1);
    await user.mayAlso('create', 'patch', 'delete');
    await untilWhole(site, 'forbidden');
    expect(await site.keys(object)).toHaveLength(2);
    await world.operator.stop();
  });
});
