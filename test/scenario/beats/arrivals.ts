import { setTimeout as sleep } from 'node:timers/promises';
import type { ElasticsearchNode } from '../../testbed/servers.ts';
import type { Source } from './sources.ts';

/** What became of numbered events. */
export interface Tally {
  readonly events: number;
  /** Events without a document. */
  readonly lost: number;
  /** Documents beyond the first of their event. */
  readonly doubled: number;
}

interface Hit {
  readonly _source: {
    readonly message?: string;
    readonly http?: { readonly response?: { readonly body?: { readonly content?: string } } };
  };
}

interface Page {
  readonly _scroll_id: string;
  readonly hits: { readonly hits: readonly Hit[] };
}

const PAGE = 5000;
/** A document comes no later than this after one of a later event, milliseconds, unless it does not come. */
const OVERTAKEN_MS = 6000;
/** Longer than an event is under way when nothing is wrong, on a busy machine. */
const PATIENCE_MS = 60_000;

/** Not of a check that had no answer, for one. */
const OF_AN_EVENT = { multi_match: { query: 'event', fields: ['message', 'http.response.body.content'] } };

/** How many documents of events an index holds, those of this moment included; none where it is not there yet. */
export async function countDocuments(node: ElasticsearchNode, index: string): Promise<number> {
  const { status } = await node.request('POST', `/${index}/_refresh`);
  if (status === 404) return 0;
  const { body } = await node.request('POST', `/${index}/_count`, { query: OF_AN_EVENT });
  return (body as { readonly count: number }).count;
}

/**
 * Holds the events that a source has made until now against the documents of an index, once all are there, or once a
 * later one is, with time enough for those that were overtaken.
 */
export async function tally(node: ElasticsearchNode, index: string, source: Source): Promise<Tally> {
  const { made } = source;
  const since = Date.now();
  for (;;) {
    const numbers = await eventNumbers(node, index);
    const ours = numbers.filter((number) => number <= made);
    const different = new Set(ours).size;
    const waited = Date.now() - since;
    const overtaken = waited > OVERTAKEN_MS && numbers.some((number) => number > made);
    if (different === made || overtaken || waited > PATIENCE_MS)
      return { events: made, lost: made - different, doubled: ours.length - different };
    await sleep(500);
  }
}

/** The number of each document's event: of a line that Filebeat read, or of an answer that Heartbeat got. */
async function eventNumbers(node: ElasticsearchNode, index: string): Promise<readonly number[]> {
  if ((await countDocuments(node, index)) === 0) return [];
  const numbers: number[] = [];
  let { body } = await node.request('POST', `/${index}/_search?scroll=1m`, {
    ...{ size: PAGE, sort: ['_doc'], query: OF_AN_EVENT },
  });
  for (;;) {
    const { hits, _scroll_id: scroll } = body as Page;
    if (hits.hits.length === 0) {
      await node.request('DELETE', '/_search/scroll', { scroll_id: scroll });
      return numbers;
    }
    numbers.push(...hits.hits.map(numberOf));
    ({ body } = await node.request('POST', '/_search/scroll', { scroll: '1m', scroll_id: scroll }));
  }
}

function numberOf({ _source: { message, http } }: Hit): number {
  const text = message ?? http?.response?.body?.content ?? '';
  const number = /^event (\d+)$/.exec(text)?.[1];
  if (number === undefined) throw new Error(`there is a document of no event: "${text}"`);
  return Number(number);
}
