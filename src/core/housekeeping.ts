import type { Plan } from './actions.ts';
import type { Desired } from './desired.ts';
import type { Journal } from './journal.ts';
import { isLive, type KeyRecord } from './key-record.ts';
import { journalOf, ownSecret, settledAfter, type Observed } from './observed.ts';
import { mayInvalidate } from './ownership.ts';
import { secretPlan } from './secret-plan.ts';
import { working } from './verdict.ts';

/**
 * What is due of the journal's replaced keys, whatever else is the matter with the object: those whose time is over are
 * invalidated. `due` is when the next one's time is over.
 */
export function housekeeping(observed: Observed, now: number): Pick<Plan, 'actions' | 'due'> {
  const journal = journalOf(observed);
  const secret = ownSecret(observed);
  if (journal === undefined || secret === undefined || observed.connection.state !== 'ready') return { actions: [] };
  const { contact } = observed.connection;
  const replaced = journal.superseded.filter(({ id }) => id !== journal.keyID);
  const over = replaced.filter((key) => key.notBefore <= now && mayInvalidate(key, contact));
  const left = replaced.filter((key) => !over.includes(key));
  const next = left.map(({ notBefore }) => notBefore).filter((notBefore) => notBefore > now);
  const due = next.length === 0 ? {} : { due: Math.min(...next) };
  if (over.length === 0) return { actions: [], ...due };
  const keys = over.map(({ id, since }) => ({ id, since }));
  return {
    actions: [{ type: 'invalidateKeys', cause: 'retired', keys, remember: { secret, superseded: left } }],
    ...due,
  };
}

/**
 * Living keys of the object that its journal does not name. Made after the key in the Secret, such a key never got
 * there: it goes. Made before, it was replaced without record (a restored Secret) and is retired with overlap. Keys so
 * young that an attempt may still be storing them are left alone.
 */
export function planFoundKeys(observed: Observed, desired: Desired, now: number): Plan | undefined {
  const { inventory } = observed;
  const journal = journalOf(observed);
  const secret = ownSecret(observed);
  if (inventory === undefined || journal === undefined || secret === undefined) return undefined;
  if (inventory.begunAt < settledAfter(observed)) return undefined;
  const found = inventory.keys.filter(
    (key) => isLive(key, now) && !isNamed(journal, key.id) && isSettled(observed, key),
  );
  if (found.length === 0) return undefined;
  const made = inventory.keys.find(({ id }) => id === journal.keyID)?.creation ?? journal.created;
  const halfMade = found.filter(({ creation }) => creation >= made);
  if (halfMade.length > 0) {
    return {
      actions: [
        {
          type: 'invalidateKeys',
          cause: 'halfMade',
          keys: halfMade.map(({ id, creation }) => ({ id, since: creation })),
        },
      ],
      verdict: working('Updating', 'keys that never reached the Secret are being invalidated'),
    };
  }
  const superseded = [
    ...journal.superseded,
    ...found.map(({ id }) => ({ id, since: now, notBefore: now + desired.overlapMs })),
  ];
  const write = secretPlan(observed.object, desired, secret);
  return {
    actions: [{ type: 'rewriteSecret', secret, write, journal: { ...journal, superseded }, render: false }],
    verdict: working('Updating', 'keys that were replaced without record are being noted for retirement'),
  };
}

const isNamed = ({ keyID, superseded }: Journal, id: string): boolean =>
  id === keyID || superseded.some((key) => key.id === id);

const isSettled = ({ operator, inventory }: Observed, { creation }: KeyRecord): boolean =>
  inventory !== undefined && inventory.begunAt >= creation + operator.attemptLimitMs;
