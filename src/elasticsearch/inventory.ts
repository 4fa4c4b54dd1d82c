import { z } from 'zod';
import { METADATA_KEY } from '../api/names.ts';
import { Failure } from '../core/failure.ts';
import type { KeyRecord } from '../core/key-record.ts';
import type { Call } from './endpoint.ts';
import { keyList, keyRecord } from './records.ts';

type Send = <T>(call: Call<T>) => Promise<T>;

const PAGE = 1_000;
const SMALLEST_PAGE = 10;
const MOST_ANSWER = 64 * 1024 * 1024;

const FIELDS = [
  'id',
  'name',
  'creation',
  'expiration',
  'invalidated',
  'username',
  'realm',
  'metadata',
  'role_descriptors',
  '_sort',
];
const FILTER_PATH = FIELDS.map((field) => `api_keys.${field}`);

const sortValues = z.array(z.union([z.string(), z.number()])).min(1);

/** What a listing gave. `skipped`: keys that name this installation but whose mark cannot be read. */
export interface Inventory {
  readonly keys: readonly KeyRecord[];
  readonly skipped: number;
}

/**
 * Every key with the installation's mark that lives, or was created within the last hour. Pages follow each other by
 * creation and name, so that keys made meanwhile come last and none is passed over. A search: it may be a second
 * behind. A page that is too large to read is asked for again in smaller parts.
 */
export async function inventory(send: Send, installation: string): Promise<Inventory> {
  const byID = new Map<string, KeyRecord>();
  let skipped = 0;
  let size = PAGE;
  let after: (string | number)[] | undefined;
  for (;;) {
    const entries = await page(send, installation, size, after);
    if (entries === 'too large') {
      size = Math.floor(size / 10);
      continue;
    }
    for (const entry of entries) {
      const record = keyRecord(entry);
      if (record === undefined) skipped += 1;
      else byID.set(record.id, record);
    }
    const last = sortValues.safeParse(entries.at(-1)?.['_sort']);
    if (entries.length < size || !last.success) return { keys: [...byID.values()], skipped };
    after = last.data;
  }
}

type Entries = z.output<typeof keyList>['api_keys'];

async function page(
  send: Send,
  installation: string,
  size: number,
  after: (string | number)[] | undefined,
): Promise<Entries | 'too large'> {
  const body = {
    query: marked(installation),
    size,
    sort: [{ creation: { order: 'asc' as const } }, { name: { order: 'asc' as const } }],
    ...(after === undefined ? {} : { search_after: after }),
  };
  try {
    const { api_keys } = await send({
      operation: 'query API keys',
      answer: keyList,
      sent: body,
      patience: 3,
      mostBytes: MOST_ANSWER,
      request: (client, options) => client.security.queryApiKeys({ ...body, filter_path: FILTER_PATH }, options),
    });
    return api_keys;
  } catch (error) {
    if (error instanceof Failure && error.code === 'AnswerTooLarge' && size > SMALLEST_PAGE) return 'too large';
    throw error;
  }
}

function marked(installation: string): object {
  return {
    bool: {
      filter: [{ term: { [`metadata.${METADATA_KEY}.installation`]: installation } }],
      should: [
        {
          bool: {
            filter: [{ term: { invalidated: false } }],
            // An expired key stays `invalidated: false` until the server removes it after a week.
            must_not: [{ range: { expiration: { lte: 'now' } } }],
          },
        },
        { range: { creation: { gte: 'now-1h' } } },
      ],
      minimum_should_match: 1,
    },
  };
}
