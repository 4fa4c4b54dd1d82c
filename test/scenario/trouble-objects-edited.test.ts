import { afterAll, describe, expect, test } from 'vitest';
import type { BeatApiKeySpec } from '../../src/api/types.ts';
import { beatApiKey } from './manifests.ts';
import { condition } from './objects.ts';
import { openTrouble } from './trouble/open.ts';

const { site, close } = await openTrouble();
afterAll(close);
const { objects } = site;

const roleDescriptors = {
  writer: { index: [{ names: ['packetbeat-*'], privileges: ['create_doc', 'auto_configure'] }] },
};
const good: Partial<BeatApiKeySpec> = { roleDescriptors, rotation: { overlap: '2s' } };

describe('A spec of a working key that is edited wrongly', () => {
  const entry = roleDescriptors.writer.index[0];
  const withData = (data: Readonly<Record<string, string>>) => ({ ...good, secret: { template: { data } } });

  test.each<[string, object, string, string]>([
    [
      'misspelt',
      { ...good, roleDescriptors: { writer: { index: [{ ...entry, field_securty: { grant: ['a'] } }] } } },
      'InvalidSpec',
      'spec.roleDescriptors.writer.index[0].field_securty is not a known field (did you mean field_security?)',
    ],
    [
      'templated',
      withData({ 'output.yml': '{{ passwd }}' }),
      'InvalidSpec',
      'spec.secret.template.data["output.yml"] must not use an unknown variable: {{ passwd }} (known are id, key, beats, encoded, url, ca, name, namespace)',
    ],
    [
      'greedy',
      { ...good, roleDescriptors: { writer: { cluster: ['all'] } } },
      'PolicyViolation',
      `beyond spec.policy of ElasticsearchConnection ${objects.namespace}/main: spec.roleDescriptors.writer.cluster: all`,
    ],
  ])('(%s) leaves key and Secret as they are, says so, and is mended by another edit', async (...row) => {
    const [name, bad, reason, message] = row;
    const before = await objects.issue(name, good);
    const secret = await objects.find('Secret', name);
    await objects.applyKey(name, bad);
    const refused = await objects.refused(name, reason);
    const said = `${message}; the key in the Secret keeps working`;
    expect(condition(refused, 'Ready')?.message).toBe(said);
    expect(condition(refused, 'Stalled')).toMatchObject({ status: 'True', message: said });
    expect(condition(refused, 'Reconciling')?.status).toBe('False');
    expect(refused.status?.keyID).toBe(before.status?.keyID);
    expect(await objects.find('Secret', name)).toEqual(secret);
    expect(await (await site.beat(name)).authenticate()).toBe(200);
    const mended = await objects.issue(name, good);
    expect(mended.status?.keyID).toBe(before.status?.keyID);
    expect(await objects.find('Secret', name)).toEqual(secret);
    expect(await objects.event(name, 'Recovered')).toContain(before.status?.keyID);
    expect(await site.keys(before)).toHaveLength(1);
  });

  test('is not even stored where the API server sees it', async () => {
    const before = await objects.issue('timed', good);
    const edit = beatApiKey(objects.namespace, 'timed', { ...good, expiration: '1.5d' });
    await expect(objects.apply(edit)).rejects.toThrow(
      'spec.expiration: Invalid value: "1.5d": must be a whole number above zero and a unit (d, h, m or s), such as 30d or 12h',
    );
    const after = await objects.find('BeatApiKey', 'timed');
    expect(after?.spec).toEqual(before.spec);
    expect(after?.status).toEqual(before.status);
  });
});

describe('What cannot be changed', () => {
  const CONNECTION =
    'spec.connectionRef: Invalid value: cannot be changed, nor its namespace added or removed: another cluster means another object';
  const SECRET = 'spec.secret.name: Invalid value: cannot be changed: another Secret means another object';

  test('is refused by kubectl with the reason, and the key goes on', async () => {
    const before = await objects.issue('fixed', good);
    const edits: readonly (readonly [Partial<BeatApiKeySpec>, string])[] = [
      [{ ...good, connectionRef: { name: 'other' } }, CONNECTION],
      [{ ...good, connectionRef: { name: 'main', namespace: objects.namespace } }, CONNECTION],
      [{ ...good, secret: { name: 'other' } }, SECRET],
    ];
    for (const [edit, said] of edits) {
      await expect(objects.applyKey('fixed', edit)).rejects.toThrow(said);
    }
    const after = await objects.find('BeatApiKey', 'fixed');
    expect(after?.metadata.generation).toBe(before.metadata.generation);
    expect(await (await site.beat('fixed')).authenticate()).toBe(200);
  });

  test('is refused as well when it is left out again', async () => {
    const connectionRef = { name: 'main', namespace: objects.namespace };
    const before = await objects.issue('spoken', { ...good, connectionRef, secret: { name: 'spoken-key' } });
    await expect(objects.applyKey('spoken', { ...good, secret: { name: 'spoken-key' } })).rejects.toThrow(CONNECTION);
    await expect(objects.applyKey('spoken', { ...good, connectionRef })).rejects.toThrow(SECRET);
    const after = await objects.find('BeatApiKey', 'spoken');
    expect(after?.metadata.generation).toBe(before.metadata.generation);
    expect(await (await site.beat('spoken-key')).authenticate()).toBe(200);
  });

  test('may be spelt out as it is', async () => {
    const before = await objects.issue('spelt', good);
    const after = await objects.issue('spelt', { ...good, secret: { name: 'spelt' } });
    expect(after.status?.keyID).toBe(before.status?.keyID);
    await expect(objects.applyKey('spelt', { ...good, secret: { name: 'another' } })).rejects.toThrow(SECRET);
  });
});
