import { describe, expect, test } from 'vitest';
import { aBeatApiKey, type BeatApiKeyOptions } from '../../test/builders/beat-api-key.ts';
import { anElasticsearchConnection } from '../../test/builders/elasticsearch-connection.ts';
import type { ElasticsearchConnectionSpec } from '../api/types.ts';
import { connectionProblems, judge } from './judgement.ts';
import type { Objects } from './objects.ts';

const place = 'f, document 1';
const strict = { allowsMissingConnections: false };

interface Given {
  readonly keys?: readonly BeatApiKeyOptions[];
  readonly connection?: Partial<ElasticsearchConnectionSpec>;
  readonly namespaces?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A connection `logging/main`, and the packetbeat preset in namespace logging unless given. */
const objects = ({ keys = [{}], connection = {}, namespaces = {} }: Given = {}): Objects => ({
  keys: keys.map((options) => ({ place, object: aBeatApiKey(options) })),
  connections: [{ place, object: anElasticsearchConnection(connection) }],
  namespaces: new Map(Object.entries(namespaces)),
  complaints: [],
});
const reasons = (given: Given, options = strict) =>
  judge(objects(given), options).map(({ refusals }) => refusals.map(({ reason }) => reason));
const messages = (given: Given) =>
  judge(objects(given), strict).flatMap(({ refusals }) => refusals.map((each) => each.message));

test('what the connection lends is accepted', () => {
  const [judged] = judge(objects(), strict);
  expect(judged).toMatchObject({ connection: 'logging/main', refusals: [], notes: [] });
  expect(judged?.desired?.keyName).toBe('logging/packetbeat');
});

test('a spec that breaks rules is refused with all of them', () => {
  const spec = { expiration: 'soon', expiratoin: '30d' } as object;
  expect(messages({ keys: [{ spec }] })).toEqual([
    expect.stringMatching(/^spec\.expiration must be a whole number above zero and a unit .*, but is "soon"$/),
    'spec.expiratoin is not a known field (did you mean expiration?)',
  ]);
});

test('without its connection nothing can be accepted, unless that is allowed', () => {
  const keys = [{ spec: { connectionRef: { name: 'other' } } }];
  expect(reasons({ keys })).toEqual([['ConnectionNotFound']]);
  const [judged] = judge(objects({ keys }), { allowsMissingConnections: true });
  expect(judged?.refusals).toEqual([]);
  expect(judged?.notes).toEqual([expect.stringContaining('logging/other is not among the manifests')]);
});

test('a connection that is not valid lends nothing', () => {
  expect(reasons({ connection: { urls: ['ftp://es'] } })).toEqual([['ConnectionNotReady']]);
  const bad = anElasticsearchConnection({ urls: ['ftp://es'] });
  expect(connectionProblems(bad).map(({ path }) => path)).toContain('spec.urls[0]');
  expect(connectionProblems(anElasticsearchConnection())).toEqual([]);
});

describe('consent', () => {
  const elsewhere = {
    metadata: { namespace: 'edge' },
    spec: { connectionRef: { name: 'main', namespace: 'logging' } },
  };
  const selecting = (matchLabels: Record<string, string>) => ({
    allowedNamespaces: { from: 'Selector' as const, selector: { matchLabels } },
  });

  test('is refused to another namespace', () => {
    expect(reasons({ keys: [elsewhere] })).toEqual([['NamespaceNotAllowed']]);
  });

  test('is decided by the labels of the Namespace, where it is given', () => {
    const given = { keys: [elsewhere], connection: selecting({ team: 'net' }) };
    expect(reasons({ ...given, namespaces: { edge: { team: 'net' } } })).toEqual([[]]);
    expect(reasons({ ...given, namespaces: { edge: { team: 'web' } } })).toEqual([['NamespaceNotAllowed']]);
  });

  test('is noted where it is not', () => {
    const [judged] = judge(objects({ keys: [elsewhere], connection: selecting({ team: 'net' }) }), strict);
    expect(judged?.refusals).toEqual([]);
    expect(judged?.notes).toEqual([expect.stringContaining('Namespace edge is not among the manifests')]);
  });

  test('by name needs no Namespace', () => {
    const named = (name: string) => selecting({ 'kubernetes.io/metadata.name': name });
    expect(reasons({ keys: [elsewhere], connection: named('edge') })).toEqual([[]]);
    expect(reasons({ keys: [elsewhere], connection: named('core') })).toEqual([['NamespaceNotAllowed']]);
  });
});

describe('policy', () => {
  const policy = {
    roleDescriptor: { cluster: ['monitor'], indices: [{ names: ['logs-{namespace}-*'], privileges: ['create_doc'] }] },
    maxExpiration: '90d',
  };
  const asking = (name: string, expiration = '30d') => ({
    spec: { roleDescriptors: { writer: { indices: [{ names: [name], privileges: ['create_doc'] }] } }, expiration },
  });

  test('lends to each namespace its own', () => {
    expect(reasons({ keys: [asking('logs-logging-app')], connection: { policy } })).toEqual([[]]);
    expect(reasons({ keys: [asking('logs-edge-app')], connection: { policy } })).toEqual([['PolicyViolation']]);
  });

  test('names what was asked for, and what is lent', () => {
    const [judged] = judge(objects({ keys: [asking('secrets', '120d')], connection: { policy } }), strict);
    expect(judged?.refusals.map(({ message }) => message)).toEqual([
      'spec.expiration is 120d, at most 90d is allowed, beyond spec.policy of ElasticsearchConnection logging/main',
      'spec.roleDescriptors.writer.indices: create_doc on secrets, beyond spec.policy of ElasticsearchConnection logging/main',
    ]);
    expect(judged?.notes).toEqual([
      'ElasticsearchConnection logging/main lends cluster: monitor; create_doc on logs-{namespace}-*; for 90d at most',
    ]);
  });
});

test('two objects do not share a Secret', () => {
  const second = { metadata: { name: 'second' }, spec: { secret: { name: 'packetbeat' } } };
  expect(reasons({ keys: [{}, second] })).toEqual([[], ['SecretConflict']]);
});
