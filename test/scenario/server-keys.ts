import type { ElasticsearchNode } from '../testbed/servers.ts';

/** A key as Elasticsearch's administrator sees it. Times are epoch milliseconds. */
export interface ServerKey {
  readonly id: string;
  readonly name: string;
  readonly invalidated: boolean;
  readonly creation: number;
  readonly expiration?: number;
  readonly invalidation?: number;
  readonly username: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly role_descriptors: Readonly<Record<string, { readonly cluster?: readonly string[] }>>;
}

/** Neither invalidated nor expired. */
export const lives = ({ invalidated, expiration = Infinity }: ServerKey): boolean =>
  !invalidated && expiration > Date.now();

/** How many keys one search gives. */
const PAGE = 1000;

/** All keys, dead ones too, that were ever made for the object of this uid; none that is there already is missed. */
export async function keysOf(node: ElasticsearchNode, uid: string): Promise<readonly ServerKey[]> {
  return query(node, { term: { 'metadata.beatkeys.uid': uid } });
}

/** Whether there is a key of this id that was not invalidated; none that is there already is missed. */
export async function isLiving(node: ElasticsearchNode, id: string): Promise<boolean> {
  const [key] = await query(node, { ids: { values: [id] } });
  return key?.invalidated === false;
}

/** All keys, dead ones too, that a user ever made; none that is there already is missed. */
export async function keysOfUser(node: ElasticsearchNode, username: string): Promise<readonly ServerKey[]> {
  return query(node, { term: { username } });
}

async function query(node: ElasticsearchNode, wanted: object): Promise<readonly ServerKey[]> {
  // Keys are made without a refresh; any write to the same index with one makes them visible to searches.
  await node.request('PUT', '/_security/role/beatkeys-refresh?refresh=true', { cluster: [] });
  const all = new Map<string, ServerKey>();
  for (let from = 0; ;) {
    const page = await olderFirst(node, wanted, from);
    for (const key of page) all.set(key.id, key);
    const last = page.at(-1)?.creation ?? 0;
    if (page.length < PAGE) return [...all.values()];
    if (last === from) throw new Error(`${PAGE} keys were made in one millisecond`);
    from = last;
  }
}

/** The first keys that were made then or later. */
async function olderFirst(node: ElasticsearchNode, wanted: object, from: number): Promise<readonly ServerKey[]> {
  const query = { bool: { filter: [wanted, { range: { creation: { gte: from } } }] } };
  const asked = { size: PAGE, query, sort: ['creation'] };
  const { status, body } = await node.request('POST', '/_security/_query/api_key', asked);
  if (status !== 200) throw new Error(`the keys could not be listed: ${status}`);
  return (body as { api_keys: readonly ServerKey[] }).api_keys;
}
