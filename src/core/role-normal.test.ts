import { test as propertyTest, fc } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { contentDigest, normalRoleDescriptor, normalRoleDescriptors } from './role-normal.ts';

const entry = { names: ['a'], privileges: ['read'] };

describe('descriptors that mean the same have one form', () => {
  test.each<[string, object, object]>([
    ['index and indices', { index: [entry] }, { indices: [entry] }],
    ['one name and a list of one', { index: [{ ...entry, names: 'a' }] }, { index: [entry] }],
    [
      'defaults that the server adds',
      { cluster: ['monitor'] },
      {
        cluster: ['monitor'],
        indices: [],
        applications: [],
        run_as: [],
        metadata: {},
        transient_metadata: { enabled: true },
      },
    ],
    ['restricted indices not allowed', { index: [{ ...entry, allow_restricted_indices: false }] }, { index: [entry] }],
    [
      'a query as text and as an object',
      { index: [{ ...entry, query: '{ "a": [1, 2] }' }] },
      { index: [{ ...entry, query: { a: [1, 2] } }] },
    ],
    ['the order of sets', { cluster: ['b', 'a'], run_as: ['y', 'x'] }, { cluster: ['a', 'b'], run_as: ['x', 'y'] }],
    [
      'the order of entries',
      { index: [entry, { ...entry, names: ['b'] }] },
      { index: [{ ...entry, names: ['b'] }, entry] },
    ],
    ['entries given twice', { index: [entry, entry] }, { index: [entry] }],
    [
      'the case of privileges',
      { cluster: ['Monitor'], index: [{ ...entry, privileges: ['READ'] }] },
      { cluster: ['monitor'], index: [entry] },
    ],
    [
      'no exception from all fields, which is no restriction',
      { index: [{ ...entry, field_security: { grant: ['*'], except: [] } }] },
      { index: [entry] },
    ],
    [
      'categories of global without content',
      { global: { application: { manage: { applications: ['b', 'a'] } }, profile: {}, role: {}, data_source: [] } },
      { global: { application: { manage: { applications: ['a', 'b'] } } } },
    ],
  ])('%s', (_what, one, other) => {
    expect(normalRoleDescriptor(one)).toEqual(normalRoleDescriptor(other));
  });
});

describe('descriptors that mean something else keep another form', () => {
  test.each<[string, object, object]>([
    ['another name', { index: [entry] }, { index: [{ ...entry, names: ['b'] }] }],
    ['the case of a name', { index: [entry] }, { index: [{ ...entry, names: ['A'] }] }],
    ['restricted indices', { index: [entry] }, { index: [{ ...entry, allow_restricted_indices: true }] }],
    ['no field granted', { index: [entry] }, { index: [{ ...entry, field_security: { grant: [] } }] }],
    ['a query', { index: [entry] }, { index: [{ ...entry, query: '{}' }] }],
    [
      'the order within a query',
      { index: [{ ...entry, query: { a: [1, 2] } }] },
      { index: [{ ...entry, query: { a: [2, 1] } }] },
    ],
    [
      'long integers in a query',
      { index: [{ ...entry, query: '{"t":9007199254740993}' }] },
      { index: [{ ...entry, query: '{"t":9007199254740992}' }] },
    ],
    [
      'the case of an application privilege',
      { applications: [{ application: 'a', privileges: ['all'], resources: ['*'] }] },
      { applications: [{ application: 'a', privileges: ['All'], resources: ['*'] }] },
    ],
    ['a workflow', {}, { restriction: { workflows: ['w'] } }],
    ['other clusters', {}, { remote_indices: [{ clusters: ['c'], ...entry }] }],
    ['privileges on other clusters', {}, { remote_cluster: [{ clusters: ['c'], privileges: ['monitor_stats'] }] }],
    ['users to act for', {}, { run_as: ['x'] }],
    ['metadata', {}, { metadata: { a: 1 } }],
  ])('%s', (_what, one, other) => {
    expect(normalRoleDescriptor(one)).not.toEqual(normalRoleDescriptor(other));
  });

  test('a query that is no JSON stays as it is', () => {
    expect(normalRoleDescriptor({ index: [{ ...entry, query: '{{mustache}}' }] }).indices[0]?.query).toBe(
      '{{mustache}}',
    );
  });
});

describe('a content digest', () => {
  test('covers the names of descriptors, their content and the metadata', () => {
    const digests = [
      contentDigest({ w: {} }, {}),
      contentDigest({ v: {} }, {}),
      contentDigest({ w: { cluster: ['monitor'] } }, {}),
      contentDigest({ w: {} }, { a: 1 }),
      contentDigest({ w: {} }, { a: '1' }),
      contentDigest({ ['__proto__']: {} }, {}),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });

  propertyTest.prop([fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<unknown>), fc.jsonValue()])(
    'is made of anything without an error',
    (descriptors, metadata) => {
      expect(contentDigest(descriptors, { metadata })).toMatch(/^[0-9a-f]{32}$/);
    },
  );

  propertyTest.prop([
    fc.object({
      key: fc.constantFrom('cluster', 'index', 'indices', 'names', 'privileges', 'query', 'global', 'metadata', 'w'),
    }),
  ])('is the same for a normal form and what it came from', (descriptors) => {
    const json = JSON.parse(JSON.stringify(descriptors)) as object;
    expect(normalRoleDescriptors(normalRoleDescriptors(json))).toEqual(normalRoleDescriptors(json));
  });
});
