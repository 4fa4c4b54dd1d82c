import { ANNOTATIONS, FINALIZER } from '../api/names.ts';
import type { Plan } from './actions.ts';
import type { ConnectionView } from './connection-view.ts';
import type { Contact } from './contact.ts';
import { retains } from './desired.ts';
import { verdictOfFailure } from './failure-policy.ts';
import type { Journal } from './journal.ts';
import { isLive } from './key-record.ts';
import { journalOf, ownSecret, settledAfter, type Observed } from './observed.ts';
import { mayInvalidate, ownedBy } from './ownership.ts';
import { deleting } from './verdict.ts';

type Ready = Extract<ConnectionView, { state: 'ready' }>;

const DONE = deleting('Deleting', 'nothing is left to invalidate');

/** What to do for an object that is being deleted: all its keys are invalidated by id, then the finalizer goes. */
export function planDeletion(observed: Observed, now: number): Plan {
  const { object, operator, connection, secret } = observed;
  const { finalizers = [], annotations = {} } = object.metadata;
  if (!finalizers.includes(FINALIZER)) return { actions: [], verdict: DONE };
  const claim = annotations[ANNOTATIONS.installation];
  if (claim !== undefined && claim !== operator.installation) return { actions: [], verdict: DONE };
  if (retains(object) || annotations[ANNOTATIONS.abandonKeys] === 'true') {
    return { actions: [{ type: 'release' }], verdict: DONE };
  }
  if (!secret.known) return { actions: [], verdict: verdictOfFailure(secret.failure) };
  if (connection.state !== 'ready') return { actions: [], verdict: blocked(observed) };
  return invalidateAll(observed, connection, now);
}

/** The finalizer goes only when every key of the object is known to be dead. */
function invalidateAll(observed: Observed, connection: Ready, now: number): Plan {
  const { object, inventory, operator } = observed;
  const journal = journalOf(observed);
  const secret = ownSecret(observed);
  // With the journal gone the inventory alone knows the keys, so it must be younger than the last that could be made.
  const deletedAt = Date.parse(object.metadata.deletionTimestamp ?? '') + 1000 + operator.visibilityDelayMs;
  const since = journal === undefined ? Math.max(settledAfter(observed), deletedAt) : settledAfter(observed);
  if (inventory === undefined || inventory.begunAt < since) {
    const verdict = deleting('Deleting', 'waiting for a list of the keys that were made for the object');
    return { actions: [], needsInventorySince: since, verdict };
  }
  const gone = new Set([...observed.gone, ...inventory.keys.filter((key) => !isLive(key, now)).map(({ id }) => id)]);
  const foreign = journal !== undefined && !mayInvalidateAll(journal, gone, connection.contact);
  if (foreign) return { actions: [], verdict: blocked(observed) };
  const known = new Map(inventory.keys.filter((key) => !gone.has(key.id)).map(({ id, creation }) => [id, creation]));
  for (const { id, since: replaced } of journal?.superseded ?? [])
    if (!gone.has(id) && !known.has(id)) known.set(id, replaced);
  if (journal !== undefined && !gone.has(journal.keyID)) known.set(journal.keyID, journal.created);
  if (known.size > 0) {
    const keys = [...known].map(([id, at]) => ({ id, since: at }));
    return {
      actions: [{ type: 'invalidateKeys', cause: 'deleted', keys }],
      verdict: deleting('Deleting', 'the keys of the object are being invalidated'),
    };
  }
  const orphaned = secret !== undefined && secret.controllerUID === undefined;
  return {
    actions: [...(orphaned ? [{ type: 'removeSecret', secret } as const] : []), { type: 'release' }],
    verdict: DONE,
  };
}

const mayInvalidateAll = (journal: Journal, gone: ReadonlySet<string>, contact: Contact): boolean =>
  (gone.has(journal.keyID) || contact.manageApiKey || ownedBy(journal, contact)) &&
  journal.superseded.every((key) => gone.has(key.id) || mayInvalidate(key, contact));

/** Says why the deletion waits, and the way out that only a person may take. */
function blocked(observed: Observed): ReturnType<typeof deleting> {
  const { connection, object } = observed;
  const { name, namespace = object.metadata.namespace } = object.spec.connectionRef;
  const why =
    connection.state === 'absent'
      ? `there is no ElasticsearchConnection ${name} in namespace ${namespace}`
      : connection.state === 'ready'
        ? `they belong to user ${journalOf(observed)?.owner.username ?? ''}, and this connection's user lacks manage_api_key`
        : connection.message;
  const journal = journalOf(observed);
  const ids =
    journal === undefined ? '' : ` (${[journal.keyID, ...journal.superseded.map(({ id }) => id)].join(', ')})`;
  return deleting(
    'DeletionBlocked',
    `the keys of the object${ids} cannot be invalidated: ${why}; annotation ${ANNOTATIONS.abandonKeys}: "true" deletes the object and leaves them alive`,
  );
}
