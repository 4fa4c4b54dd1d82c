import { expect, test } from 'vitest';
import { CONNECTION, KEY, PRESET } from '../../test/builders/specs.ts';
import { unknownBeatApiKeyFields, unknownConnectionFields } from './parse.ts';

test('specs with every field have none', () => {
  expect(unknownBeatApiKeyFields(KEY)).toEqual([]);
  expect(unknownConnectionFields(CONNECTION)).toEqual([]);
});

test('a misspelt field is named with the one that was meant', () => {
  expect(unknownBeatApiKeyFields({ ...PRESET, expiratoin: '30d', rotation: { overlapp: '1h' } })).toEqual([
    { path: 'spec.expiratoin', message: 'is not a known field (did you mean expiration?)' },
    { path: 'spec.rotation.overlapp', message: 'is not a known field (did you mean overlap?)' },
  ]);
});

test('in lists, too', () => {
  const consumers = [{ kind: 'DaemonSet', name: 'packetbeat', restarts: true }];
  expect(unknownBeatApiKeyFields({ ...PRESET, consumers }).map(({ path }) => path)).toEqual([
    'spec.consumers[0].restarts',
  ]);
});

test('role descriptors, whose reader refuses them itself, are not told twice', () => {
  const spec = { ...PRESET, roleDescriptors: { writer: { clusters: ['monitor'] } } };
  expect(unknownBeatApiKeyFields(spec)).toEqual([]);
});

test('what is no object has none', () => {
  expect([undefined, null, 'text', ['x'], 1].flatMap(unknownBeatApiKeyFields)).toEqual([]);
});
