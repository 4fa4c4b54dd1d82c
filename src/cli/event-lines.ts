import type { BeatApiKey } from '../api/types.ts';
import type { Caller } from '../kubernetes/caller.ts';
import { EVENTS } from '../kubernetes/resource.ts';
import { fieldsOf } from '../lib/json.ts';
import { compare } from './selection.ts';

/** An Event as it is shown; `time` is when it happened last, RFC 3339 in whole seconds. */
export interface EventLine {
  readonly time: string;
  readonly type: string;
  readonly reason: string;
  readonly note: string;
  readonly count: number;
}

/** So many of the newest are shown. */
const SHOWN = 10;

/** The last events on an object, oldest first. Throws `Failure`. */
export async function readEvents({ metadata }: BeatApiKey, { client }: Caller): Promise<readonly EventLine[]> {
  const { namespace, uid } = metadata;
  const found: EventLine[] = [];
  for await (const { items } of client.pages(
    { resource: EVENTS, namespace },
    { fieldSelector: `regarding.uid=${uid}` },
  ))
    found.push(...items.map(eventLine));
  return found.toSorted((one, other) => compare(one.time, other.time)).slice(-SHOWN);
}

/** Reads an Event of `events.k8s.io/v1`; those of older programs carry their times in fields of their own. */
export function eventLine(event: unknown): EventLine {
  const { eventTime, series, deprecatedLastTimestamp, deprecatedCount, type, reason, note } = fieldsOf(event);
  const { lastObservedTime, count } = fieldsOf(series);
  const time = [lastObservedTime, eventTime, deprecatedLastTimestamp].find((one) => typeof one === 'string');
  const times = [count, deprecatedCount, 1].find((one) => typeof one === 'number');
  return {
    time: textOf(time).replace(/\.\d+/, ''),
    ...{ type: textOf(type), reason: textOf(reason), note: textOf(note) },
    count: typeof times === 'number' ? times : 1,
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
