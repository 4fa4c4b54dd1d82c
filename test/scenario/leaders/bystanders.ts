import { expect } from 'vitest';
import { LABELS, MANAGED_BY } from '../../../src/api/names.ts';
import { secret } from '../manifests.ts';
import type { Site } from '../site.ts';

/** Secrets and keys that are none of the operator's business, however much they look like it. */
export interface Bystanders {
  /** Fails where any of them was changed. */
  expectUntouched(): Promise<void>;
}

/** The name of a Secret of somebody else, for an object of the same name. */
export const TAKEN = 'taken';

/** Makes them in the namespace of the site, the keys as the operator's own user. */
export async function makeBystanders({ objects, node, user }: Site): Promise<Bystanders> {
  const lookalike = secret(objects.namespace, 'lookalike', { key: 'x' });
  const labels = { [LABELS.managedBy]: MANAGED_BY, [LABELS.ownerUID]: '5f0c1e5e-0000-4000-8000-000000000000' };
  await objects.apply(secret(objects.namespace, TAKEN, { key: 'x' }), {
    ...lookalike,
    metadata: { ...lookalike.metadata, labels },
  });
  const ids: string[] = [];
  for (const metadata of [{}, { beatkeys: { installation: 'another', name: TAKEN, namespace: objects.namespace } }]) {
    const role = { cluster: ['monitor'] };
    const body = { name: `${objects.namespace}/${TAKEN}`, role_descriptors: { role }, metadata };
    const answer = await node.request('PUT', '/_security/api_key', body, { as: user });
    if (answer.status !== 200) throw new Error(`a key could not be made: ${answer.status}`);
    ids.push((answer.body as { readonly id: string }).id);
  }
  const state = async () => ({
    secrets: await Promise.all([TAKEN, 'lookalike'].map((name) => objects.find('Secret', name))),
    keys: await Promise.all(ids.map(async (id) => (await node.request('GET', `/_security/api_key?id=${id}`)).body)),
  });
  const before = await state();
  return { expectUntouched: async () => expect(await state()).toEqual(before) };
}
