import type { BeatApiKey } from '../api/types.ts';
import type { Action, Plan } from '../core/actions.ts';
import { desire, type DesiredOrProblems } from '../core/desired.ts';
import { policyOf, verdictOfFailure } from '../core/failure-policy.ts';
import { Failure } from '../core/failure.ts';
import { fold, type Effect } from '../core/fold.ts';
import type { Observed } from '../core/observed.ts';
import { plan } from '../core/plan.ts';
import { openQuestions } from '../core/questions.ts';
import { NOT_LISTED_YET } from '../core/workload.ts';
import type { Connections } from './connections.ts';
import { peekConsumers } from './consumers.ts';
import { execute } from './execute.ts';
import { look } from './look.ts';
import { observe } from './observe.ts';
import type { Outcome } from './outcome.ts';
import { isServed, type PassContext } from './pass-context.ts';
import type { PassMemory } from './pass-memory.ts';
import { report } from './report.ts';
import { connectionKey } from './triggers.ts';

/** More steps than any pass needs: claim, issue, retire, rewrite. Reaching it means that plan and servers disagree. */
const MOST_STEPS = 12;
/** How often what is slow to mend is looked at again, milliseconds. */
const SLOW_MS = 5 * 60 * 1000;

export interface ReconcileContext extends PassContext {
  readonly connections: Connections;
  readonly memory: PassMemory;
}

/** What a pass has found and done so far. */
interface Progress {
  observed: Observed;
  desired: DesiredOrProblems;
  next: Plan;
  readonly effects: Effect[];
}

/**
 * One pass over one object: observe → plan → execute → report. Nothing is carried over from the pass before; what the
 * servers answered in this one is folded into what is known, and the plan is made anew, until nothing is left to do.
 */
export async function reconcile(key: string, context: ReconcileContext, signal: AbortSignal): Promise<Outcome> {
  const object = context.cluster.beatApiKeys.cache.get(key);
  if (object === undefined || !isServed(context.settings, object.metadata.namespace)) return { type: 'done' };
  if (isTooEarly(object, context)) return { type: 'done' };
  const progress = begin(object, context);
  try {
    const exists = await advance(progress, context, signal);
    if (!exists) return { type: 'done' };
    await report(progress, progress.next.verdict, context);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return failed(progress, error, context);
  }
  return waitFor(progress, context);
}

/** Right after a start nobody knows how connection and consumers stand; the first look at either wakes its objects. */
function isTooEarly(object: BeatApiKey, { cluster, connections }: ReconcileContext): boolean {
  const reference = connectionKey(object);
  if (reference !== undefined && connections.find(reference)?.verdict.reason === 'Checking') return true;
  const consumers = peekConsumers(object, cluster.workloads) ?? [];
  return consumers.some(({ workload }) => !workload.known && workload.failure.code === NOT_LISTED_YET);
}

function begin(object: BeatApiKey, context: ReconcileContext): Progress {
  const desired = desire(object);
  const observed = observe(object, desired, context.connections, context.memory, context);
  return { observed, desired, next: plan(observed, desired, context.cluster.now()), effects: [] };
}

/** Looks closely and acts until the plan is empty; false: the object is gone. */
async function advance(progress: Progress, context: ReconcileContext, signal: AbortSignal): Promise<boolean> {
  const { cluster, connections } = context;
  for (let step = 0; progress.next.actions.length > 0; step++) {
    const action = progress.next.actions[0];
    if (action === undefined || step === MOST_STEPS) break;
    const { observed, desired } = progress;
    const reference = connectionKey(observed.object);
    const around = {
      ...context,
      observed,
      desired: desired.ok ? desired.value : undefined,
      connection: reference === undefined ? undefined : connections.find(reference),
    };
    const [question] = openQuestions(action, observed);
    if (question === undefined) {
      const effect = await execute(action, around, signal);
      const { generation } = observed.object.metadata;
      context.meter.acted({ ...called(action), result: 'success' });
      context.logger.debug({ ...called(action), generation }, 'an action was carried out');
      progress.effects.push(effect);
      progress.observed = fold(observed, effect);
    } else {
      const seen = await look(question, observed, around.desired, around, signal);
      if (seen === undefined) return false;
      progress.observed = seen;
      step--;
    }
    if (!sameSpec(progress.observed.object, observed.object)) progress.desired = desire(progress.observed.object);
    progress.next = plan(progress.observed, progress.desired, cluster.now());
  }
  return true;
}

/** The API server counts the generation up with every change of the spec. */
const sameSpec = ({ metadata: one }: BeatApiKey, { metadata: other }: BeatApiKey): boolean =>
  one.uid === other.uid && one.generation === other.generation;

/** What has been done stays done; the status says what went wrong, and the table says when to come again. */
async function failed(progress: Progress, failure: Failure, context: ReconcileContext): Promise<Outcome> {
  const { retry } = policyOf(failure.kind);
  const [action] = progress.next.actions;
  if (action !== undefined) context.meter.acted({ ...called(action), result: failure.kind });
  const reference = connectionKey(progress.observed.object);
  if (failure.system === 'Elasticsearch' && reference !== undefined && speaksAgainstConnection(failure)) {
    context.connections.doubt(reference);
  }
  if (retry !== 'soon') {
    try {
      await report(progress, verdictOfFailure(failure), context);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }
  switch (retry) {
    case 'soon':
    case 'backoff':
      return { type: 'retry', afterMs: failure.retryAfterMs ?? 0, failure };
    case 'slow':
      return { type: 'retry', afterMs: SLOW_MS, failure };
    case 'never':
      return { type: 'done' };
  }
}

/** An action, for metrics. */
function called(action: Action): { readonly action: string; readonly reason: string } {
  const reason = action.type === 'issueKey' ? action.reason : action.type === 'invalidateKeys' ? action.cause : '';
  return { action: action.type, reason };
}

const speaksAgainstConnection = ({ kind }: Failure): boolean =>
  kind === 'unavailable' || kind === 'denied' || kind === 'unsupported';

/** Asks for the inventory that the plan waits for, and says when time alone changes the answer. */
function waitFor({ next, observed }: Progress, { connections, cluster }: ReconcileContext): Outcome {
  const reference = connectionKey(observed.object);
  if (next.needsInventorySince !== undefined && reference !== undefined) {
    connections.wantInventory(reference, next.needsInventorySince, cluster.now());
  }
  if (next.actions.length > 0) return { type: 'retry', afterMs: 0 };
  return next.due === undefined ? { type: 'done' } : { type: 'done', dueAt: next.due };
}
