import type { Plan } from './actions.ts';
import { keyIDAnnotation } from './consumers.ts';
import type { Contact } from './contact.ts';
import type { Desired } from './desired.ts';
import { SUPERSEDED_MOST, type Journal } from './journal.ts';
import { isLive, type KeyRecord } from './key-record.ts';
import { journalOf, ownSecret, settledAfter, type Observed } from './observed.ts';
import { mayInvalidate, superseded } from './ownership.ts';
import { consumersToRestart, isAwaited, overdueKeys, retirementInstants } from './retirement.ts';
import { secretPlan } from './secret-plan.ts';
import { working } from './verdict.ts';

/**
 * What is due of the journal's replaced keys, whatever else is the matter with the object: first those go that nobody
 * waits for, such as a leaked one, then consumers are moved on to the current key, then those keys are invalidated whose
 * time is over and that no consumer uses. `due` is when time alone changes the answer.
 */
export function housekeeping(observed: Observed, now: number): Pick<Plan, 'actions' | 'due'> {
  const journal = journalOf(observed);
  const secret = ownSecret(observed);
  if (journal === undefined || secret === undefined || observed.connection.state !== 'ready') return { actions: [] };
  const { contact } = observed.connection;
  const overdue = overdueKeys(observed, journal, contact, now);
  const atOnce = overdue.filter((key) => !isAwaited(observed, key, now));
  // A restart may fail for long, by an admission webhook that is down for one.
  const workloads = atOnce.length > 0 ? [] : consumersToRestart(observed, journal);
  if (workloads.length > 0) {
    const annotation = keyIDAnnotation(observed.object);
    return { actions: [{ type: 'restartConsumers', workloads, annotation, keyID: journal.keyID }] };
  }
  const over = atOnce.length > 0 ? atOnce : overdue;
  const overIDs = over.map(({ id }) => id);
  const left = journal.superseded.filter(({ id }) => !overIDs.includes(id));
  const instants = retirementInstants(observed, left, now);
  const later = instants.length === 0 ? {} : { due: Math.min(...instants) };
  if (over.length === 0) return { actions: [], ...later };
  const keys = over.map(({ id, since }) => ({ id, since }));
  const awaited = atOnce.length > 0 ? {} : { awaited: true as const };
  return {
    actions: [{ type: 'invalidateKeys', cause: 'retired', keys, ...awaited, remember: { secret, superseded: left } }],
    ...later,
  };
}

/**
 * Living keys of the object that its journal does not name. Made after the key in the Secret, such a key never got
 * there: it goes. Made before, it was replaced without record (a restored Secret) and is retired with overlap. Keys so
 * young that an attempt may still be storing them are left alone, and those that only another user may invalidate are
 * never taken for half-made: they stay noted.
 */
export function planFoundKeys(observed: Observed, desired: Desired, contact: Contact, now: number): Plan | undefined {
  const { inventory } = observed;
  const journal = journalOf(observed);
  const secret = ownSecret(observed);
  if (inventory === undefined || journal === undefined || secret === undefined) return undefined;
  if (inventory.begunAt < settledAfter(observed)) return undefined;
  // An older one still shows keys alive that were invalidated, and forgotten, since.
  if (inventory.begunAt <= journal.changed + observed.operator.visibilityDelayMs) return undefined;
  const found = inventory.keys.filter(
    (key) => isLive(key, now) && !isNamed(journal, key.id) && isSettled(observed, key),
  );
  const made = inventory.keys.find(({ id }) => id === journal.keyID)?.creation ?? journal.created;
  const halfMade = found.filter((key) => key.creation >= made && mayInvalidate(key, contact));
  if (halfMade.length > 0) {
    return {
      actions: [
        {
          type: 'invalidateKeys',
          cause: 'halfMade',
          keys: halfMade.map(({ id, creation }) => ({ id, since: creation })),
          remember: { secret, superseded: journal.superseded },
        },
      ],
      verdict: working('Updating', 'keys that never reached the Secret are being invalidated'),
    };
  }
  const unrecorded = found.slice(0, Math.max(0, SUPERSEDED_MOST - journal.superseded.length));
  if (unrecorded.length === 0) return undefined;
  const times = { since: now, notBefore: now + desired.overlapMs };
  const noted = {
    ...journal,
    superseded: [...journal.superseded, ...unrecorded.map((key) => superseded(key, journal, times))],
  };
  const write = secretPlan(observed.object, desired, secret);
  return {
    actions: [{ type: 'rewriteSecret', secret, write, journal: noted, render: false }],
    verdict: working('Updating', 'keys that were replaced without record are being noted for retirement'),
  };
}

const isNamed = ({ keyID, superseded }: Journal, id: string): boolean =>
  id === keyID || superseded.some((key) => key.id === id);

const isSettled = ({ operator, inventory }: Observed, { creation }: KeyRecord): boolean =>
  inventory !== undefined && inventory.begunAt >= creation + operator.attemptLimitMs;
