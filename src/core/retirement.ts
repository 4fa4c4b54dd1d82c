import { keyIDAnnotation, restartsDue, waitsFor } from './consumers.ts';
import type { Contact } from './contact.ts';
import type { Journal, Superseded } from './journal.ts';
import { isLive } from './key-record.ts';
import { journalOf, type Observed } from './observed.ts';
import { mayInvalidate, supersededKeys, type Owned } from './ownership.ts';
import type { Workload } from './workload.ts';

/** After so long beyond its overlap a replaced key that still waits for consumers is worth an event, milliseconds. */
const WAIT_WORTH_AN_EVENT_MS = 60 * 60 * 1000;

type Replaced = Superseded & Owned;

/**
 * What a replaced key waits for before it is invalidated; `undefined`: for nothing but Elasticsearch, where `contact` is
 * missing. One line for `kubectl describe`.
 */
export function waitingFor(
  observed: Observed,
  key: Replaced,
  contact: Contact | undefined,
  now: number,
): string | undefined {
  const { metadata, spec } = observed.object;
  if (spec?.suspend === true && metadata.deletionTimestamp === undefined) return 'the end of spec.suspend';
  if (contact !== undefined && !mayInvalidate(key, contact))
    return `user ${key.owner.username}, or one with manage_api_key`;
  if (key.notBefore > now) return `overlap until ${new Date(key.notBefore).toISOString().replace(/\.\d+/, '')}`;
  return waitingForConsumer(observed, key, now);
}

/** The first consumer that may still use the key, in words. */
function waitingForConsumer(observed: Observed, key: Superseded, now: number): string | undefined {
  const journal = journalOf(observed);
  if (journal === undefined || !isAwaited(observed, key, now)) return undefined;
  if (observed.consumers === undefined) return 'spec.consumers, which cannot be read';
  const annotation = keyIDAnnotation(observed.object);
  for (const consumer of observed.consumers) {
    const wait = waitsFor(consumer, key, journal, annotation);
    if (wait !== undefined) return wait;
  }
  return undefined;
}

/** True where consumers must have moved on from the key before it goes: not from one that is dead, or goes at once. */
export function isAwaited(observed: Observed, key: Superseded, now: number): boolean {
  if (observed.consumers?.length === 0 || key.atOnce === true) return false;
  const { inventory, operator } = observed;
  if (inventory === undefined || inventory.begunAt <= key.since + operator.visibilityDelayMs) return true;
  const record = inventory.keys.find(({ id }) => id === key.id);
  return record !== undefined && isLive(record, now);
}

/** Replaced keys of which nothing that is known says that they must stay. */
export function overdueKeys(observed: Observed, journal: Journal, contact: Contact, now: number): readonly Replaced[] {
  return supersededKeys(journal).filter((key) => waitingFor(observed, key, contact, now) === undefined);
}

/** When time alone changes what is due of the replaced keys, epoch milliseconds; all in the future. */
export function retirementInstants(
  { consumers }: Observed,
  superseded: Journal['superseded'],
  now: number,
): readonly number[] {
  const later = consumers?.length === 0 ? [0] : [0, WAIT_WORTH_AN_EVENT_MS];
  return superseded.flatMap(({ notBefore }) => later.map((ms) => notBefore + ms)).filter((instant) => instant > now);
}

/** Consumers whose pods are to be replaced now. */
export function consumersToRestart(observed: Observed, journal: Journal): readonly Workload[] {
  return restartsDue(observed.consumers ?? [], journal, keyIDAnnotation(observed.object), observed.moved);
}

/** Replaced keys that have waited for a consumer for long enough to say so, with what they wait for. */
export function longWaits(observed: Observed, now: number): readonly { readonly id: string; readonly wait: string }[] {
  const late = (journalOf(observed)?.superseded ?? []).filter((key) => key.notBefore + WAIT_WORTH_AN_EVENT_MS <= now);
  return late.flatMap((key) => {
    const wait = waitingForConsumer(observed, key, now);
    return wait === undefined ? [] : [{ id: key.id, wait }];
  });
}
