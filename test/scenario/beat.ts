import type { Credentials, ElasticsearchNode } from '../testbed/servers.ts';

/**
 * What became of a document. A right that is missing refuses it in an answer of 200 where the key may write elsewhere,
 * and else the whole request; any other status is given as it is.
 */
export type Publication = 'taken' | 'refused' | number;

/** Acts as a Beat would with a key. Every method answers with the status, or what is told otherwise. */
export interface Beat {
  /** Who am I: 200 or 401. */
  authenticate(): Promise<number>;
  /** `GET /`, as every Beat begins: needs the cluster privilege `monitor`. */
  greet(): Promise<number>;
  /** One document by `_bulk` with `create`, the index made on the way, as the Elasticsearch output does it. */
  publish(index: string): Promise<Publication>;
  /** The same with an id of its own and `index`, which overwrites: more than `create_doc` allows. */
  overwrite(index: string): Promise<Publication>;
  search(index: string): Promise<number>;
  /** Whether it may look for ingest pipelines, of which there are none: needs the cluster privilege `read_pipeline`. */
  mayReadPipelines(): Promise<boolean>;
  deleteIndex(index: string): Promise<number>;
}

/** A Beat whose configuration holds this key, in the form of the data key `encoded`. */
export function aBeat(node: ElasticsearchNode, encoded: string): Beat {
  const as: Credentials = { apiKey: encoded };
  const status = async (method: 'GET' | 'POST' | 'DELETE', path: string) =>
    (await node.request(method, path, undefined, { as })).status;
  const bulk = async (action: object): Promise<Publication> => {
    const document = { '@timestamp': new Date().toISOString(), message: 'seen' };
    const lines = [action, document].map((line) => `${JSON.stringify(line)}\n`).join('');
    const { status: code, body } = await node.request('POST', '/_bulk', lines, { as });
    if (code !== 200) return code === 403 ? 'refused' : code;
    const [item] = (body as { items: readonly Readonly<Record<string, { readonly status: number }>>[] }).items;
    const outcome = Object.values(item ?? {})[0]?.status ?? 0;
    return outcome === 201 ? 'taken' : outcome === 403 ? 'refused' : outcome;
  };
  return {
    authenticate: () => status('GET', '/_security/_authenticate'),
    greet: () => status('GET', '/'),
    publish: (index) => bulk({ create: { _index: index } }),
    overwrite: (index) => bulk({ index: { _index: index, _id: '1' } }),
    search: (index) => status('GET', `/${index}/_search`),
    mayReadPipelines: async () => (await status('GET', '/_ingest/pipeline')) !== 403,
    deleteIndex: (index) => status('DELETE', `/${index}`),
  };
}
