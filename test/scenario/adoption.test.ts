import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BeatApiKey } from '../../src/api/types.ts';
import type { Seen } from '../contract/fault-proxy.ts';
import { controlPlane } from '../testbed/current.ts';
import { aBeat } from './beat.ts';
import { secret, type Manifest } from './manifests.ts';
import { condition, type Objects } from './objects.ts';
import type { StoredSecret } from './stored-kinds.ts';
import { isLiving } from './server-keys.ts';
import { backUp, loseNamespace } from './trouble/backup.ts';
import { openGate } from './trouble/gate.ts';
import { openTrouble } from './trouble/open.ts';
import { rounds } from './trouble/rounds.ts';

/** A namespace is lost and restored from a backup, and its Secrets are handed over to its objects, or are not. */

const gate = await openGate(controlPlane());
const trouble = await openTrouble({
  guests: 1,
  connection: { allowedNamespaces: { from: 'All' } },
  kubernetesURL: gate.url,
});
const { world, site } = trouble;
afterAll(async () => {
  await trouble.close();
  await gate[Symbol.asyncDispose]();
});
const { node, user } = site;
const [objects] = site.guests as [Objects];
const { namespace } = objects;

const spec = {
  connectionRef: { name: 'main', namespace: site.objects.namespace },
  roleDescriptors: { role: { cluster: ['monitor', 'read_pipeline'] } },
  rotation: { overlap: '2s' },
};
const ADOPT = 'beatkeys.dev/adopt';
/** A changed key is found a moment later. */
const PATIENCE = { timeout: 30_000, interval: 300 };
const RESTORED = ['kept', 'edited', 'dead', 'altered', 'late', 'killed', 'elsewhere'] as const;

/** What was before the namespace was lost. */
const before = new Map<string, BeatApiKey>();
const idBefore = (name: string): string => before.get(name)?.status?.keyID ?? '';
const values = new Map<string, Readonly<Record<string, string>>>();

const handOver = (name: string, to = `${namespace}/${name}`) =>
  objects.kubectl(['annotate', '--overwrite', 'secret', name, `${ADOPT}=${to}`]);
const find = async (name: string): Promise<StoredSecret> => {
  const found = await objects.find('Secret', name);
  if (found === undefined) throw new Error(`there is no Secret ${name}`);
  return found;
};
const beat = async (name: string) => aBeat(node, (await objects.data(name))['encoded'] ?? '');

/** Waits until the object is ready, and checks that the Secret is its own and is handed over no more. */
async function adopted(name: string): Promise<BeatApiKey> {
  const object = await objects.ready(name);
  const { metadata } = await find(name);
  expect(metadata.annotations).not.toHaveProperty([ADOPT]);
  expect(metadata.ownerReferences).toMatchObject([{ kind: 'BeatApiKey', name, uid: object.metadata.uid }]);
  expect(metadata.labels).toMatchObject({ 'beatkeys.dev/owner-uid': object.metadata.uid });
  expect((await objects.data(name))['id']).toBe(object.status?.keyID);
  expect(await (await beat(name)).authenticate()).toBe(200);
  return object;
}

/** Elasticsearch's metadata of a key. */
async function markOf(id: string): Promise<unknown> {
  const { body } = await node.request('GET', `/_security/api_key?id=${id}`);
  return (body as { api_keys: { metadata: { beatkeys?: unknown } }[] }).api_keys[0]?.metadata.beatkeys;
}

beforeAll(async () => {
  for (const name of RESTORED) {
    before.set(name, await objects.issue(name, spec));
    values.set(name, await objects.data(name));
  }
  const backup = await backUp(objects);
  await world.operator.stop();
  await loseNamespace(objects);
  await world.account.grant();
  await node.request('DELETE', '/_security/api_key', { ids: [idBefore('dead')] });
  const marks = { installation: 'another', namespace, name: 'elsewhere', uid: 'u', attempt: 'a' };
  await node.request(
    'PUT',
    `/_security/api_key/${idBefore('elsewhere')}`,
    { metadata: { beatkeys: { ...marks, fingerprint: 'f', reason: 'FirstIssue', generation: '1' } } },
    { as: user },
  );
  const isOf = (kind: string) => (item: Manifest) => item.kind === kind;
  await objects.apply(...backup.filter(isOf('Secret')));
  for (const name of RESTORED) if (name !== 'late') await handOver(name);
  await objects.patch('Secret', 'altered', { data: { key: Buffer.from('somebody-elses').toString('base64') } });
  await objects.apply(...backup.filter(isOf('BeatApiKey')).filter(({ metadata }) => metadata.name !== 'killed'));
  await objects.applyKey('edited', { ...spec, roleDescriptors: { role: { cluster: ['monitor'] } } });
  await world.startOperator();
});

describe('A restored Secret that is handed over', { concurrent: true }, () => {
  test('stays as it is, and its key goes on without a gap, marked as that of the new object', async () => {
    const object = await adopted('kept');
    expect(object.metadata.uid).not.toBe(before.get('kept')?.metadata.uid);
    expect(object.status?.keyID).toBe(idBefore('kept'));
    const now = await objects.data('kept');
    expect(Object.keys(now).every((key) => now[key] === values.get('kept')?.[key])).toBe(true);
    expect(await objects.event('kept', 'SecretAdopted')).toBe(
      `Secret kept, which was handed over by annotation ${ADOPT}, belongs to this object now; key ${idBefore('kept')} in it goes on`,
    );
    expect(await site.keys(object)).toMatchObject([{ id: idBefore('kept'), invalidated: false }]);
    await rounds(world.operator, 3);
    expect((await objects.ready('kept')).status?.keyID).toBe(idBefore('kept'));
  });

  test('has its key brought to what the object asks for now', async () => {
    const object = await adopted('edited');
    expect(object.status?.keyID).toBe(idBefore('edited'));
    expect(await site.keys(object)).toMatchObject([{ role_descriptors: { role: { cluster: ['monitor'] } } }]);
    expect(await (await beat('edited')).mayReadPipelines()).toBe(false);
  });

  test('is given another key where its own is dead', async () => {
    const object = await adopted('dead');
    expect(object.status?.keyID).not.toBe(idBefore('dead'));
    await site.untilOneLives(object);
  });

  test('is given another key where its values were altered, and the former one is retired', async () => {
    const object = await adopted('altered');
    expect(object.status).toMatchObject({ lastRotation: { reason: 'SecretAltered' } });
    await site.untilOneLives(object);
    expect(await isLiving(node, idBefore('altered'))).toBe(false);
  });

  test('is given another key where another installation made its own, which is left alone', async () => {
    const mark = await markOf(idBefore('elsewhere'));
    const object = await adopted('elsewhere');
    expect(object.status?.keyID).not.toBe(idBefore('elsewhere'));
    expect(await objects.event('elsewhere', 'SecretAdopted')).toContain(
      `key ${idBefore('elsewhere')}, which is not proven to be one, is left alone`,
    );
    await rounds(world.operator, 3);
    expect(await isLiving(node, idBefore('elsewhere'))).toBe(true);
    expect(await markOf(idBefore('elsewhere'))).toEqual(mark);
  });

  test('is taken over as soon as it is, and not before', async () => {
    const refused = await objects.refused('late', 'SecretConflict');
    expect(condition(refused, 'Stalled')?.message).toBe(
      `Secret late exists and was not made for this object; it is left untouched: delete or rename it, name another in a new object's spec.secret.name, or hand it over to this object with the annotation ${ADOPT}: ${namespace}/late`,
    );
    expect(await site.keys(refused)).toEqual([]);
    await handOver('late');
    expect((await adopted('late')).status?.keyID).toBe(idBefore('late'));
    expect(await objects.event('late', 'Recovered')).toContain('is in Secret late');
  });
});

describe('A Secret that nobody restored', { concurrent: true }, () => {
  const plain = (name: string, data = { id: 'mine', note: 'stays' }) => secret(namespace, name, data);

  test('is written over when it is handed over; what is not ours in it stays', async () => {
    await objects.apply(plain('plain'));
    await objects.applyKey('plain', spec);
    await objects.refused('plain', 'SecretConflict');
    await handOver('plain');
    const object = await adopted('plain');
    expect((await objects.data('plain'))['note']).toBe('stays');
    await site.untilOneLives(object);
  });

  test.each<[string, string, object, (name: string) => string]>([
    [
      'another',
      'to another object',
      {},
      () => `its annotation ${ADOPT} is "other/other", and only ${ADOPT}: ${namespace}/another hands it over`,
    ],
    [
      'typed',
      'with another type',
      { type: 'example.com/typed' },
      () => 'is of type example.com/typed; only a Secret of type Opaque is adopted',
    ],
    [
      'locked',
      'although it is immutable',
      { immutable: true },
      () => 'is immutable; only a Secret that can be changed is adopted',
    ],
  ])('(%s) and is handed over %s stays as it is, byte for byte', async (name, _how, fields, says) => {
    await objects.apply({ ...plain(name), ...fields });
    await handOver(name, name === 'another' ? 'other/other' : undefined);
    const found = await find(name);
    await objects.applyKey(name, spec);
    const refused = await objects.refused(name, 'SecretConflict');
    expect(condition(refused, 'Stalled')?.message).toContain(says(name));
    expect(refused.metadata).not.toHaveProperty('finalizers');
    await rounds(world.operator, 2);
    expect(await find(name)).toEqual(found);
    expect(await site.keys(refused)).toEqual([]);
  });

  test('belongs to the object that it was made for, as long as that is there', async () => {
    const first = await objects.issue('first', { ...spec, secret: { name: 'shared' } });
    await handOver('shared', `${namespace}/second`);
    await objects.applyKey('second', { ...spec, secret: { name: 'shared' } });
    const refused = await objects.refused('second', 'SecretConflict');
    await rounds(world.operator, 2);
    expect((await objects.data('shared'))['id']).toBe(first.status?.keyID);
    expect(await site.keys(refused)).toEqual([]);
    expect((await find('shared')).metadata.annotations).not.toHaveProperty([ADOPT]);
  });
});

test('An operator that is killed between the key and its Secret leaves one key, which its successor takes over', async () => {
  const isAdoption = ({ method, url }: Seen) =>
    method === 'PATCH' && url.pathname === `/api/v1/namespaces/${namespace}/secrets/killed`;
  const held = gate.holdRequest(isAdoption);
  await objects.applyKey('killed', spec);
  await held;
  await world.operator.kill();
  const { metadata } = await objects.until('BeatApiKey', 'killed', 'its uid', () => true);
  await expect.poll(() => markOf(idBefore('killed')), PATIENCE).toMatchObject({ uid: metadata.uid });
  // Nobody waits for the lease of the one that is dead.
  await world.home.remove('Lease', 'beatkeys');
  await world.startOperator();
  const object = await adopted('killed');
  expect(object.status?.keyID).toBe(idBefore('killed'));
  expect(await site.keys(object)).toMatchObject([{ id: idBefore('killed'), invalidated: false }]);
});
