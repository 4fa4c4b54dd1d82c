import { describe, expect, test } from 'vitest';
import { describeProblems, parseBeatApiKeySpec } from './parse.ts';

const keySentence = (spec: unknown) => {
  const parsed = parseBeatApiKeySpec(spec);
  return parsed.ok ? '' : describeProblems(parsed.problems);
};
const withRole = (role: unknown) => ({ connectionRef: { name: 'main' }, roleDescriptors: { writer: role } });
const withEntry = (entry: object) => withRole({ indices: [{ names: ['a'], privileges: ['read'], ...entry }] });

describe('Role descriptors', () => {
  test.each<[string, unknown, string]>([
    [
      'no descriptor',
      { connectionRef: { name: 'main' }, roleDescriptors: {} },
      'spec.roleDescriptors must have a descriptor: none at all would grant everything',
    ],
    [
      'a misspelt field that was to grant everything',
      withRole({ clster: ['monitor'] }),
      'spec.roleDescriptors.writer.clster is not a known field (did you mean cluster?)',
    ],
    ['an empty descriptor', withRole({}), 'spec.roleDescriptors.writer must grant something: it names no privilege'],
    [
      'a descriptor of empty lists',
      withRole({ cluster: [], index: [] }),
      'spec.roleDescriptors.writer must grant something: it names no privilege',
    ],
    [
      'index and indices',
      withRole({ index: [], indices: [], cluster: ['monitor'] }),
      'spec.roleDescriptors.writer must have index or indices, not both: they are one field',
    ],
    [
      'a misspelt field_security',
      withEntry({ field_securty: { grant: ['a'] } }),
      'spec.roleDescriptors.writer.indices[0].field_securty is not a known field (did you mean field_security?)',
    ],
    [
      'an unknown field without a like',
      withRole({ cluster: ['monitor'], restriction: { workflows: ['a'], x: 1 } }),
      'spec.roleDescriptors.writer.restriction.x is not a known field (known are workflows)',
    ],
    [
      'the description of a role, which Elasticsearch does not take in a key',
      withRole({ cluster: ['monitor'], description: 'writes' }),
      'spec.roleDescriptors.writer.description is not a known field (known are cluster, index, indices, applications, run_as, global, metadata, transient_metadata, restriction, remote_indices, remote_cluster)',
    ],
    [
      'an unknown field in a descriptor with a name of its own kind',
      { connectionRef: { name: 'main' }, roleDescriptors: { 'my role': { cluster: ['monitor'], clster: [] } } },
      'spec.roleDescriptors["my role"].clster is not a known field (did you mean cluster?)',
    ],
    [
      'except without grant',
      withEntry({ field_security: { except: ['a'] } }),
      'spec.roleDescriptors.writer.indices[0].field_security must have grant if it has except',
    ],
    [
      'a query that is a list',
      withEntry({ query: [] }),
      'spec.roleDescriptors.writer.indices[0].query must be text or an object',
    ],
    [
      'names that are text',
      withEntry({ names: 'a' }),
      'spec.roleDescriptors.writer.indices[0].names must be a list, not text',
    ],
    ['no names', withEntry({ names: [] }), 'spec.roleDescriptors.writer.indices[0].names must not be empty'],
    [
      'a privilege twice',
      withEntry({ privileges: ['read', 'read'] }),
      'spec.roleDescriptors.writer.indices[0].privileges must not name anything twice',
    ],
    [
      'reserved metadata of a role',
      withRole({ cluster: ['monitor'], metadata: { _reserved: true } }),
      'spec.roleDescriptors.writer.metadata must not have names that start with _',
    ],
    [
      'a restriction beside another descriptor',
      {
        connectionRef: { name: 'main' },
        roleDescriptors: {
          a: { cluster: ['monitor'] },
          b: { cluster: ['monitor'], restriction: { workflows: ['c'] } },
        },
      },
      'spec.roleDescriptors must have one descriptor only if it has a restriction',
    ],
  ])('says what is wrong with %s', (_name, spec, sentence) => {
    expect(keySentence(spec)).toBe(sentence);
  });

  test.each<[string, unknown]>([
    ['a query as text', withEntry({ query: '{"match_all":{}}' })],
    ['a query as an object', withEntry({ query: { bool: { filter: [{ term: { a: 1 } }] } } })],
    [
      'what Kibana shows',
      withRole({
        cluster: [],
        indices: [{ names: ['books'], privileges: ['read'] }],
        applications: [],
        run_as: [],
        metadata: {},
        transient_metadata: { enabled: true },
      }),
    ],
    [
      'every other field',
      withRole({
        applications: [{ application: 'apm', privileges: ['event:write'], resources: ['*'] }],
        global: { application: { manage: { applications: ['apm'] } } },
        restriction: { workflows: ['search_application_query'] },
        remote_indices: [{ clusters: ['a*'], names: ['b'], privileges: ['read'] }],
        remote_cluster: [{ clusters: ['a'], privileges: ['monitor_enrich'] }],
      }),
    ],
  ])('takes %s', (_name, spec) => {
    expect(keySentence(spec)).toBe('');
  });

  test('refuses descriptors that are too large as a whole', () => {
    const query = JSON.stringify({ match: { a: 'b'.repeat(66_000) } });
    expect(keySentence(withEntry({ query }))).toBe(
      'spec.roleDescriptors must not be longer than 65536 characters as JSON',
    );
  });
});
