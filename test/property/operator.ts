import { isDeepStrictEqual } from 'node:util';
import { ANNOTATIONS, FINALIZER } from '../../src/api/names.ts';
import { viewSecret } from '../../src/controller/observe.ts';
import type { Action, Plan } from '../../src/core/actions.ts';
import type { ConnectionView, Terms } from '../../src/core/connection-view.ts';
import { desire, retains } from '../../src/core/desired.ts';
import { Failure } from '../../src/core/failure.ts';
import { verdictOfFailure } from '../../src/core/failure-policy.ts';
import { fold } from '../../src/core/fold.ts';
import { readJournal } from '../../src/core/journal.ts';
import { isLive } from '../../src/core/key-record.ts';
import { journalOf, type InventoryView, type Observed } from '../../src/core/observed.ts';
import { plan } from '../../src/core/plan.ts';
import { openQuestions, type Question } from '../../src/core/questions.ts';
import { known, unknown, type Reading } from '../../src/core/reading.ts';
import { isConsistent } from '../../src/core/render.ts';
import { statusOf } from '../../src/core/status.ts';
import { INSTALLATION } from '../builders/beat-api-key.ts';
import { aContact, someTerms } from '../builders/connection-view.ts';
import { act, type World } from './act.ts';
import { Crash, must, VISIBILITY_MS, type Circumstances } from './circumstances.ts';
import type { ModelElasticsearch } from './model-elasticsearch.ts';
import type { ModelKubernetes } from './model-kubernetes.ts';

export const DRIFT_MS = 300_000;
const ATTEMPT_LIMIT_MS = 30_000;
/** As in controller/reconcile. */
const MOST_STEPS = 12;

/** What one pass did. */
export interface Trace {
  readonly actions: readonly Action['type'][];
  readonly next: Plan | undefined;
  readonly statusWritten: boolean;
  readonly failure?: Failure;
}

/**
 * The operator's process around the plan, as controller/reconcile and its actions run it, against the model. After
 * every plan and every action it holds the promises against what is so.
 */
export class Operator implements World {
  readonly at: Circumstances;
  readonly elasticsearch: ModelElasticsearch;
  readonly kubernetes: ModelKubernetes;
  terms: Terms = someTerms();
  /** What plan and action types went through, in order: for a failed run's report. */
  readonly log: string[] = [];
  #leadingSince: number;
  unsettledSince: number | undefined;
  #inventory: InventoryView | undefined;
  #wantedSince: number | undefined;
  #view: ConnectionView | undefined;
  #contactedAt = -Infinity;

  constructor(at: Circumstances, elasticsearch: ModelElasticsearch, kubernetes: ModelKubernetes) {
    this.at = at;
    this.elasticsearch = elasticsearch;
    this.kubernetes = kubernetes;
    this.#leadingSince = at.now;
  }

  /** Another process takes over: all that was in memory is gone. */
  restart(): void {
    this.#leadingSince = this.at.now;
    this.unsettledSince = undefined;
    this.#inventory = undefined;
    this.#wantedSince = undefined;
    this.#view = undefined;
    this.#contactedAt = -Infinity;
  }

  /** A pass over the connection: contact and inventory where they are due. */
  lookAtConnection(): void {
    const { at, elasticsearch, terms } = this;
    if (elasticsearch.down) {
      this.#view = { state: 'waiting', reason: 'Unavailable', message: 'does not answer', terms };
      return;
    }
    const { cluster: clusterUUID, user: owner, manageApiKey, version } = elasticsearch;
    const contact = aContact({ clusterUUID, owner, manageApiKey, version });
    if (this.#view?.state === 'ready' && this.#view.contact.clusterUUID !== clusterUUID) this.#inventory = undefined;
    this.#view = { state: 'ready', contact, terms };
    this.#contactedAt = at.now;
    const stale = this.#inventory === undefined || at.now - this.#inventory.begunAt >= DRIFT_MS;
    const awaited = this.#wantedSince !== undefined && at.now >= this.#wantedSince;
    if (!stale && !awaited) return;
    this.#inventory = { begunAt: at.now, keys: elasticsearch.inventory() };
    if (awaited) this.#wantedSince = undefined;
  }

  /** One pass over the object. */
  pass(): Trace {
    const { kubernetes, at } = this;
    if (this.#view === undefined || at.now - this.#contactedAt > DRIFT_MS) this.lookAtConnection();
    const object = kubernetes.object;
    if (object === undefined) return { actions: [], next: undefined, statusWritten: false };
    const actions: Action['type'][] = [];
    let observed = this.#observe(object);
    try {
      let next = this.#plan(observed);
      for (let step = 0; next.actions.length > 0; step++) {
        const [action] = next.actions;
        if (action === undefined) break;
        must(step < MOST_STEPS, `a pass ends: ${actions.join(', ')}`);
        const [question] = openQuestions(action, observed);
        if (question === undefined) {
          this.#mayRun(action, observed);
          actions.push(action.type);
          this.log.push(action.type === 'issueKey' ? `issueKey ${action.reason}` : action.type);
          observed = fold(observed, act(action, observed, this));
        } else {
          const seen = this.#look(question, observed);
          if (seen === undefined) return { actions, next: undefined, statusWritten: false };
          observed = seen;
          step--;
        }
        next = this.#plan(observed);
      }
      if (next.needsInventorySince !== undefined) this.#wantedSince = next.needsInventorySince;
      return { actions, next, statusWritten: this.#report(observed, next.verdict) };
    } catch (error) {
      if (error instanceof Crash) {
        at.effectsLeft = Infinity;
        this.restart();
        this.log.push('killed');
        return { actions, next: undefined, statusWritten: false };
      }
      if (!(error instanceof Failure)) throw error;
      this.log.push(`failed ${error.kind}`);
      // As controller/update-key: a list of the keys will tell what became of the one to update.
      if (error.kind === 'notFound') this.#wantedSince = at.now + VISIBILITY_MS;
      const statusWritten = this.#report(observed, verdictOfFailure(error));
      return { actions, next: undefined, statusWritten, failure: error };
    }
  }

  #plan(observed: Observed): Plan {
    const desired = desire(observed.object);
    const made = plan(observed, desired, this.at.now);
    must(isDeepStrictEqual(plan(observed, desired, this.at.now), made), 'equal input gives an equal plan');
    const idle = made.actions.length === 0 && made.due !== undefined;
    must(!idle || (made.due ?? 0) > this.at.now, 'what is due later is in the future');
    return made;
  }

  #observe(object: Observed['object']): Observed {
    const unsettled = this.unsettledSince;
    return {
      operator: {
        installation: INSTALLATION,
        visibilityDelayMs: VISIBILITY_MS,
        attemptLimitMs: ATTEMPT_LIMIT_MS,
        leadingSince: this.#leadingSince,
      },
      object,
      namespaceLabels: {},
      connection: this.#view ?? { state: 'absent' },
      secret: known(viewSecret(object, this.kubernetes.cachedSecret)),
      consumers: [],
      inventory: this.#inventory,
      close: {},
      claimedNow: false,
      gone: [],
      ...(unsettled === undefined ? {} : { unsettledSince: unsettled }),
    };
  }

  #look(question: Question, observed: Observed): Observed | undefined {
    const close = (answer: Partial<Observed['close']>): Observed => ({
      ...observed,
      close: { ...observed.close, ...answer },
    });
    const journal = journalOf(observed);
    const { kubernetes, elasticsearch } = this;
    switch (question) {
      case 'object':
        return kubernetes.object === undefined ? undefined : { ...close({ object: true }), object: kubernetes.object };
      case 'secret': {
        const secret = known(viewSecret(observed.object, kubernetes.secret?.metadata));
        return { ...close({ secret: true }), secret };
      }
      case 'consumers':
        return close({ consumers: true });
      case 'missingPrivileges':
        return close({ missingPrivileges: reading(() => elasticsearch.lacksPrivileges()) });
      case 'keyLives':
        return close({
          keyLives: reading(() => {
            const record = elasticsearch.get(journal?.keyID ?? '');
            return record !== undefined && isLive(record, this.at.now);
          }),
        });
      case 'valuesIntact': {
        const data = kubernetes.secret?.data ?? {};
        const id = journal?.keyID ?? '';
        if (!isConsistent(data, id)) return close({ valuesIntact: known(false) });
        return close({ valuesIntact: reading(() => elasticsearch.accepts(id, data['key'] ?? '')) });
      }
    }
  }

  /** The promises that an action could break. */
  #mayRun(action: Action, { object }: Observed): void {
    const { kubernetes, elasticsearch, at } = this;
    if (action.type === 'claim') return;
    const { finalizers = [], annotations = {}, deletionTimestamp } = kubernetes.object?.metadata ?? object.metadata;
    must(finalizers.includes(FINALIZER), 'nothing happens outside without the finalizer');
    must(annotations[ANNOTATIONS.installation] === INSTALLATION, 'nothing happens outside without the claim');
    const current = kubernetes.secret?.data['id'];
    if (action.type === 'invalidateKeys' && deletionTimestamp === undefined) {
      const hit = action.keys.some(({ id }) => id === current);
      must(!hit, 'the key in the Secret is never invalidated while the object lives');
    }
    if (action.type !== 'release') return;
    must(deletionTimestamp !== undefined, 'an object that lives keeps its finalizer');
    const letGo = retains(object) || annotations[ANNOTATIONS.abandonKeys] === 'true';
    const visible = elasticsearch.livingWithinReach();
    must(letGo || visible.length === 0, `the finalizer outlives the keys (${visible.map(({ id }) => id).join(', ')})`);
    const journal = readJournal(kubernetes.secret?.metadata.annotations ?? {});
    const named = journal === undefined ? [] : [journal.keyID, ...journal.superseded.map(({ id }) => id)];
    const alive = elasticsearch.living().filter(({ record }) => named.includes(record.id) && isLive(record, at.now));
    must(letGo || alive.length === 0, 'the finalizer outlives the keys that the journal names');
  }

  #report(observed: Observed, verdict: Plan['verdict']): boolean {
    const status = statusOf(observed, desire(observed.object), verdict, this.at.now);
    const { object } = this.kubernetes;
    if (object === undefined || isDeepStrictEqual(status, object.status)) return false;
    this.kubernetes.object = { ...object, status };
    return true;
  }
}

function reading<T>(ask: () => T): Reading<T> {
  try {
    return known(ask());
  } catch (error) {
    if (error instanceof Failure && error.kind === 'rejected') return unknown(error);
    throw error;
  }
}
