import { randomBytes } from 'node:crypto';
import type { EventNote } from '../controller/ports.ts';
import { microTime } from './micro-time.ts';

export interface Happening extends EventNote {
  readonly regarding: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
  };
}

/** How often, and when, epoch milliseconds. */
export interface EventSeries {
  readonly first: number;
  last: number;
  count: number;
}

/** Longest `note`, as the API server has it. */
const NOTE = 1_024;
/** Longest `reportingInstance`. */
const INSTANCE = 128;

/** An Event that was not written before; the API server wants a series only from the second time on. */
export function eventBody(
  { regarding, type, reason, action, note }: Happening,
  series: EventSeries,
  reporting: { readonly controller: string; readonly instance: string },
) {
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { namespace: regarding.namespace, name: eventName(regarding.name) },
    eventTime: microTime(series.first),
    reportingController: reporting.controller,
    reportingInstance: reporting.instance.slice(0, INSTANCE),
    regarding,
    type,
    reason,
    action,
    note: cut(note, NOTE),
    ...(series.count > 1 ? seriesBody(series) : {}),
  };
}

/** What a repeat changes in the Event there is. */
export function seriesBody({ count, last }: EventSeries) {
  return { series: { count, lastObservedTime: microTime(last) } };
}

/** The object's name and a random end; a name that is too long must not be cut where a name may not end. */
function eventName(name: string): string {
  return `${name.slice(0, 230).replace(/[^a-z0-9]+$/, '')}.${randomBytes(8).toString('hex')}`;
}

/** At most `most` bytes in UTF-8, which is what the API server counts, and no half characters. */
function cut(text: string, most: number): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.byteLength <= most) return text;
  return `${bytes
    .subarray(0, most - 3)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')}…`;
}
