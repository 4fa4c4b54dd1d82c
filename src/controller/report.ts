import type { Reason } from '../api/reasons.ts';
import type { BeatApiKey, BeatApiKeyStatus } from '../api/types.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import type { DesiredOrProblems } from '../core/desired.ts';
import { eventOfLongWait, eventsOf } from '../core/events.ts';
import type { Effect } from '../core/fold.ts';
import type { Observed } from '../core/observed.ts';
import { longWaits } from '../core/retirement.ts';
import { statusOf } from '../core/status.ts';
import type { Verdict } from '../core/verdict.ts';
import type { PassContext } from './pass-context.ts';
import type { PassMemory } from './pass-memory.ts';

/** What an object asks for is not lent to it. */
const DENIALS: ReadonlySet<Reason> = new Set(['NamespaceNotAllowed', 'PolicyViolation', 'PrivilegesMissing']);

/** What a pass has to tell. */
export interface Findings {
  readonly observed: Observed;
  readonly desired: DesiredOrProblems;
  readonly effects: readonly Effect[];
}

/** Writes the status if it says something new, and records what happened as events. Throws `Failure`. */
export async function report(
  findings: Findings,
  verdict: Verdict,
  context: PassContext & { readonly memory: PassMemory },
): Promise<void> {
  const { observed, desired, effects } = findings;
  const { object } = observed;
  const { cluster, logger, memory, meter } = context;
  const now = cluster.now();
  const status = statusOf(observed, desired, verdict, now);
  const waits = memory.firstLongWaits(object.metadata.uid, longWaits(observed, now));
  const events = [...eventsOf(object, effects, verdict), ...waits.map(eventOfLongWait)];
  for (const event of events) {
    cluster.events.record(object, event);
    logger.info({ reason: event.reason }, event.note);
  }
  if (DENIALS.has(verdict.reason) && events.some(({ reason }) => reason === 'Stalled')) meter.denied(verdict.reason);
  if (isReleased(effects) || same(status, object)) return;
  await cluster.beatApiKeys.writeStatus(object, status);
}

/** Without its finalizer an object that is being deleted is gone: there is nothing to write a status to. */
const isReleased = (effects: readonly Effect[]): boolean => effects.some(({ type }) => type === 'released');

const same = (status: BeatApiKeyStatus, { status: current }: BeatApiKey): boolean =>
  canonicalJson(status) === canonicalJson(current ?? {});
