import { describeProblems, parseElasticsearchConnectionSpec } from '../api/parse.ts';
import type { ElasticsearchConnection, ElasticsearchConnectionSpec } from '../api/types.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { digest } from '../lib/digest.ts';
import { connectionEvents } from '../core/connection-events.ts';
import { connectionStatusOf } from '../core/connection-status.ts';
import { termsOf } from '../core/connection-terms.ts';
import { verdictOfContact, verdictOfContactFailure, type ConnectionVerdict } from '../core/connection-verdict.ts';
import type { Terms } from '../core/connection-view.ts';
import { Failure } from '../core/failure.ts';
import type { ConnectionClient, ConnectionState, Inventory } from './connection-state.ts';
import type { Connections } from './connections.ts';
import { holdConnection, isHeld } from './hold-connection.ts';
import { countKeys, keepInventory, listKeys } from './inventory.ts';
import { isServed, type PassContext } from './pass-context.ts';
import type { Outcome } from './outcome.ts';
import { sweep } from './sweep.ts';
import { readTarget } from './target.ts';
import { objectsOf, isReferredTo } from './triggers.ts';

/** A server, or what stands in front of it, may ask for a longer pause; it is looked at after this one, milliseconds. */
const LONGEST_WISH_MS = 5 * 60_000;

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
  if (object === undefined || !isServed(context.settings, object.metadata.namespace)) {
    await connections.drop(key);
    context.meter.orphans(key, undefined);
    context.wakeObjectsOf(key);
    return { type: 'done' };
  }
  const state = connections.of(key);
  const before = canonicalJson(state.view);
  const failure = await bringUpToDate(object, state, context, signal);
  if (canonicalJson(state.view) !== before) context.wakeObjectsOf(key);
  await holdOrRelease(object, state, context);
  if (failure === undefined) await sweep(object, state, context, signal);
  await report(object, state, context);
  if (failure === undefined) return { type: 'done', dueAt: dueAt(state, context) };
  const wish = Math.min(failure.retryAfterMs ?? 0, LONGEST_WISH_MS);
  // Nobody was asked: the next look is when the breaker lets one through, without a pause of our own on top.
  if (failure.code === 'CircuitOpen') return { type: 'done', dueAt: cluster.now() + wish };
  return { type: 'retry', afterMs: wish, failure };
}

/** Answers the failure that the next look should come soon for; a state that a person must change is none. */
async function bringUpToDate(
  object: ElasticsearchConnection,
  state: ConnectionState,
  context: PassContext,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const parsed = parseElasticsearchConnectionSpec(object.spec);
  if (!parsed.ok) {
    settle(state, { state: 'stalled', reason: 'InvalidSpec', message: describeProblems(parsed.problems) });
    return undefined;
  }
  const spec = parsed.value;
  const terms = termsOf(object, spec, state.client?.ca ?? '');
  let client = state.client;
  try {
    const resolved = await resolve(object, spec, state, context);
    if ('reason' in resolved) {
      settle(state, resolved, terms);
      return undefined;
    }
    client = resolved;
    if (client !== state.client || state.inDoubt) await contact(object, spec, client, state, signal);
    const listed = await listOrContact(state, context, signal);
    if (listed === undefined) return undefined;
    // By now another cluster may be behind the URL, in whose list every key is missing: it is looked at before its list
    // is believed, or all keys would be made anew there.
    const of = state.contact?.clusterUUID;
    await contact(object, spec, client, state, signal);
    if (state.verdict.state === 'ready' && state.contact?.clusterUUID === of) keepInventory(state, listed, context);
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // That nobody was asked says nothing new.
    if (error.code !== 'CircuitOpen' || !isTrouble(state.verdict)) {
      settle(state, verdictOfContactFailure(error, object, spec), terms);
    }
    if (client !== undefined) state.use(client);
    // What a person has to mend gets no better by asking often; a change of what it refers to brings it back at once.
    return state.verdict.state === 'waiting' ? error : undefined;
  }
}

/**
 * Where a list fails, the cluster is asked who it is: that says at which URL the trouble is, in the words of all later
 * looks, so that an outage is told to objects once.
 */
async function listOrContact(
  state: ConnectionState,
  context: PassContext,
  signal: AbortSignal,
): Promise<Inventory | undefined> {
  try {
    return await listKeys(state, context, signal);
  } catch (error) {
    await state.store?.contact(signal);
    throw error;
  }
}

const isTrouble = ({ state, reason }: ConnectionVerdict): boolean => state !== 'ready' && reason !== 'Checking';

/** The client to use: another one where credential, certificates or spec changed. A verdict where that cannot be said. */
async function resolve(
  object: ElasticsearchConnection,
  spec: ElasticsearchConnectionSpec,
  state: ConnectionState,
  { cluster, elasticsearch }: PassContext,
): Promise<ConnectionClient | ConnectionVerdict> {
  const { client } = state;
  const { uid, deletionTimestamp } = object.metadata;
  const generation = `${uid}/${object.metadata.generation}`;
  // What it refers to may go before it does, as when its namespace is deleted: the last good credential stays in use.
  const leaving = deletionTimestamp !== undefined;
  if (client !== undefined && (leaving || (!state.dirty && client.generation === generation))) return client;
  // A change while this reads is a reason to read again.
  state.dirty = false;
  try {
    const found = await readTarget(object, spec, cluster.references);
    if (!found.ok) {
      state.dirty = true;
      return found.verdict;
    }
    const { target } = found;
    const version = digest({ ...target, password: target.password.map((text) => digest(text)).reveal(), generation });
    if (version === client?.version) return client;
    return { store: elasticsearch.open(target), version, generation, ca: target.ca ?? '' };
  } catch (error) {
    state.dirty = true;
    throw error;
  }
}

/**
 * Asks the cluster who it is. Only a client that was found to lead to the right one takes the place of the former:
 * objects go on with that as long as this lasts.
 */
async function contact(
  object: ElasticsearchConnection,
  spec: ElasticsearchConnectionSpec,
  client: ConnectionClient,
  state: ConnectionState,
  signal: AbortSignal,
): Promise<void> {
  const found = await client.store.contact(signal);
  state.use(client);
  if (found.clusterUUID !== state.contact?.clusterUUID) state.inventory = undefined;
  state.contact = found;
  state.inDoubt = false;
  const verdict = verdictOfContact(object, spec, found);
  const terms = termsOf(object, spec, client.ca);
  settle(state, verdict, terms);
  if (verdict.state === 'ready') state.view = { state: 'ready', contact: found, terms };
}

/** Takes the verdict over, and makes of it what objects see. `terms` hold whatever state the cluster is in. */
function settle(state: ConnectionState, verdict: ConnectionVerdict, terms?: Terms): void {
  state.verdict = verdict;
  if (verdict.state === 'ready') return;
  state.inDoubt = true;
  const known = terms ?? (state.view.state === 'absent' ? undefined : state.view.terms);
  state.view = {
    state: 'waiting',
    reason: verdict.reason === 'Unreachable' ? 'Unavailable' : 'ConnectionNotReady',
    message: `ElasticsearchConnection ${state.key}: ${verdict.message}`,
    ...(known === undefined ? {} : { terms: known }),
  };
}

/** The finalizer is there exactly while objects refer to the connection. */
async function holdOrRelease(
  object: ElasticsearchConnection,
  state: ConnectionState,
  { cluster }: PassContext,
): Promise<void> {
  if (isReferredTo(object, cluster.beatApiKeys.cache)) await holdConnection(state, cluster);
  else if (isHeld(object)) await cluster.connections.release(object);
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
  { inventory, inventoryWantedSince, verdict }: ConnectionState,
  { settings, cluster }: PassContext,
): number {
  const now = cluster.now();
  if (verdict.state !== 'ready') return now + settings.driftIntervalMs;
  return Math.min((inventory?.begunAt ?? now) + settings.driftIntervalMs, inventoryWantedSince ?? Infinity);
}
