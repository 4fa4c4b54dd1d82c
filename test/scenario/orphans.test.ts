import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { BeatApiKey } from '../../src/api/types.ts';
import { startFaultProxy } from '../contract/fault-proxy.ts';
import { openAccount } from '../rights/account.ts';
import { controlPlane } from '../testbed/current.ts';
import { connection } from './manifests.ts';
import type { Objects } from './objects.ts';
import { isLiving } from './server-keys.ts';
import { backUp, loseNamespace } from './trouble/backup.ts';
import { writeKubeconfig } from './trouble/kubeconfig.ts';
import { openTrouble } from './trouble/open.ts';
import { rounds } from './trouble/rounds.ts';

/** Keys that belong to no object: told, left for the grace, invalidated; and keys that only look like such keys. */

const CONNECTIONS = 2;
const trouble = await openTrouble({
  guests: 3,
  connection: { allowedNamespaces: { from: 'All' } },
  settings: { BEATKEYS_ATTEMPT_LIMIT: '15s', BEATKEYS_ORPHANS: 'report-only', BEATKEYS_ORPHAN_GRACE: '1s' },
});
const { world, site } = trouble;
const { objects, node, user } = site;
const [restored, unserved, neighbour] = site.guests as [Objects, Objects, Objects];
const front = await startFaultProxy(node);
afterAll(async () => {
  await trouble.close();
  await front[Symbol.asyncDispose]();
});

const spec = {
  connectionRef: { name: 'main', namespace: objects.namespace },
  roleDescriptors: { role: { cluster: ['monitor'] } },
};
/** What the operator serves from the second start on. */
const watch = [objects, restored, neighbour].map(({ namespace }) => namespace);

/** Keys that must outlive every sweep, by what protects them. */
const guarded = new Map<string, string>();
const guard = (why: string, { status }: BeatApiKey): void => void guarded.set(why, status?.keyID ?? '');

const restart = async (settings: Readonly<Record<string, string>>): Promise<void> => {
  await world.operator.stop();
  await world.startOperator({ watch, settings });
};

/** The last word on each protected key that is dead. */
const harmed = async (): Promise<readonly string[]> => {
  const dead: string[] = [];
  for (const [why, id] of guarded) if (!(await isLiving(node, id))) dead.push(why);
  return dead;
};

/** Waits until an event with this reason names the key: on whichever connection to the cluster was first. */
const told = (reason: string, id: string) =>
  vi.waitFor(
    async () => {
      const events = await objects.list('Event');
      const notes = events.filter(
        (event) => event.reason === reason && ['main', 'remote'].includes(event.regarding.name),
      );
      expect(notes.some(({ note }) => note.includes(id))).toBe(true);
    },
    { timeout: 90_000, interval: 500 },
  );

const orphaned = (count: number) =>
  objects.until(
    'ElasticsearchConnection',
    'main',
    `${count} orphans`,
    ({ status }) => status?.keys?.orphaned === count,
  );

const counted = () => world.operator.count('beatkeys_orphaned_keys', { connection: `${objects.namespace}/main` });

/** A key as it is made past the operator, by the user that it acts as. */
async function makeKey(why: string, name: string, metadata?: object): Promise<void> {
  const roles = { role_descriptors: spec.roleDescriptors, ...(metadata === undefined ? {} : { metadata }) };
  const { status, body } = await node.request('PUT', '/_security/api_key', { name, ...roles }, { as: user });
  expect(status).toBe(200);
  guarded.set(why, (body as { id: string }).id);
}

/** A second installation in the same cluster, with the same user of the same Elasticsearch. Gives its only key. */
async function anotherInstallation(): Promise<void> {
  await neighbour.apply(...connection(neighbour.namespace, 'main', node, user));
  const { namespace } = neighbour;
  const plane = controlPlane();
  const account = await openAccount({ plane, namespace, served: [namespace], restarts: false });
  await using kubeconfig = await writeKubeconfig(plane.url, account.token, plane.ca);
  const operator = await world.startOperator({ kubeconfig: kubeconfig.path, namespace, watch: [namespace] });
  guard('of another installation', await neighbour.issue('other', { roleDescriptors: spec.roleDescriptors }));
  await operator.stop();
  await neighbour.patch('BeatApiKey', 'other', { metadata: { finalizers: null } });
  await neighbour.remove('BeatApiKey', 'other');
  await neighbour.untilGone('Secret', 'other');
  await neighbour.patch('ElasticsearchConnection', 'main', { metadata: { finalizers: null } });
  await neighbour.remove('ElasticsearchConnection', 'main');
}

beforeAll(async () => {
  await objects.apply(...connection(objects.namespace, 'remote', { ...node, url: front.url }, user));

  for (const name of ['retained', 'damaged']) {
    guard(`of a Secret that was ${name}`, await objects.issue(name, { ...spec, deletionPolicy: 'Retain' }));
    await objects.remove('BeatApiKey', name);
    await objects.untilGone('BeatApiKey', name);
  }
  await objects.patch('Secret', 'damaged', { metadata: { annotations: { 'beatkeys.dev/key-id': null } } });

  const first = await restored.issue('twice', { ...spec, rotation: { overlap: '1h' } });
  guard('replaced, in a restored namespace', first);
  await restored.applyKey('twice', { ...spec, rotation: { overlap: '1h', request: 'again' } });
  guard('current, in a restored namespace', await restored.rotated('twice', first));
  guard('in a namespace that is not served any more', await unserved.issue('narrowed', spec));

  const [aMark] = (await site.keys(first)).map(({ metadata }) => metadata['beatkeys'] as { installation: string });
  await makeKey('without a mark', `${objects.namespace}/forced`);
  await makeKey('with half a mark', `${objects.namespace}/forced`, {
    beatkeys: { installation: aMark?.installation, namespace: objects.namespace, name: 'forced' },
  });
  await world.operator.stop();
  await anotherInstallation();
  const backup = await backUp(restored);
  await loseNamespace(restored);
  await world.account.grant();
  await restored.apply(...backup);
  await world.startOperator({ watch });
});

describe('A key whose object was deleted by force', () => {
  let id = '';
  const isDead = async () => expect(await isLiving(node, id)).toBe(false);

  test('is told, and left alone where the setting says report-only', async () => {
    await objects.issue('forced', { ...spec, connectionRef: { name: 'remote' } }).then(({ status }) => {
      id = status?.keyID ?? '';
    });
    front.fault = () => 'reset';
    await objects.remove('BeatApiKey', 'forced');
    await objects.refused('forced', 'DeletionBlocked');
    await objects.patch('BeatApiKey', 'forced', { metadata: { finalizers: null } });
    await objects.untilGone('BeatApiKey', 'forced');
    await objects.untilGone('Secret', 'forced');
    front.fault = () => undefined;

    await told('OrphanFound', id);
    // It, and that in the namespace that is not served: its object cannot be seen.
    await orphaned(2);
    await told('OrphanFound', guarded.get('in a namespace that is not served any more') ?? '');
    await rounds(world.operator, 3, CONNECTIONS);
    expect(await counted()).toBe(2);
    expect(await isLiving(node, id)).toBe(true);
  });

  test('is left alone for the grace', async () => {
    await restart({ BEATKEYS_ORPHANS: 'invalidate', BEATKEYS_ORPHAN_GRACE: '1h' });
    await rounds(world.operator, 3, CONNECTIONS);
    expect(await counted()).toBe(2);
    expect(await isLiving(node, id)).toBe(true);
  });

  test('is invalidated after it', async () => {
    await restart({ BEATKEYS_ORPHANS: 'invalidate', BEATKEYS_ORPHAN_GRACE: '1s' });
    await told('OrphanInvalidated', id);
    await isDead();
    await orphaned(1);
    await vi.waitFor(async () => expect(await counted()).toBe(1), { timeout: 30_000, interval: 300 });
    const invalidated = await world.operator.count('beatkeys_keys_invalidated_total', { cause: 'orphaned' });
    expect(invalidated).toBeGreaterThan(0);
  });
});

test('a key that was abandoned while Elasticsearch was away goes after the grace when it is back', async () => {
  const { status } = await objects.issue('abandoned', { ...spec, connectionRef: { name: 'remote' } });
  const id = status?.keyID ?? '';
  front.fault = () => 'reset';
  await objects.remove('BeatApiKey', 'abandoned');
  await objects.refused('abandoned', 'DeletionBlocked');
  await objects.kubectl(['annotate', 'beatapikey', 'abandoned', 'beatkeys.dev/abandon-keys=true']);
  await objects.untilGone('BeatApiKey', 'abandoned');
  expect(await objects.event('abandoned', 'KeysAbandoned')).toContain(id);
  expect(await isLiving(node, id)).toBe(true);
  front.fault = () => undefined;
  await told('OrphanInvalidated', id);
  expect(await isLiving(node, id)).toBe(false);
});

test('the restored object is told of the Secret that is not its own', async () => {
  const { metadata } = await restored.refused('twice', 'SecretConflict');
  expect(await site.keys({ metadata })).toEqual([]);
});

test('no key that another installation, a person, a Secret or an unseen namespace answers for was touched', async () => {
  await rounds(world.operator, 3, CONNECTIONS);
  expect(guarded.size).toBe(8);
  expect(await harmed()).toEqual([]);
});

test('the key of a restored Secret goes a grace after that Secret', async () => {
  const id = guarded.get('current, in a restored namespace') ?? '';
  await restored.remove('Secret', 'twice');
  await told('OrphanInvalidated', id);
  expect(await isLiving(node, id)).toBe(false);
});
