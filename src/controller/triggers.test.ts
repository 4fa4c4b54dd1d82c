import { describe, expect, test } from 'vitest';
import { aBeatApiKey } from '../../test/builders/beat-api-key.ts';
import { anElasticsearchConnection } from '../../test/builders/elasticsearch-connection.ts';
import type { BeatApiKey } from '../api/types.ts';
import { referencesOf } from './target.ts';
import { connectionKey } from './triggers.ts';

describe('the connection of an object is', () => {
  test.for<readonly [string, unknown, string | undefined]>([
    ['in its own namespace', { connectionRef: { name: 'main' } }, 'logging/main'],
    ['where the reference says', { connectionRef: { name: 'main', namespace: 'ops' } }, 'ops/main'],
    ['none where the spec does not say', {}, undefined],
    ['none where the spec is nothing', null, undefined],
    ['none where the reference is no reference', { connectionRef: 'main' }, undefined],
    ['none where the name is no name', { connectionRef: { name: 7 } }, undefined],
  ])('%s', ([, spec, key]) => {
    expect(connectionKey({ ...aBeatApiKey(), spec: spec as BeatApiKey['spec'] })).toBe(key);
  });
});

test('a connection refers to its credential and its certificates', () => {
  const object = anElasticsearchConnection({ tls: { caRef: { kind: 'ConfigMap', name: 'ca' } } });
  expect(referencesOf(object, object.spec)).toEqual([
    { kind: 'Secret', namespace: 'logging', name: 'credential' },
    { kind: 'ConfigMap', namespace: 'logging', name: 'ca' },
  ]);
});
