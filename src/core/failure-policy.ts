import type { Reason } from '../api/reasons.ts';
import type { Failure, FailureKind } from './failure.ts';
import { stalled, working, type Verdict } from './verdict.ts';

/** When a failed pass comes again. */
export type Retry =
  /** 1 s to 5 min, doubling, with full jitter; a server's own wish goes first. */
  | 'backoff'
  /** Nothing is wrong: as with backoff, but nobody is told. */
  | 'soon'
  /** Minutes: nothing gets better by asking often. */
  | 'slow'
  /** Not before spec, policy or connection change. */
  | 'never';

interface Policy {
  readonly retry: Retry;
  readonly reason: Reason;
  /** A person has to act. */
  readonly stalls: boolean;
  /** Counts against the connection: enough of them open its breaker. */
  readonly breaker: boolean;
}

/** What follows from each kind of failure of an object's pass. */
const POLICIES: Readonly<Record<FailureKind, Policy>> = {
  unavailable: { retry: 'backoff', reason: 'Unavailable', stalls: false, breaker: true },
  throttled: { retry: 'backoff', reason: 'Throttled', stalls: false, breaker: false },
  conflict: { retry: 'soon', reason: 'Issuing', stalls: false, breaker: false },
  exists: { retry: 'soon', reason: 'Issuing', stalls: false, breaker: false },
  notFound: { retry: 'soon', reason: 'Issuing', stalls: false, breaker: false },
  denied: { retry: 'slow', reason: 'Forbidden', stalls: true, breaker: false },
  rejected: { retry: 'never', reason: 'Rejected', stalls: true, breaker: false },
  unsupported: { retry: 'slow', reason: 'Rejected', stalls: true, breaker: false },
  aborted: { retry: 'soon', reason: 'Issuing', stalls: false, breaker: false },
};

export const policyOf = (kind: FailureKind): Policy => POLICIES[kind];

/** How an object stands whose pass failed so. */
export function verdictOfFailure(failure: Failure): Verdict {
  const { reason, stalls } = policyOf(failure.kind);
  const what = `${failure.system}: ${failure.operation}: ${failure.detail || failure.code}`;
  if (failure.kind === 'denied' && failure.system === 'Elasticsearch') {
    return working('ConnectionNotReady', `${what}; the connection is being checked`);
  }
  return stalls ? stalled(reason, what) : working(reason, what);
}
