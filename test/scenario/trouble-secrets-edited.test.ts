import { afterAll, describe, expect, test } from 'vitest';
import { controlPlane } from '../testbed/current.ts';
import { condition } from './objects.ts';
import type { StoredSecret } from './stored-kinds.ts';
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
const spec = { roleDescriptors: { role: { cluster: ['monitor'] } }, rotation: { overlap: '2s' } };

const requestsFor = (name: string) => gate.seen.filter(({ url }) => url.pathname.endsWith(`/secrets/${name}`)).length;

/** Checks that the Secret is not looked at again and again: in three intervals once, metadata and values, at most. */
async function isCalm(name: string): Promise<void> {
  await rounds(world.operator, 1);
  const before = requestsFor(name);
  await rounds(world.operator, 3);
  expect(requestsFor(name) - before).toBeLessThanOrEqual(2);
}

describe('Data that a person edits', { concurrent: true }, () => {
  const value = (text: string) => btoa(text);
  test.each<[string, object]>([
    ['one-value', { api_key: value('not-a-key') }],
    ['one-value-removed', { id: null }],
    [
      'all-values',
      {
        id: value('AAAAAAAAAAAAAAAAAAAA'),
        key: value('BBBBBBBBBBBBBBBBBBBBBB'),
        api_key: value('AAAAAAAAAAAAAAAAAAAA:BBBBBBBBBBBBBBBBBBBBBB'),
        encoded: value(value('AAAAAAAAAAAAAAAAAAAA:BBBBBBBBBBBBBBBBBBBBBB')),
      },
    ],
    ['emptied', { id: null, key: null, api_key: null, encoded: null }],
  ])('(%s) is replaced by a new key', async (name, data) => {
    const before = await objects.issue(name, spec);
    await objects.patch('Secret', name, { data });
    const after = await objects.rotated(name, before);
    expect(after.status?.lastRotation?.reason).toBe('SecretAltered');
    await untilWhole(site, name);
    expect(await site.keys(before)).toHaveLength(2);
  });

  test('and adds to stays, with the key as it is', async () => {
    const before = await objects.issue('added', spec);
    await objects.patch('Secret', 'added', { data: { extra: value('of a person') } });
    const edited = await objects.find('Secret', 'added');
    await isCalm('added');
    expect(await objects.find('Secret', 'added')).toEqual(edited);
    expect(await site.keys(before)).toHaveLength(1);
    await objects.applyKey('added', { ...spec, rotation: { overlap: '2s', request: 'now' } });
    await objects.rotated('added', before);
    expect(await objects.data('added')).toMatchObject({ extra: 'of a person' });
    await untilWhole(site, 'added');
  });

  test('and writes as it was is looked at once, and the key stays', async () => {
    const before = await objects.issue('same', spec);
    const { data } = (await objects.find('Secret', 'same')) as StoredSecret;
    const copy = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'same', namespace: objects.namespace }, data };
    await objects.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], JSON.stringify(copy));
    await isCalm('same');
    expect(await site.keys(before)).toHaveLength(1);
    await untilWhole(site, 'same');
  });
});

describe('The journal', { concurrent: true }, () => {
  /** What becomes of the key. */
  type Fate = 'another key' | 'the same key';
  test.each<[string, string, string | null, Fate]>([
    ['key-id', 'removed', null, 'another key'],
    ['key-id', 'changed', 'AAAAAAAAAAAAAAAAAAAA', 'another key'],
    ['key-created', 'damaged', 'yesterday', 'another key'],
    ['superseded', 'damaged', '[{]', 'another key'],
    ['key-owner', 'changed', '{"username":"somebody","realm":"native1"}', 'another key'],
    ['cluster-uuid', 'changed', 'AAAAAAAAAAAAAAAAAAAAAA', 'another key'],
    ['key-name', 'changed', 'another-name', 'another key'],
    ['fingerprint', 'changed', 'none', 'the same key'],
    ['template', 'removed', null, 'the same key'],
    ['rotation-reason', 'removed', null, 'the same key'],
  ])('with %s %s (%s) leads to %s', async (field, how, text, fate) => {
    const name = `journal-${field}-${how}`;
    const before = await objects.issue(name, spec);
    await objects.patch('Secret', name, { metadata: { annotations: { [`beatkeys.dev/${field}`]: text } } });
    if (fate === 'another key')
      await objects.until('BeatApiKey', name, 'a rotation', ({ status }) => status?.lastRotation !== undefined);
    else await rounds(world.operator, 2);
    await untilWhole(site, name);
    expect(await site.keys(before)).toHaveLength(fate === 'another key' ? 2 : 1);
  });

  test('that is removed whole gives another key', async () => {
    const before = await objects.issue('journal-gone', spec);
    const { annotations = {} } = (await objects.find('Secret', 'journal-gone'))?.metadata ?? {};
    const none = Object.fromEntries(Object.keys(annotations).map((annotation) => [annotation, null]));
    await objects.patch('Secret', 'journal-gone', { metadata: { annotations: none } });
    await objects.rotated('journal-gone', before);
    await untilWhole(site, 'journal-gone');
  });

  test('that names the key of another object changes nothing about that key', async () => {
    const victim = await objects.issue('victim', spec);
    const key = victim.status?.keyID ?? '';
    const [record] = await site.keys(victim);
    const past = new Date(Date.now() - 60_000).toISOString();
    const forged: Readonly<Record<string, object>> = {
      'forged-replaced': { 'beatkeys.dev/superseded': JSON.stringify([{ id: key, since: past, notBefore: past }]) },
      'forged-current': { 'beatkeys.dev/key-id': key, 'beatkeys.dev/fingerprint': 'none' },
      'forged-lasting': {
        'beatkeys.dev/key-id': key,
        'beatkeys.dev/fingerprint': 'none',
        'beatkeys.dev/key-changed': new Date(Date.now() + 3_600_000).toISOString(),
      },
      'forged-deleted': { 'beatkeys.dev/key-id': key },
    };
    for (const [name, annotations] of Object.entries(forged)) {
      await objects.issue(name, { ...spec, roleDescriptors: { other: { cluster: ['read_pipeline'] } } });
      await objects.patch('Secret', name, { metadata: { annotations } });
      if (name === 'forged-deleted') await objects.remove('BeatApiKey', name);
    }
    await objects.untilGone('BeatApiKey', 'forged-deleted');
    await rounds(world.operator, 2);
    expect(await (await site.beat('victim')).authenticate()).toBe(200);
    expect(await site.keys(victim)).toEqual([record]);
    await untilWhole(site, 'forged-replaced');
    await untilWhole(site, 'forged-current');
  });
});

describe('A Secret without label and owner', { concurrent: true }, () => {
  test('counts as somebody else’s, and comes back with its label', async () => {
    const before = await objects.issue('disowned', spec);
    const label = 'beatkeys.dev/owner-uid';
    await objects.patch('Secret', 'disowned', {
      metadata: { labels: { [label]: null, 'app.kubernetes.io/managed-by': null }, ownerReferences: null },
    });
    const taken = await objects.find('Secret', 'disowned');
    const refused = await objects.refused('disowned', 'SecretConflict');
    expect(condition(refused, 'Ready')?.message).toContain('was not made for this object; it is left untouched');
    await rounds(world.operator, 2);
    expect(await objects.find('Secret', 'disowned')).toEqual(taken);
    expect(await (await site.beat('disowned')).authenticate()).toBe(200);
    await objects.kubectl(['label', 'secret', 'disowned', `${label}=${before.metadata.uid}`]);
    await objects.ready('disowned');
    expect(await site.keys(before)).toHaveLength(1);
    await untilWhole(site, 'disowned');
  });
});

describe('An old backup of the Secret', { concurrent: true }, () => {
  /** The Secret as a backup has it. */
  const backUp = async (name: string): Promise<string> => {
    const stored = JSON.parse(await objects.kubectl(['get', 'secret', name, '-o', 'json'])) as StoredSecret;
    const { resourceVersion: _version, uid: _uid, ...metadata } = stored.metadata;
    return JSON.stringify({ ...stored, metadata });
  };
  const rotate = async (name: string, request: string) => {
    const before = await objects.find('BeatApiKey', name);
    if (before === undefined) throw new Error(`there is no ${name}`);
    await objects.applyKey(name, { ...spec, rotation: { overlap: '2s', request } });
    return objects.rotated(name, before);
  };

  test('that replaces it gives a key that works, whatever became of the one in the backup', async () => {
    await objects.issue('replaced', spec);
    const backup = await backUp('replaced');
    const rotated = await rotate('replaced', 'one');
    await site.untilOneLives(rotated);
    await objects.kubectl(['replace', '-f', '-'], backup);
    await objects.rotated('replaced', rotated);
    await untilWhole(site, 'replaced');
  });

  test('that is created after the Secret was deleted does so too', async () => {
    const first = await objects.issue('restored', spec);
    const backup = await backUp('restored');
    await objects.remove('Secret', 'restored');
    await objects.rotated('restored', first);
    await objects.remove('Secret', 'restored');
    await objects.kubectl(['create', '-f', '-'], backup).catch(() => undefined);
    await untilWhole(site, 'restored');
  });
});
