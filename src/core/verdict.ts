import type { Reason } from '../api/reasons.ts';
import { nameOf } from './consumers.ts';
import type { ConnectionView } from './connection-view.ts';
import type { Contact } from './contact.ts';
import type { Desired } from './desired.ts';
import type { Journal } from './journal.ts';
import { journalOf, type Observed } from './observed.ts';
import { mayInvalidate, supersededKeys } from './ownership.ts';

/** How an object stands; `status` turns it into conditions. */
export interface Verdict {
  readonly state: 'ready' | 'working' | 'stalled' | 'suspended' | 'deleting';
  readonly reason: Reason;
  /** One sentence for `kubectl describe`. */
  readonly message: string;
}

export const stalled = (reason: Reason, message: string): Verdict => ({ state: 'stalled', reason, message });
export const working = (reason: Reason, message: string): Verdict => ({ state: 'working', reason, message });
export const deleting = (reason: Reason, message: string): Verdict => ({ state: 'deleting', reason, message });

/** True where the Secret holds a key that is not known to be dead. */
export function keyWorks(observed: Observed, now: number): boolean {
  const journal = journalOf(observed);
  if (journal === undefined || (journal.expires !== undefined && journal.expires <= now)) return false;
  const { keyLives, valuesIntact } = observed.close;
  return [keyLives, valuesIntact].every((look) => look === undefined || !look.known || look.value);
}

export function suspended(observed: Observed): Verdict {
  const journal = journalOf(observed);
  const key = journal === undefined ? 'there is no key yet' : `key ${journal.keyID} is left as it is`;
  return { state: 'suspended', reason: 'Suspended', message: `spec.suspend is true: ${key}` };
}

export function waiting(connection: ConnectionView): Verdict {
  return connection.state === 'waiting'
    ? working(connection.reason, connection.message)
    : working('ConnectionNotReady', 'the connection is not ready');
}

/** The verdict where nothing is left to do. */
export function ready(observed: Observed, desired: Desired, contact: Contact): Verdict {
  const journal = journalOf(observed);
  const notes = [
    ...strandedKeys(journal, contact),
    ...(observed.consumers ?? []).flatMap(({ consumer, refusal }) =>
      refusal === undefined ? [] : [`${nameOf(consumer)} could not be restarted: ${refusal.message}`],
    ),
  ];
  const message = [`key ${journal?.keyID ?? ''} is in Secret ${desired.secret.name}`, ...notes].join('; ');
  return { state: 'ready', reason: 'KeyReady', message };
}

/** Replaced keys that only an administrator can invalidate. */
function strandedKeys(journal: Journal | undefined, contact: Contact): readonly string[] {
  const stranded = (journal === undefined ? [] : supersededKeys(journal)).filter((key) => !mayInvalidate(key, contact));
  if (stranded.length === 0) return [];
  const ids = stranded.map(({ id, owner }) => `${id} of user ${owner.username}`);
  return [`replaced keys that only a user with manage_api_key can invalidate: ${ids.join(', ')}`];
}
