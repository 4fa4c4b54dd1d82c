import type { ElasticsearchNode } from '../testbed/servers.ts';

/** A key as Elasticsearch's administrator sees it. Times are epoch milliseconds. */
export interface ServerKey {
  readonly id: string;
  readonly name: string;
  readonly invalidated: boolean;
  readonly creation: number;
  readonly expiration?: number;
  readonly username: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly role_descriptors: Readonly<Record<string, { readonly cluster?: readonly string[] }>>;
}

/** Neither invalidated nor expired. */
export const lives = ({ invalidated, expiration = Infinity }: ServerKey): boolean =>
  !invalidated && expiration > Date.now();

/** As many as one search gives. */
const MOST = 10_000;

/** All keys, dead ones too, that were ever made for the object of this uid; none that is there already is missed. */
export async function keysOf(node: ElasticsearchNode, uid: string): Promise<readonly ServerKey[]> {
  return query(node, { term: { 'metadata.beatkeys.uid': uid } });
}

/** Whether there is a key of this id that was not invalidated; none that is there already is missed. */
export async function isLiving(node: ElasticsearchNode, id: string): Promise<boolean> {
  const [key] = await query(node, { ids: { values: [id] } });
  return key?.invalidated === false;
}

async function query(node: ElasticsearchNode, wanted: object): Promise<readonly ServerKey[]> {
  // Keys are made without a refresh; any write to the same index with one makes them visible to searches.
  await node.request('PUT', '/_security/role/beatkeys-refresh?refresh=true', { cluster: [] });
  const { status, body } = await node.request('POST', '/_security/_query/api_key', { size: MOST, query: wanted });
  if (status !== 200) throw new Error(`the keys could not be listed: ${status}`);
  const { total, api_keys: keys } = body as { total: number; api_keys: readonly ServerKey[] };
  if (keys.length < total) throw new Error(`there are ${total} keys, more than can be listed at once`);
  return keys;
}
