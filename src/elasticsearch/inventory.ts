import * as z from 'zod';
import { METADATA_KEY } from '../api/names.ts';
import { Failure } from '../core/failure.ts';
import type { KeyRecord } from '../core/key-record.ts';
import { fieldsOf } from '../lib/json.ts';
import type { Call } from './endpoint.ts';
import { failure, UNREADABLE } from './failure.ts';
import { keyRecord, milliseconds } from './records.ts';

type Send = <T>(call: Call<T>) => Promise<T>;

const PAGE = 1_000;
const SMALLEST_PAGE = 10;
/** A page of a thousand keys has one to three MiB as a rule; ten of the largest keys that a BeatApiKey can ask for fit. */
const MOST_ANSWER = 16 * 1024 * 1024;
/** Twenty for each of ten thousand objects. A list that goes on would fill the memory. */
const MOST_KEYS = 200_000;

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
];
const FILTER_PATH = FIELDS.map((field) => `api_keys.${field}`);

/** Which keys to list. */
export interface WantedKeys {
  readonly installation: string;
  /** Only those that were made for the object of this uid. */
  readonly uid?: string;
  /** Dead ones too, as long as the server keeps them: those that expired, or whatever ended them. */
  readonly dead?: 'expired' | 'any';
}

/** What a listing gave. `skipped`: keys that name this installation but whose mark cannot be read. */
export interface Inventory {
  readonly keys: readonly KeyRecord[];
  readonly skipped: number;
}

/** Every key with the installation's mark that lives, or was created within the last hour. */
export const inventory = (send: Send, installation: string): Promise<Inventory> => listKeys(send, { installation });

/**
 * The keys with the installation's mark that live or were created within the last hour, and the dead ones if wanted. A
 * search: it may be a second behind. Each page begins at the millisecond in which the last one ended, and what comes twice counts once:
 * `search_after` would pass over keys of one name and one millisecond at a page's edge, since no field that the server
 * sorts by tells them apart. A page that is too large to read is asked for again in smaller parts.
 */
export async function listKeys(send: Send, wanted: WantedKeys): Promise<Inventory> {
  const byID = new Map<unknown, KeyRecord | undefined>();
  let size = PAGE;
  let unreadable = Infinity;
  let from = 0;
  for (;;) {
    const entries = await page(send, wanted, size, from);
    if (entries === 'too large') {
      unreadable = size;
      size = Math.floor(size / 10);
      continue;
    }
    const before = byID.size;
    for (const entry of entries) byID.set(fieldsOf(entry)['id'], ofInstallation(wanted.installation, entry));
    if (entries.length < size) return summary([...byID.values()]);
    if (byID.size > MOST_KEYS) throw tooMany();
    const end = milliseconds.safeParse(fieldsOf(entries.at(-1))['creation']).data ?? -1;
    // What comes twice was made in the millisecond in which the page begins.
    if (end < from || (end > from && byID.size === before)) throw failure(OPERATION, UNREADABLE);
    // A page within one millisecond leads nowhere: only a larger one gets past it.
    if (end === from) size = larger(size, unreadable);
    from = end;
  }
}

/** The key of an entry, where it is one of this installation's that can be read. */
function ofInstallation(installation: string, entry: unknown): KeyRecord | undefined {
  const record = keyRecord(entry);
  return record?.mark.installation === installation ? record : undefined;
}

function summary(records: readonly (KeyRecord | undefined)[]): Inventory {
  const keys = records.filter((record) => record !== undefined);
  return { keys, skipped: records.length - keys.length };
}

const OPERATION = 'query API keys';

function larger(size: number, unreadable: number): number {
  if (size * 10 < unreadable) return size * 10;
  throw failure(OPERATION, {
    kind: 'unsupported',
    code: 'AnswerTooLarge',
    detail: 'Too many large keys were made at once',
  });
}

function tooMany(): Failure {
  const detail = `Elasticsearch lists more than ${MOST_KEYS} keys of this installation`;
  return failure(OPERATION, { kind: 'unsupported', code: 'TooManyKeys', detail });
}

/** Entries are read one by one: one that is odd spoils no other. */
const entryList = z.object({ api_keys: z.array(z.unknown()).default([]) });
type Entries = z.output<typeof entryList>['api_keys'];

async function page(send: Send, wanted: WantedKeys, size: number, from: number): Promise<Entries | 'too large'> {
  const body = { query: marked(wanted, from), size, sort: [{ creation: { order: 'asc' as const } }] };
  try {
    const { api_keys } = await send({
      operation: OPERATION,
      answer: entryList,
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

function marked({ installation, uid, dead }: WantedKeys, from: number): object {
  const mark = `metadata.${METADATA_KEY}`;
  return {
    bool: {
      filter: [
        { term: { [`${mark}.installation`]: installation } },
        ...(uid === undefined ? [] : [{ term: { [`${mark}.uid`]: uid } }]),
        ...(dead === 'expired' ? [{ term: { invalidated: false } }] : []),
        { range: { creation: { gte: from } } },
      ],
      ...(dead === undefined ? LIVING_OR_YOUNG : {}),
    },
  };
}

const LIVING_OR_YOUNG = {
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
};
