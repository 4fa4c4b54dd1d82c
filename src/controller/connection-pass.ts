import { CONNECTION_FINALIZER } from '../api/names.ts';
import { describeProblems, parseElasticsearchConnectionSpec } from '../api/parse.ts';
import type { ElasticsearchConnection, ElasticsearchConnectionSpec } from '../api/types.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { digest } from '../lib/digest.ts';
import { connectionEvents } from '../core/connection-events.ts';
import { connectionStatusOf } from '../core/connection-status.ts';
import { termsOf } from '../core/connection-terms.ts';
import { verdictOfContact, verdictOfContactFailure, type ConnectionVerdict } from '../core/connection-verdict.ts';
import { Failure } from '../core/failure.ts';
import type { ConnectionState } from './connection-state.ts';
import type { Connections } from './connections.ts';
import { countKeys, refreshInventory } from './inventory.ts';
import type { PassContext } from './pass-context.ts';
import type { Outcome } from './outcome.ts';
import { readTarget } from './target.ts';
import { objectsOf } from './triggers.ts';

/**
 * One pass over a connection: read what it refers to, look at the cluster when that is due, list the keys when that is
 * due or wanted, and say how it stands. Objects that refer to it are woken when their view of it changed.
 */
export async function passConnection(
  key: string,
  connections: Connections,
  context: PassContext,
  signal: AbortSignal,
): Promise<Outcome> {
  const { cluster } = context;
  const object = cluster.connections.cache.get(key);
  if (object === undefined) {
    await connections.drop(key);
    context.wakeObjectsOf(key);
    return { type: 'done' };
  }
  const state = connections.of(key);
  const before = canonicalJson(state.view);
  const failure = await bringUpToDate(object, state, context, signal);
  if (canonicalJson(state.view) !== before) context.wakeObjectsOf(key);
  await hold(object, context);
  await report(object, state, context);
  if (failure !== undefined) return { type: 'retry', afterMs: failure.retryAfterMs ?? 0, failure };
  return { type: 'done', dueAt: dueAt(state, context) };
}

/** Answers the failure that the next look should come soon for; a state that a person must change is none. */
async function bringUpToDate(
  object: ElasticsearchConnection,
  state: ConnectionState,
  context: PassContext,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  // What it refers to may go before it does, as when its namespace is deleted: the last good credential stays in use.
  const leaving = object.metadata.deletionTimestamp !== undefined && state.store !== undefined;
  const parsed = parseElasticsearchConnectionSpec(object.spec);
  if (!parsed.ok) {
    settle(state, { state: 'stalled', reason: 'InvalidSpec', message: describeProblems(parsed.problems) });
    return undefined;
  }
  try {
    if (!leaving) {
      const verdict = await resolve(object, parsed.value, state, context);
      if (verdict !== undefined) {
        settle(state, verdict);
        return undefined;
      }
    }
    await contact(object, parsed.value, state, context, signal);
    await refreshInventory(state, context, signal);
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const verdict = verdictOfContactFailure(error);
    settle(state, verdict);
    // What a person has to mend gets no better by asking often; a change of what it refers to brings it back at once.
    return verdict.state === 'waiting' ? error : undefined;
  }
}

/** Reads credential and certificates where they or the spec changed; answers the verdict where that cannot be done. */
async function resolve(
  object: ElasticsearchConnection,
  spec: ElasticsearchConnectionSpec,
  state: ConnectionState,
  { cluster, elasticsearch }: PassContext,
): Promise<ConnectionVerdict | undefined> {
  const generation = `${object.metadata.uid}/${object.metadata.generation}`;
  if (!state.dirty && state.store !== undefined && state.generation === generation) return undefined;
  const found = await readTarget(object, spec, cluster.references);
  if (!found.ok) return found.verdict;
  const { target } = found;
  const version = digest({ ...target, password: target.password.map((text) => digest(text)).reveal(), generation });
  if (version !== state.version) state.use(elasticsearch.open(target), version);
  state.ca = target.ca ?? '';
  state.generation = generation;
  state.dirty = false;
  return undefined;
}

/** Asks the cluster who it is, once an interval and whenever there is doubt. */
async function contact(
  object: ElasticsearchConnection,
  spec: ElasticsearchConnectionSpec,
  state: ConnectionState,
  { cluster, settings }: PassContext,
  signal: AbortSignal,
): Promise<void> {
  const now = cluster.now();
  if (state.store === undefined) return;
  if (state.contact === undefined || now - state.contactedAt >= settings.driftIntervalMs) {
    const found = await state.store.contact(signal);
    if (found.clusterUUID !== state.contact?.clusterUUID) state.inventory = undefined;
    state.contact = found;
    state.contactedAt = now;
  }
  const terms = termsOf(object, spec, state.ca);
  const verdict = verdictOfContact(object, spec, state.contact, terms.url === '' ? [] : (spec.urls ?? []));
  settle(state, verdict);
  if (verdict.state === 'ready') state.view = { state: 'ready', contact: state.contact, terms };
}

/** Takes the verdict over, and makes of it what objects see. */
function settle(state: ConnectionState, verdict: ConnectionVerdict): void {
  state.verdict = verdict;
  if (verdict.state === 'ready') return;
  state.contactedAt = 0;
  state.view = {
    state: 'waiting',
    reason: verdict.reason === 'Unreachable' ? 'Unavailable' : 'ConnectionNotReady',
    message: `ElasticsearchConnection ${state.key}: ${verdict.message}`,
    ...(state.view.state === 'absent' || state.view.terms === undefined ? {} : { terms: state.view.terms }),
  };
}

/** The finalizer is there exactly while objects refer to the connection. */
async function hold(object: ElasticsearchConnection, { cluster }: PassContext): Promise<void> {
  const held = (object.metadata.finalizers ?? []).includes(CONNECTION_FINALIZER);
  const wanted = objectsOf(object, cluster.beatApiKeys.cache).length > 0;
  if (held && !wanted) await cluster.connections.release(object);
  if (!held && wanted && object.metadata.deletionTimestamp === undefined) await cluster.connections.hold(object);
}

async function report(object: ElasticsearchConnection, state: ConnectionState, context: PassContext): Promise<void> {
  const { cluster } = context;
  const live = cluster.connections.cache.get(state.key) ?? object;
  const inUse = live.metadata.deletionTimestamp !== undefined ? objectsOf(live, cluster.beatApiKeys.cache).length : 0;
  const verdict: ConnectionVerdict =
    inUse === 0
      ? state.verdict
      : {
          state: 'waiting',
          reason: 'InUse',
          message: `${inUse} BeatApiKeys still refer to the connection, which is being deleted`,
        };
  const status = connectionStatusOf(live, verdict, state.contact, countKeys(state, context), cluster.now());
  if (canonicalJson(status) === canonicalJson(live.status ?? {})) return;
  await cluster.connections.writeStatus(live, status);
  for (const event of connectionEvents(live, verdict)) cluster.events.record(live, event);
}

function dueAt(
  { contactedAt, inventory, inventoryWantedSince, verdict }: ConnectionState,
  { settings, cluster }: PassContext,
): number {
  const now = cluster.now();
  if (verdict.state !== 'ready') return now + settings.driftIntervalMs;
  const due = [contactedAt, inventory?.begunAt ?? now].map((at) => at + settings.driftIntervalMs);
  return Math.min(...due, inventoryWantedSince ?? Infinity);
}
