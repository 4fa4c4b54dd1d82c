import { ANNOTATIONS, FINALIZER } from '../api/names.ts';
import type { Plan } from './actions.ts';
import type { ConnectionView } from './connection-view.ts';
import { retains } from './desired.ts';
import { verdictOfFailure } from './failure-policy.ts';
import type { Failure } from './failure.ts';
import { keyIDsOf, type Journal } from './journal.ts';
import { isLive, type KeyOwner, type KeyRecord } from './key-record.ts';
import { journalOf, ownSecret, settledAfter, type Observed } from './observed.ts';
import { mayInvalidate, supersededKeys } from './ownership.ts';
import { deleting, type Verdict } from './verdict.ts';

type Ready = Extract<ConnectionView, { state: 'ready' }>;

const DONE = deleting('Deleting', 'nothing is left to invalidate');
const RELEASE: Plan = { actions: [{ type: 'release' }], verdict: DONE };

/** What to do for an object that is being deleted: all its keys are invalidated by id, then the finalizer goes. */
export function planDeletion(observed: Observed, now: number): Plan {
  const { object, operator, connection, secret } = observed;
  const { finalizers = [], annotations = {} } = object.metadata;
  if (!finalizers.includes(FINALIZER)) return { actions: [], verdict: DONE };
  const claim = annotations[ANNOTATIONS.installation];
  if (claim !== undefined && claim !== operator.installation) return { actions: [], verdict: DONE };
  if (retains(object)) return keep(observed);
  if (annotations[ANNOTATIONS.abandonKeys] === 'true') return RELEASE;
  if (!secret.known) return unreadable(secret.failure);
  if (connection.state !== 'ready') return { actions: [], verdict: blocked(observed) };
  return invalidateAll(observed, connection, now);
}

/** The Secret must not go with the object that it still refers to as its owner. */
function keep({ secret }: Observed): Plan {
  if (!secret.known) return unreadable(secret.failure);
  if (secret.value.state !== 'ours' || secret.value.metadata.controllerUID === undefined) return RELEASE;
  return { actions: [{ type: 'disownSecret', secret: secret.value.metadata }], verdict: DONE };
}

/** What this user can invalidate is, whoever else's keys remain; the finalizer goes only when none is left alive. */
function invalidateAll(observed: Observed, { contact }: Ready, now: number): Plan {
  const { object, inventory, operator } = observed;
  const journal = journalOf(observed);
  const secret = ownSecret(observed);
  // What changed after an inventory began it cannot show. With the journal gone it alone knows the keys, so it must be
  // younger than the last that could be made.
  const changed = journal?.changed ?? Date.parse(object.metadata.deletionTimestamp ?? '') + 1000;
  const since = Math.max(settledAfter(observed), changed + operator.visibilityDelayMs);
  if (inventory === undefined || inventory.begunAt < since) {
    const verdict = deleting('Deleting', 'waiting for a list of the keys that were made for the object');
    return { actions: [], needsInventorySince: since, verdict };
  }
  const gone = new Set([...observed.gone, ...inventory.keys.filter((key) => !isLive(key, now)).map(({ id }) => id)]);
  const left = keysOf(journal, inventory.keys).filter(({ id }) => !gone.has(id));
  const within = left.filter((key) => mayInvalidate(key, contact));
  const stranded = within.length < left.length;
  const listed = new Set(inventory.keys.map(({ id }) => id));
  // While another user's keys hold the deletion up, those that are not listed any more are not asked for at every pass.
  const asked = stranded ? within.filter(({ id }) => listed.has(id)) : within;
  if (asked.length > 0) {
    const keys = asked.map(({ id, since: at }) => ({ id, since: at }));
    return {
      actions: [{ type: 'invalidateKeys', cause: 'deleted', keys }],
      verdict: deleting('Deleting', 'the keys of the object are being invalidated'),
    };
  }
  if (stranded) {
    // The list is older than what was invalidated just now, and would call for the same again.
    const wanted = observed.gone.length === 0 ? {} : { needsInventorySince: now + operator.visibilityDelayMs };
    return { actions: [], ...wanted, verdict: blocked(observed) };
  }
  const orphaned = secret !== undefined && secret.controllerUID === undefined;
  return orphaned ? { actions: [{ type: 'removeSecret', secret }], verdict: DONE } : RELEASE;
}

interface KnownKey {
  readonly id: string;
  /** When it was made or replaced, epoch milliseconds. */
  readonly since: number;
  readonly owner: KeyOwner;
}

/** Every key of the object, each once: those that the inventory shows, and those that the journal names beside them. */
function keysOf(journal: Journal | undefined, records: readonly KeyRecord[]): readonly KnownKey[] {
  const listed = records.map(({ id, creation, owner }) => ({ id, since: creation, owner }));
  if (journal === undefined) return listed;
  const named = [...supersededKeys(journal), { id: journal.keyID, since: journal.created, owner: journal.owner }];
  const seen = new Set(listed.map(({ id }) => id));
  return [...listed, ...named.filter(({ id }) => !seen.has(id))];
}

const unreadable = (failure: Failure): Plan => ({
  actions: [],
  verdict: deleting('Deleting', verdictOfFailure(failure).message),
});

/** Says why the deletion waits, and the way out that only a person may take. */
function blocked(observed: Observed): Verdict {
  const { connection } = observed;
  const journal = journalOf(observed);
  const ids = journal === undefined ? '' : ` (${keyIDsOf(journal).join(', ')})`;
  const why =
    connection.state === 'absent'
      ? 'the ElasticsearchConnection of spec.connectionRef does not exist'
      : connection.state === 'ready'
        ? "some belong to another user of Elasticsearch, and this connection's user lacks manage_api_key"
        : connection.message;
  return deleting(
    'DeletionBlocked',
    `the keys of the object${ids} cannot all be invalidated: ${why}; annotation ${ANNOTATIONS.abandonKeys}: "true" deletes the object and leaves them alive`,
  );
}
