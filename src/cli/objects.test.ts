import { describe, expect, test } from 'vitest';
import { PRESET } from '../../test/builders/specs.ts';
import { nameOf, sortObjects } from './objects.ts';

const API_VERSION = 'beatkeys.dev/v1alpha1';
const key = (metadata: object, rest: object = {}) => ({
  ...{ apiVersion: API_VERSION, kind: 'BeatApiKey', metadata, spec: PRESET },
  ...rest,
});
const sort = (...values: readonly unknown[]) => {
  const manifests = values.map((value, index) => ({ place: `f, document ${index + 1}`, value }));
  return sortObjects({ manifests, complaints: [] }, 'default');
};
const complaints = (...values: readonly unknown[]) => sort(...values).complaints.map(({ message }) => message);

test('objects of ours are found, and other kinds passed over', () => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'logging', labels: { team: 'net' } } };
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' } };
  const connection = { apiVersion: API_VERSION, kind: 'ElasticsearchConnection', metadata: { name: 'main' } };
  const found = sort(namespace, deployment, connection, key({ name: 'a', namespace: 'logging' }), 'text', 7);
  expect(found.complaints).toEqual([]);
  expect(found.keys.map(({ place, object }) => [place, nameOf(object)])).toEqual([['f, document 4', 'logging/a']]);
  expect(found.connections.map(({ object }) => nameOf(object))).toEqual(['default/main']);
  expect(found.namespaces.get('logging')).toEqual({ team: 'net' });
});

test('an object is as the API server would make it', () => {
  const [made] = sort(key({ name: 'a' })).keys;
  expect(made?.object.metadata).toMatchObject({ namespace: 'default', uid: '<uid>', generation: 1 });
  const [live] = sort(key({ name: 'a', uid: 'u', generation: 4 })).keys;
  expect(live?.object.metadata).toMatchObject({ uid: 'u', generation: 4 });
});

describe('a manifest is refused', () => {
  test.for<readonly [string, unknown, string]>([
    ['of another version', key({ name: 'a' }, { apiVersion: 'beatkeys.dev/v1' }), 'but is "beatkeys.dev/v1"'],
    ['without a version', key({ name: 'a' }, { apiVersion: undefined }), 'apiVersion must be beatkeys.dev/v1alpha1'],
    ['of a kind that there is not', key({ name: 'a' }, { kind: 'BeatAPIKeys' }), 'did you mean BeatApiKey?'],
    ['without a name', key({}), 'metadata.name is required'],
    ['with a name that cannot be', key({ name: 'Packetbeat' }), 'metadata.name must be a name of a Kubernetes object'],
    ['in a namespace that cannot be', key({ name: 'a', namespace: 'a.b' }), 'metadata.namespace must be a name'],
  ])('%s', ([, manifest, message]) => {
    expect(complaints(manifest)).toEqual([expect.stringContaining(message)]);
  });

  test('that is there twice', () => {
    expect(complaints(key({ name: 'a' }), key({ name: 'a', namespace: 'default' }))).toEqual([
      'is there twice, also in f, document 1',
    ]);
  });
});
