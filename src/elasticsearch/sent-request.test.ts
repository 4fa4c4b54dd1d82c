import { expect, test } from 'vitest';
import { createKey, invalidateKeys } from './key-requests.ts';
import { sentRequest } from './sent-request.ts';

const mark = {
  installation: 'i',
  namespace: 'logging',
  name: 'packetbeat',
  uid: 'u',
  attempt: 'a',
  fingerprint: 'f',
  reason: 'FirstIssue',
  generation: '1',
};

test('a request is what the client makes of it', async () => {
  const roleDescriptors = { writer: { cluster: ['monitor'] } };
  const request = {
    name: 'logging/packetbeat',
    roleDescriptors,
    userMetadata: { team: 'net' },
    mark,
    expiration: '1h',
  };
  expect(await sentRequest(createKey(request))).toEqual({
    method: 'PUT',
    path: '/_security/api_key?refresh=false',
    body: {
      name: 'logging/packetbeat',
      role_descriptors: roleDescriptors,
      metadata: { team: 'net', beatkeys: mark },
      expiration: '1h',
    },
  });
});

test('whatever the call', async () => {
  const { method, body } = await sentRequest(invalidateKeys(['id'], false));
  expect({ method, body }).toEqual({ method: 'DELETE', body: { ids: ['id'], owner: true } });
});
