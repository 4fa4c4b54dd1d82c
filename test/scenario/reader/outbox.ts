import type { ElasticsearchNode, Reply } from '../../testbed/servers.ts';

/** What became of a document: taken; not known, so that it is sent again; or refused, and how. */
export type Answer = 'taken' | 'unsure' | { readonly refused: string };

/** Where the documents of all clients of a node go. */
export interface Shelf {
  readonly node: ElasticsearchNode;
  readonly index: string;
}

/**
 * The documents of one client, numbered, sent one by one as the Elasticsearch output of a Beat does it. The next one is
 * sent when the one before was taken. A document's number is its id, so that one that is sent again is never there twice.
 */
export class Outbox {
  readonly client: string;
  readonly #shelf: Shelf;
  #taken = 0;

  constructor(client: string, shelf: Shelf) {
    this.client = client;
    this.#shelf = shelf;
  }

  /** Whether its documents go there. */
  isOn(shelf: Shelf): boolean {
    return shelf === this.#shelf;
  }

  /** How many documents Elasticsearch has taken. */
  get taken(): number {
    return this.#taken;
  }

  /** Sends a document with this key, the data key `encoded` of a Secret. */
  async send(encoded: string): Promise<Answer> {
    const { node, index } = this.#shelf;
    const action = { create: { _index: index, _id: `${this.client}-${this.#taken}` } };
    const document = { '@timestamp': new Date().toISOString(), client: this.client };
    const lines = [action, document].map((line) => `${JSON.stringify(line)}\n`).join('');
    const answer = await node.request('POST', '/_bulk', lines, { as: { apiKey: encoded } }).then(judge, () => 'unsure');
    if (answer === 'taken') this.#taken += 1;
    return answer as Answer;
  }
}

interface Item {
  readonly status: number;
  readonly error?: { readonly type?: string; readonly additional_unsuccessful_credentials?: string };
}

/** A bulk request is answered with 200 although its documents were dropped. */
function judge({ status, body }: Reply): Answer {
  const [item] = status === 200 ? (body as { items: readonly { create: Item }[] }).items : [];
  const outcome: Item = item?.create ?? { status, ...(body as object) };
  // It was taken before, and the answer got lost.
  if (outcome.status === 201 || outcome.status === 409) return 'taken';
  if (outcome.status === 429 || outcome.status >= 500) return 'unsure';
  const { type = 'of no type', additional_unsuccessful_credentials: reason = '' } = outcome.error ?? {};
  return { refused: `${outcome.status} ${type} in an answer of ${status}; ${reason}` };
}

/** Makes the index of all clients, so that their documents can be counted. */
export async function openShelf(node: ElasticsearchNode, index: string): Promise<Shelf & AsyncDisposable> {
  const { status } = await node.request('PUT', `/${index}`, {
    settings: { number_of_shards: 1, number_of_replicas: 0 },
    mappings: { properties: { client: { type: 'keyword' }, '@timestamp': { type: 'date' } } },
  });
  if (status !== 200) throw new Error(`the index ${index} was answered with ${status}`);
  return {
    node,
    index,
    async [Symbol.asyncDispose]() {
      await node.request('DELETE', `/${index}`);
    },
  };
}

/** How many documents of each client are there. */
export async function countedByClient({ node, index }: Shelf): Promise<Readonly<Record<string, number>>> {
  await node.request('POST', `/${index}/_refresh`);
  const aggs = { clients: { terms: { field: 'client', size: 60_000 } } };
  const { status, body } = await node.request('POST', `/${index}/_search`, { size: 0, aggs });
  if (status !== 200) throw new Error(`counting documents was answered with ${status}`);
  const { buckets } = (body as Counted).aggregations.clients;
  return Object.fromEntries(buckets.map(({ key, doc_count }) => [key, doc_count]));
}

interface Counted {
  readonly aggregations: {
    readonly clients: { readonly buckets: readonly { readonly key: string; readonly doc_count: number }[] };
  };
}
