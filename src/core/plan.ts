import { ANNOTATIONS, FINALIZER } from '../api/names.ts';
import type { Plan } from './actions.ts';
import { planAdoption } from './adoption.ts';
import { firstRefusal } from './checks.ts';
import { planDeletion } from './deletion.ts';
import type { Desired, DesiredOrProblems } from './desired.ts';
import { verdictOfFailure } from './failure-policy.ts';
import { housekeeping, planFoundKeys } from './housekeeping.ts';
import { planIssue } from './issue.ts';
import type { IssueReason } from './key-record.ts';
import { journalOf, type Observed } from './observed.ts';
import { renewalCannotWait, renewalTime } from './renewal.ts';
import { issueReason } from './rotation.ts';
import { planRewrite, planUpdate } from './upkeep.ts';
import { ready, stalled, suspended, waiting, working, type Verdict } from './verdict.ts';

/**
 * The product: what to do about one object, decided from what one pass knows. Pure and total: no I/O, no clock, no
 * randomness, never throws. Guarantees: at most one new key; the finalizer before the first effect outside; a new key
 * is stored before the old one is marked for retirement; the id in the current Secret is never invalidated while the
 * object lives; nothing is left to do after its own actions.
 */
export function plan(observed: Observed, desired: DesiredOrProblems, now: number): Plan {
  const { object, connection, secret } = observed;
  if (object.metadata.deletionTimestamp !== undefined) return planDeletion(observed, now);
  if (object.spec?.suspend === true) return { actions: [], verdict: suspended(observed) };
  const refusal = firstRefusal(observed, desired);
  if (refusal !== undefined || !desired.ok) {
    const verdict = withRevocation(refusal ?? stalled('InvalidSpec', 'the spec is not valid'), observed, desired);
    return isClaimed(observed) ? { ...housekeeping(observed, now), verdict } : { actions: [], verdict };
  }
  if (connection.state !== 'ready') return { actions: [], verdict: waiting(connection) };
  if (!secret.known) return { actions: [], verdict: verdictOfFailure(secret.failure) };
  if (!isClaimed(observed)) {
    return { actions: [{ type: 'claim' }], verdict: working('Issuing', 'the object is being claimed') };
  }
  return planKey(observed, desired.value, now);
}

/** Everything about a claimed, valid object whose connection is ready. */
function planKey(observed: Observed, desired: Desired, now: number): Plan {
  const { connection } = observed;
  if (connection.state !== 'ready') return { actions: [], verdict: waiting(connection) };
  const { contact, terms } = connection;
  const adoption = planAdoption(observed, desired, contact, now);
  if (adoption !== undefined) return adoption;
  const reason = issueReason(observed, desired, contact, terms, now);
  const found = planFoundKeys(observed, desired, contact, now);
  // With the Secret's own key dead, pods may live on one that was found: it is replaced with overlap, not taken away.
  if (found !== undefined && !keyIsDead(observed, reason, now)) return found;
  if (reason !== undefined) return planIssue(observed, desired, contact, terms, reason, now);
  const upkeep = planUpdate(observed, desired) ?? planRewrite(observed, desired, terms);
  if (upkeep !== undefined) return upkeep;
  const { actions, ...retirement } = housekeeping(observed, now);
  return {
    actions,
    verdict: ready(observed, desired, contact),
    ...earliest(retirement.due, dueOf(observed, desired, now)),
  };
}

/** True where finalizer and this very installation stand on the object: without them nothing outside may be touched. */
const isClaimed = ({ object: { metadata }, operator }: Observed): boolean =>
  (metadata.finalizers ?? []).includes(FINALIZER) &&
  metadata.annotations?.[ANNOTATIONS.installation] === operator.installation;

/** Whoever asks for a revocation of an object that may have no other key must know that the old one lives on. */
function withRevocation(verdict: Verdict, observed: Observed, desired: DesiredOrProblems): Verdict {
  const journal = journalOf(observed);
  const asked = desired.ok ? desired.value.revokeRequest : undefined;
  if (journal === undefined || asked === undefined || asked === journal.handledRevokeRequest) return verdict;
  if (verdict.state !== 'stalled') return verdict;
  const message = `${verdict.message}; spec.rotation.revokeRequest waits for that: to have the key invalidated now, delete the object`;
  return { ...verdict, message };
}

function keyIsDead(observed: Observed, reason: IssueReason | undefined, now: number): boolean {
  return reason === 'KeyInvalid' || (journalOf(observed)?.expires ?? Infinity) <= now;
}

function dueOf(observed: Observed, desired: Desired, now: number): number | undefined {
  const journal = journalOf(observed);
  if (journal === undefined) return undefined;
  const renewal = renewalTime(observed.object.metadata.uid, journal, desired);
  if (renewal === undefined) return undefined;
  return renewal > now ? renewal : renewalCannotWait(renewal, journal);
}

function earliest(...instants: readonly (number | undefined)[]): { readonly due?: number } {
  const given = instants.filter((instant) => instant !== undefined);
  return given.length === 0 ? {} : { due: Math.min(...given) };
}
