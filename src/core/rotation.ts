import { DATA_KEYS } from '../api/names.ts';
import { versionAtLeast, type Contact } from './contact.ts';
import type { Terms } from './connection-view.ts';
import type { Desired } from './desired.ts';
import type { Journal } from './journal.ts';
import { isLive, type IssueReason } from './key-record.ts';
import { journalOf, ownSecret, type Observed } from './observed.ts';
import { mayInvalidate, ownedBy, supersededKeys } from './ownership.ts';
import { renewalCannotWait, renewalTime } from './renewal.ts';
import { templateDigest } from './secret-plan.ts';

/** What a reason for a new key is judged by. */
interface Input {
  readonly observed: Observed;
  readonly desired: Desired;
  readonly contact: Contact;
  readonly terms: Terms;
  readonly journal: Journal;
  readonly now: number;
}

/** Facts that each call for a new key; the first that holds names the rotation. */
const facts: readonly (readonly [IssueReason, (input: Input) => boolean])[] = [
  ['ClusterChanged', ({ journal, contact }) => journal.clusterUUID !== contact.clusterUUID],
  // Ahead of all that gives the old key an overlap: whichever rotation comes first counts as the answer to the request.
  ['RevokeRequested', ({ journal, desired }) => isNew(desired.revokeRequest, journal.handledRevokeRequest)],
  ['OwnerChanged', ({ journal, contact }) => !ownedBy(journal, contact)],
  ['SecretAltered', valuesAltered],
  ['Expiring', ({ journal, now }) => journal.expires !== undefined && journal.expires <= now],
  ['KeyInvalid', keyDied],
  ['Requested', ({ journal, desired }) => isNew(desired.request, journal.handledRequest)],
  ['KeyNameChanged', ({ journal, desired }) => journal.keyName !== desired.keyName],
  ['ExpirationChanged', expirationNeedsNewKey],
  ['Expiring', renewalIsDue],
];

/** Why the object needs a new key now, or `undefined` where the one in its Secret serves. Total. */
export function issueReason(
  observed: Observed,
  desired: Desired,
  contact: Contact,
  terms: Terms,
  now: number,
): IssueReason | undefined {
  const journal = journalOf(observed);
  if (journal === undefined) return reasonWithoutJournal(observed);
  return facts.find(([, holds]) => holds({ observed, desired, contact, terms, journal, now }))?.[0];
}

/** Status and inventory only give the word here: a key is made either way. */
function reasonWithoutJournal(observed: Observed): IssueReason {
  if (ownSecret(observed) !== undefined) return 'SecretAltered';
  // A status that was written since the Secret went does not name the key any more; Elasticsearch still does.
  const hadKey = observed.object.status?.keyID !== undefined || (observed.inventory?.keys ?? []).length > 0;
  return hadKey ? 'SecretMissing' : 'FirstIssue';
}

const isNew = (asked: string | undefined, handled: string | undefined): boolean =>
  asked !== undefined && asked !== handled;

/** True where the metadata do not vouch for the values: someone else wrote, or removed, one of our data keys. */
function valuesDoubtful({ observed, desired, terms, journal }: Omit<Input, 'contact' | 'now'>): boolean {
  const owned = new Set(ownSecret(observed)?.ownedDataKeys);
  // Template keys that are still to be written are missing for a good reason; the standard ones never are.
  const written = journal.template === templateDigest(observed.object, desired, terms);
  return [...DATA_KEYS, ...(written ? Object.keys(desired.secret.templates) : [])].some((key) => !owned.has(key));
}

/** A doubt alone asks for the closer look; only that look makes it a fact. */
function valuesAltered(input: Input): boolean {
  if (!valuesDoubtful(input)) return false;
  const look = input.observed.close.valuesIntact;
  return look === undefined || (look.known && !look.value);
}

/** True where an inventory that had to show the key alive does not. */
function keyMissedByInventory({ operator, inventory }: Observed, journal: Journal, now: number): boolean {
  if (inventory === undefined || inventory.begunAt <= journal.changed + operator.visibilityDelayMs) return false;
  const record = inventory.keys.find(({ id }) => id === journal.keyID);
  return record === undefined || !isLive(record, now);
}

function keyDied({ observed, journal, now }: Input): boolean {
  if (!keyMissedByInventory(observed, journal, now)) return false;
  const look = observed.close.keyLives;
  return look === undefined || (look.known && !look.value);
}

/** Elasticsearch cannot take an expiration away, and changes one only since 8.13. */
function expirationNeedsNewKey({ journal, desired, contact }: Input): boolean {
  if (journal.requestedExpiration === desired.expiration?.text) return false;
  return desired.expiration === undefined || !versionAtLeast(contact, 8, 13);
}

/** One replaced key waits at most: the next scheduled renewal waits too, as long as it can. */
function renewalIsDue({ observed, journal, desired, contact, now }: Input): boolean {
  // An expiration that is still to be changed in place moves the renewal first.
  if (journal.requestedExpiration !== desired.expiration?.text) return false;
  const renewal = renewalTime(observed.object.metadata.uid, journal, desired);
  if (renewal === undefined || now < renewal) return false;
  const waiting = supersededKeys(journal).some((key) => mayInvalidate(key, contact));
  return !waiting || now >= renewalCannotWait(renewal, journal);
}
