import { expect, test } from 'vitest';
import { collectionURL, objectURL, SECRETS } from './resource.ts';

test('no name leads to another path', () => {
  const path = { resource: SECRETS, namespace: '../kube-system', name: '../../nodes?watch=true#x' };
  expect(objectURL(path, 'status')).toBe(
    '/api/v1/namespaces/..%2Fkube-system/secrets/..%2F..%2Fnodes%3Fwatch%3Dtrue%23x/status',
  );
  expect(collectionURL({ resource: SECRETS, namespace: 'a/b' })).toBe('/api/v1/namespaces/a%2Fb/secrets');
});
