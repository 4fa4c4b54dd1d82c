import type { IssueKey, Plan } from './actions.ts';
import type { Contact } from './contact.ts';
import type { Terms } from './connection-view.ts';
import type { Desired } from './desired.ts';
import { housekeeping } from './housekeeping.ts';
import { SUPERSEDED_LIMIT, SUPERSEDED_MOST, type Superseded } from './journal.ts';
import { isLive, type IssueReason, type KeyOwner } from './key-record.ts';
import { keyRequest } from './key-request.ts';
import { isUnplanned, MINT_BUDGET, overdraft, type Overdraft } from './mint-budget.ts';
import { journalOf, ownSecret, settledAfter, type Observed } from './observed.ts';
import { superseded, supersededKeys } from './ownership.ts';
import { openQuestions } from './questions.ts';
import { secretPlan, templateDigest } from './secret-plan.ts';
import { stalled, working } from './verdict.ts';

/** A new key, once it is sure that nothing an earlier attempt made goes unnoticed. */
export function planIssue(
  observed: Observed,
  desired: Desired,
  contact: Contact,
  terms: Terms,
  reason: IssueReason,
  now: number,
): Plan {
  const action = issueKey(observed, desired, contact, terms, reason, now);
  if (!isUnsure(action, observed)) {
    const since = inventorySince(observed, reason);
    if (since > (observed.inventory?.begunAt ?? -Infinity)) return waitForInventory(since);
    const over = isUnplanned(reason) ? overdraft(observed, now) : undefined;
    if (over !== undefined) return exceeded(over, observed, now);
  }
  const verdict =
    reason === 'FirstIssue'
      ? working('Issuing', 'the first key is being made')
      : working('Rotating', `a new key is being made (${reason})`);
  return { actions: [action], verdict };
}

const waitForInventory = (since: number): Plan => ({
  actions: [],
  needsInventorySince: since,
  verdict: working('WaitingForInventory', 'waiting for a list of the keys that an earlier attempt may have made'),
});

/** Keys that were replaced before are retired all the same. */
function exceeded({ until, reasons }: Overdraft, observed: Observed, now: number): Plan {
  const { actions, due = until } = housekeeping(observed, now);
  const next = new Date(until).toISOString();
  const message = `${MINT_BUDGET} keys had to be made without plan within an hour (${reasons}): find what alters the Secret, invalidates its key or breaks attempts off half-way; the next one is made after ${next}, or when the spec changes`;
  return { actions, verdict: stalled('MintBudgetExceeded', message), due: Math.min(due, until) };
}

/** Where it is not sure that a key is needed at all, that is asked first: such a question runs before the action. */
const isUnsure = (action: IssueKey, observed: Observed): boolean =>
  openQuestions(action, observed).some((question) => question !== 'object' && question !== 'missingPrivileges');

/** How young the list of keys must be, epoch milliseconds; `-Infinity` where none is needed. */
function inventorySince(observed: Observed, reason: IssueReason): number {
  const settled = observed.claimedNow ? -Infinity : settledAfter(observed);
  if (isUnplanned(reason) && observed.mintedAt !== undefined)
    return Math.max(settled, observed.mintedAt + observed.operator.visibilityDelayMs);
  const journal = journalOf(observed);
  // A revocation means every key of the object, also one that was made shortly before the current one.
  if (reason !== 'RevokeRequested' || journal === undefined) return settled;
  return Math.max(settled, journal.changed + observed.operator.visibilityDelayMs);
}

function issueKey(
  observed: Observed,
  desired: Desired,
  contact: Contact,
  terms: Terms,
  reason: IssueReason,
  now: number,
): IssueKey {
  const { object } = observed;
  const current = ownSecret(observed);
  const { keyName, expiration, request, revokeRequest, fingerprint } = desired;
  return {
    type: 'issueKey',
    reason,
    request: keyRequest(observed, desired, reason),
    ...(current === undefined ? {} : { secret: current }),
    write: secretPlan(object, desired, current),
    journal: {
      keyName,
      owner: contact.owner,
      clusterUUID: contact.clusterUUID,
      ...(expiration === undefined ? {} : { requestedExpiration: expiration.text }),
      fingerprint,
      template: templateDigest(object, desired, terms),
      reason,
      ...(request === undefined ? {} : { handledRequest: request }),
      ...(revokeRequest === undefined ? {} : { handledRevokeRequest: revokeRequest }),
      superseded: supersededBy(reason, observed, desired, contact, now),
    },
    plannedAt: now,
  };
}

interface Owned {
  readonly id: string;
  readonly owner: KeyOwner;
}

/**
 * The keys that the new one replaces. Without a journal every living key of the object counts: which of them pods
 * already use nobody can tell, so each keeps working for the overlap.
 */
function supersededBy(
  reason: IssueReason,
  observed: Observed,
  desired: Desired,
  contact: Contact,
  now: number,
): readonly Superseded[] {
  if (reason === 'ClusterChanged') return [];
  const journal = journalOf(observed);
  const notBefore = reason === 'RevokeRequested' ? now : now + desired.overlapMs;
  // A renewal that could not wait any longer, and a revocation, end the waiting of those before.
  const hurry = reason === 'Expiring' || reason === 'RevokeRequested';
  // Elasticsearch's word on whose key it is goes before the journal's: the credential may have changed under a pass.
  const owners = new Map(observed.inventory?.keys.map(({ id, owner }) => [id, owner]));
  const owned = <T extends Owned>(key: T): T => ({ ...key, owner: owners.get(key.id) ?? key.owner });
  const earlier = (journal === undefined ? [] : supersededKeys(journal)).map((key) =>
    superseded(owned(key), contact, hurry ? atOnce(key, now) : key),
  );
  const current =
    journal === undefined || reason === 'KeyInvalid' ? [] : [owned({ id: journal.keyID, owner: journal.owner })];
  const living = (observed.inventory?.keys ?? []).filter((key) => isLive(key, now));
  const named = new Set([...earlier, ...current].map(({ id }) => id));
  const replaced = [...living.filter(({ id }) => !named.has(id)), ...current];
  const times = { since: now, notBefore, ...(reason === 'RevokeRequested' ? { atOnce: true as const } : {}) };
  const all = [...earlier, ...replaced.map((key) => superseded(key, contact, times))];
  const kept = all.slice(-SUPERSEDED_MOST);
  const crowded = kept.length - SUPERSEDED_LIMIT;
  return kept.map((key, index) => (index < crowded ? atOnce(key, now) : key));
}

/** Neither the rest of the overlap nor a consumer keeps the key alive any more. */
const atOnce = <T extends Superseded>(key: T, now: number): T => ({
  ...key,
  notBefore: Math.min(key.notBefore, now),
  atOnce: true,
});
