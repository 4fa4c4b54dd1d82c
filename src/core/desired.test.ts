import { describe, expect, test } from 'vitest';
import { aBeatApiKey } from '../../test/builders/beat-api-key.ts';
import { desiredOf } from '../../test/builders/journal.ts';
import type { BeatApiKey } from '../api/types.ts';
import { dataKeys, desire, retains, secretName } from './desired.ts';
import { presetRoleDescriptors } from './presets.ts';

test('what a spec leaves out is resolved', () => {
  expect(desiredOf(aBeatApiKey())).toMatchObject({
    keyName: 'logging/packetbeat',
    roleDescriptors: presetRoleDescriptors('packetbeat', ['publishing']),
    userMetadata: {},
    overlapMs: 3_600_000,
    secret: { name: 'packetbeat', labels: {}, annotations: {}, templates: {} },
    retain: false,
  });
  for (const name of ['expiration', 'request', 'revokeRequest'])
    expect(desiredOf(aBeatApiKey())).not.toHaveProperty(name);
});

test('a third of the lifetime is left when the key is renewed, unless the spec says otherwise', () => {
  expect(desiredOf(aBeatApiKey({ spec: { expiration: '30d' } })).renewBeforeMs).toBe(10 * 86_400_000);
  const given = aBeatApiKey({ spec: { expiration: '30d', rotation: { renewBefore: '12h' } } });
  expect(desiredOf(given).renewBeforeMs).toBe(43_200_000);
});

test('what is given is taken over', () => {
  const spec = {
    keyName: 'edge',
    metadata: { team: 'network' },
    expiration: '90m',
    rotation: { overlap: '0s', request: 'r', revokeRequest: 'v' },
    secret: { name: 'other', template: { labels: { a: 'b' }, annotations: { c: 'd' }, data: { file: '{{ id }}' } } },
    deletionPolicy: 'Retain',
  } as const;
  expect(desiredOf(aBeatApiKey({ spec }))).toMatchObject({
    keyName: 'edge',
    userMetadata: { team: 'network' },
    expiration: { text: '90m', ms: 5_400_000 },
    overlapMs: 0,
    request: 'r',
    revokeRequest: 'v',
    secret: { name: 'other', labels: { a: 'b' }, annotations: { c: 'd' }, templates: { file: '{{ id }}' } },
    retain: true,
  });
});

describe('the name of the key', () => {
  const named = (length: number, end = ''): string =>
    desiredOf(
      aBeatApiKey({ metadata: { namespace: 'n'.repeat(56), name: 'x'.repeat(length - 57 - end.length) + end } }),
    ).keyName;

  test('is left alone up to 256 characters', () => {
    expect(named(256)).toBe(`${'n'.repeat(56)}/${'x'.repeat(199)}`);
  });

  test('is cut with a hash beyond, and stays different for different objects', () => {
    expect(named(257)).toHaveLength(256);
    expect(named(257)).toMatch(/x-[0-9a-f]{8}$/);
    expect(named(300, 'a')).not.toBe(named(300, 'b'));
  });
});

describe('the fingerprint', () => {
  const fingerprint = (spec: Partial<BeatApiKey['spec']>): string => desiredOf(aBeatApiKey({ spec })).fingerprint;
  const role = (privileges: readonly string[]) => ({ w: { indices: [{ names: ['b', 'a'], privileges }] } });
  const base = fingerprint({ roleDescriptors: role(['read', 'write']) });

  test('is the same for descriptors that mean the same', () => {
    expect(
      fingerprint({ roleDescriptors: { w: { index: [{ names: ['a', 'b'], privileges: ['write', 'READ'] }] } } }),
    ).toBe(base);
  });

  test.for([
    ['descriptors', { roleDescriptors: role(['read']) }],
    ['user metadata', { roleDescriptors: role(['read', 'write']), metadata: { team: 'x' } }],
    ['expiration', { roleDescriptors: role(['read', 'write']), expiration: '30d' }],
  ] as const)('changes with the %s', ([, spec]) => {
    expect(fingerprint(spec)).not.toBe(base);
  });

  test('does not change with what needs no change of the key', () => {
    const spec = { roleDescriptors: role(['read', 'write']), rotation: { request: 'x' }, suspend: true } as const;
    expect(fingerprint(spec)).toBe(base);
  });
});

test('a spec with a problem gives no half result', () => {
  expect(desire(aBeatApiKey({ spec: { expiration: 'soon' } }))).toMatchObject({
    ok: false,
    problems: [{ path: 'spec.expiration' }],
  });
});

test('name of the Secret and deletion policy are read from any spec', () => {
  const object = aBeatApiKey();
  for (const spec of [undefined, null, 'text', { secret: 'text' }, { secret: { name: 7 } }, { secret: { name: '' } }]) {
    const broken = { ...object, spec: spec as unknown as BeatApiKey['spec'] };
    expect(secretName(broken)).toBe('packetbeat');
    expect(retains(broken)).toBe(false);
  }
});

test('a Secret has the four standard data keys and those of the template', () => {
  const object = aBeatApiKey({ spec: { secret: { template: { data: { 'b.yml': 'x' } } } } });
  expect(dataKeys(desiredOf(object).secret)).toEqual(['api_key', 'encoded', 'id', 'key', 'b.yml']);
});
