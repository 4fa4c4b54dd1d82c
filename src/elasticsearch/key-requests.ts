import * as z from 'zod';
import type { CreatedKey } from '../controller/ports.ts';
import type { KeyChange, KeyRequest } from '../core/key-record.ts';
import { Sensitive } from '../runtime/sensitive.ts';
import type { Call } from './endpoint.ts';
import { failure } from './failure.ts';
import type { Operation } from './operations.ts';
import { keyID, keyList, keySecret, markedMetadata, milliseconds } from './records.ts';

const created = z
  .object({
    id: keyID,
    api_key: keySecret.transform((secret) => new Sensitive(secret)),
    expiration: milliseconds.optional(),
  })
  .transform(({ id, api_key: secret, expiration }): CreatedKey => ({
    id,
    secret,
    ...(expiration === undefined ? {} : { expiration }),
  }));

/** With `refresh=false`: the key works at once, and is found by get, update, invalidate and query about a second later. */
export function createKey({ name, roleDescriptors, userMetadata, mark, expiration }: KeyRequest): Call<CreatedKey> {
  const body = {
    name,
    ...content('create API key', { roleDescriptors, userMetadata, mark }),
    ...(expiration === undefined ? {} : { expiration }),
  };
  return {
    operation: 'create API key',
    answer: created,
    sent: body,
    request: (client, options) => client.security.createApiKey({ ...body, refresh: false }, options),
  };
}

export function updateKey(id: string, { roleDescriptors, userMetadata, mark, expiration }: KeyChange): Call<unknown> {
  const body = {
    ...content('update API key', { roleDescriptors, userMetadata, mark }),
    ...(expiration === undefined ? {} : { expiration }),
  };
  return {
    operation: 'update API key',
    answer: z.object({ updated: z.boolean() }),
    sent: body,
    request: (client, options) => client.security.updateApiKey({ id, ...body }, options),
  };
}

/** Without `owner` this takes `manage_api_key`. */
export function invalidateKeys(ids: readonly string[], ofAnyOwner: boolean): Call<readonly string[]> {
  const body = { ids: [...ids], ...(ofAnyOwner ? {} : { owner: true }) };
  return {
    operation: 'invalidate API keys',
    answer: z
      .object({ invalidated_api_keys: z.array(keyID) })
      .transform(({ invalidated_api_keys: invalidated }) => invalidated.filter((id) => ids.includes(id))),
    sent: body,
    request: (client, options) => client.security.invalidateApiKey(body, options),
  };
}

export function getKey(id: string): Call<z.output<typeof keyList>> {
  return {
    operation: 'get API key',
    answer: keyList,
    request: (client, options) => client.security.getApiKey({ id, owner: true }, options),
  };
}

/** Elasticsearch takes no descriptors at all for all of the owner's privileges; that is never meant here. */
function content(operation: Operation, { roleDescriptors, userMetadata, mark }: Omit<KeyChange, 'expiration'>) {
  if (Object.keys(roleDescriptors).length === 0) {
    const detail = 'A key without role descriptors would hold every privilege of the operator';
    throw failure(operation, { kind: 'rejected', code: 'NoRoleDescriptors', detail });
  }
  return { role_descriptors: roleDescriptors as never, metadata: markedMetadata(userMetadata, mark) };
}
