import { describe, expect, test } from 'vitest';
import { aBeatApiKey } from '../../test/builders/beat-api-key.ts';
import { someTerms } from '../../test/builders/connection-view.ts';
import { desiredOf } from '../../test/builders/journal.ts';
import type { RoleDescriptor } from '../api/types.ts';
import { beyondCeiling, beyondTerms } from './policy.ts';

const ceiling: RoleDescriptor = {
  cluster: ['monitor', 'read_ilm'],
  indices: [
    { names: ['packetbeat-*', 'logs-{namespace}-*'], privileges: ['create_doc', 'auto_configure'] },
    { names: ['metrics-*'], privileges: ['read'], field_security: { grant: ['host.*'] }, query: '{"term":{"a":"b"}}' },
    { names: ['.apm'], privileges: ['read'], allow_restricted_indices: true },
  ],
  applications: [{ application: 'apm', privileges: ['event:write'], resources: ['*'] }],
  run_as: ['jack'],
  remote_cluster: [{ clusters: ['eu'], privileges: ['monitor_stats'] }],
};
const index = (names: readonly string[], privileges: readonly string[], more: object = {}): RoleDescriptor => ({
  index: [{ names, privileges, ...more }],
});

describe('a role is inside the ceiling that', () => {
  test.for<readonly [string, RoleDescriptor]>([
    ['asks for the same', ceilingFor('logging')],
    ['asks for less', { cluster: ['monitor'], ...index(['packetbeat-*'], ['create_doc']) }],
    ['spells privileges otherwise', { cluster: ['MONITOR'] }],
    ['names indices of its own namespace', index(['logs-logging-*'], ['create_doc'])],
    [
      'limits fields and documents as the ceiling does',
      {
        indices: [
          {
            names: ['metrics-*'],
            privileges: ['read'],
            field_security: { grant: ['host.*'] },
            query: { term: { a: 'b' } },
          },
        ],
      },
    ],
    ['asks for what a privilege of the ceiling contains', { cluster: ['monitor_stats', 'transport_client'] }],
    ['names a pattern inside one of the ceiling', index(['packetbeat-8*', 'packetbeat-?'], ['create_doc'])],
    ['leaves restricted indices out where the ceiling has them', index(['.apm'], ['read'])],
    [
      'has restricted indices where the ceiling has them',
      index(['.apm'], ['read'], { allow_restricted_indices: true }),
    ],
    ['has metadata, which grants nothing', { cluster: ['monitor'], metadata: { a: 1 } }],
  ])('%s', ([, role]) => {
    expect(beyondCeiling(ceiling, 'logging', { role })).toEqual([]);
  });
});

describe('a role is beyond the ceiling that', () => {
  const at = 'spec.roleDescriptors.role';
  test.for<readonly [string, RoleDescriptor, string]>([
    ['asks for another cluster privilege', { cluster: ['monitor', 'manage'] }, `${at}.cluster: manage`],
    [
      'asks for more on an index',
      index(['packetbeat-*'], ['create_doc', 'write']),
      `${at}.indices: write on packetbeat-*`,
    ],
    [
      'names a pattern that is wider than those of the ceiling',
      index(['packetbeat*'], ['create_doc']),
      `${at}.indices: create_doc on packetbeat*`,
    ],
    [
      'asks for what contains a privilege of the ceiling',
      index(['packetbeat-*'], ['create']),
      `${at}.indices: create on packetbeat-*`,
    ],
    [
      'names indices of another namespace',
      index(['logs-edge-*'], ['create_doc']),
      `${at}.indices: create_doc on logs-edge-*`,
    ],
    [
      'takes the placeholder by its letters',
      index(['logs-{namespace}-*'], ['create_doc']),
      `${at}.indices: create_doc on logs-{namespace}-*`,
    ],
    ['negates', index(['-packetbeat-*'], ['create_doc']), `${at}.indices: create_doc on -packetbeat-*`],
    [
      'has a regular expression',
      index(['/packetbeat-.*/'], ['create_doc']),
      `${at}.indices: create_doc on /packetbeat-.*/`,
    ],
    [
      'asks for all fields where the ceiling does not',
      index(['metrics-*'], ['read'], { query: '{"term":{"a":"b"}}' }),
      `${at}.indices: read on metrics-* with this query`,
    ],
    [
      'asks for all documents where the ceiling does not',
      index(['metrics-*'], ['read'], { field_security: { grant: ['host.*'] } }),
      `${at}.indices: read on metrics-* with this field_security`,
    ],
    [
      'limits fields where the ceiling does not',
      index(['packetbeat-*'], ['create_doc'], { field_security: { grant: ['a'] } }),
      `${at}.indices: create_doc on packetbeat-* with this field_security`,
    ],
    [
      'chooses documents where the ceiling does not',
      index(['packetbeat-*'], ['create_doc'], { query: '{"term":{"a":"b"}}' }),
      `${at}.indices: create_doc on packetbeat-* with this query`,
    ],
    [
      'is restricted where the ceiling is not',
      { cluster: ['monitor'], restriction: { workflows: ['search_application_query'] } },
      `${at}.restriction`,
    ],
    [
      'lets names match restricted indices',
      index(['packetbeat-*'], ['create_doc'], { allow_restricted_indices: true }),
      `${at}.indices: create_doc on packetbeat-* (restricted indices)`,
    ],
    ['names the security index', index(['.security'], ['read']), `${at}.indices: read on .security`],
    [
      'has another application privilege',
      { applications: [{ application: 'apm', privileges: ['*'], resources: ['*'] }] },
      `${at}.applications`,
    ],
    ['impersonates', { run_as: ['jill'] }, `${at}.run_as: jill`],
    ['has global privileges', { global: { profile: { write: { applications: ['kibana*'] } } } }, `${at}.global`],
    [
      'has remote indices',
      { remote_indices: [{ clusters: ['eu'], names: ['a'], privileges: ['read'] }] },
      `${at}.remote_indices`,
    ],
    [
      'has another remote cluster',
      { remote_cluster: [{ clusters: ['*'], privileges: ['monitor_stats'] }] },
      `${at}.remote_cluster`,
    ],
  ])('%s', ([, role, beyond]) => {
    expect(beyondCeiling(ceiling, 'logging', { role })).toEqual([beyond]);
  });
});

test('a ceiling with a restriction lends nothing without it', () => {
  const restricted = { cluster: ['monitor'], restriction: { workflows: ['search_application_query'] } };
  expect(beyondCeiling(restricted, 'logging', { a: restricted })).toEqual([]);
  expect(beyondCeiling(restricted, 'logging', { a: { cluster: ['monitor'] } })).toEqual([
    'spec.roleDescriptors.a.restriction',
  ]);
});

test('each role is compared on its own', () => {
  const roles = { a: { cluster: ['manage'] }, b: { cluster: ['all'] } };
  expect(beyondCeiling(ceiling, 'logging', roles)).toEqual([
    'spec.roleDescriptors.a.cluster: manage',
    'spec.roleDescriptors.b.cluster: all',
  ]);
});

describe('where the policy has a longest lifetime, a key', () => {
  const terms = someTerms({ maxExpiration: { text: '90d', ms: 90 * 86_400_000 } });
  test.for<readonly [string, { readonly expiration?: string }, readonly string[]]>([
    ['of that lifetime is inside', { expiration: '90d' }, []],
    ['of a shorter one is inside', { expiration: '2159h' }, []],
    ['of a longer one is not', { expiration: '91d' }, ['spec.expiration is 91d, at most 90d is allowed']],
    ['that never expires is not', {}, ['spec.expiration is missing, at most 90d is allowed']],
  ])('%s', ([, spec, beyond]) => {
    expect(beyondTerms(terms, 'logging', desiredOf(aBeatApiKey({ spec })))).toEqual(beyond);
  });
});

/** The ceiling as a user of that namespace would spell it. */
function ceilingFor(namespace: string): RoleDescriptor {
  return JSON.parse(JSON.stringify(ceiling).replaceAll('{namespace}', namespace)) as RoleDescriptor;
}
