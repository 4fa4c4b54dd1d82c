import { expect, test } from 'vitest';
import { FIELD_MANAGER } from '../api/names.ts';
import { secretMetadata } from './secret-metadata.ts';

const entry = (manager: string, operation: string, fieldsV1: object) => ({ manager, operation, fieldsV1 });
const data = (...keys: string[]) => ({
  'f:data': { '.': {}, ...Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) },
});

const secret = (managedFields: ReturnType<typeof entry>[]) => ({
  metadata: { namespace: 'n', name: 's', uid: 'u', resourceVersion: '1', managedFields },
});

test.each([
  ['ours alone', [entry(FIELD_MANAGER, 'Update', data('id', 'key'))], ['id', 'key']],
  [
    'one of them edited by kubectl',
    [entry(FIELD_MANAGER, 'Update', data('id')), entry('kubectl-edit', 'Update', data('key'))],
    ['id'],
  ],
  [
    'applied with the same value by another',
    [entry(FIELD_MANAGER, 'Update', data('id')), entry('argocd', 'Apply', data('id'))],
    [],
  ],
  ['applied under our name', [entry(FIELD_MANAGER, 'Apply', data('id'))], []],
  ['nothing known', [], []],
])('data keys that are %s', (_, managedFields, owned) => {
  expect(secretMetadata(secret(managedFields)).ownedDataKeys).toEqual(owned);
});

test("labels and annotations that we set are told, the journal's and our own left out", () => {
  const fieldsV1 = {
    'f:metadata': {
      'f:labels': { '.': {}, 'f:app.kubernetes.io/managed-by': {}, 'f:team': {} },
      'f:annotations': { '.': {}, 'f:beatkeys.dev/key-id': {}, 'f:note': {} },
    },
  };
  expect(secretMetadata(secret([entry(FIELD_MANAGER, 'Update', fieldsV1)]))).toMatchObject({
    ownedLabels: ['team'],
    ownedAnnotations: ['note'],
  });
});

test('the controller is the one reference that says so', () => {
  const reference = { apiVersion: 'v1', kind: 'X', name: 'x' };
  const object = secret([]);
  const metadata = {
    ...object.metadata,
    ownerReferences: [
      { ...reference, uid: '1' },
      { ...reference, uid: '2', controller: true },
    ],
  };
  expect(secretMetadata({ metadata })).toMatchObject({ controllerUID: '2', otherController: 'X x' });
  expect(secretMetadata(object).controllerUID).toBeUndefined();
});

test('a controller of our kind is told by its uid alone', () => {
  const reference = { apiVersion: 'beatkeys.dev/v1alpha1', kind: 'BeatApiKey', name: 'x', uid: '2', controller: true };
  const metadata = { ...secret([]).metadata, ownerReferences: [reference] };
  expect(secretMetadata({ metadata })).toMatchObject({ controllerUID: '2' });
  expect(secretMetadata({ metadata })).not.toHaveProperty('otherController');
});
