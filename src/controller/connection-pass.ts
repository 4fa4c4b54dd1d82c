import type { ElasticsearchConnection } from '../api/types.ts';
import { connectionEvents } from '../core/connection-events.ts';
import { connectionStatusOf } from '../core/connection-status.ts';
import type { ConnectionVerdict } from '../core/connection-verdict.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import type { ConnectionState } from './connection-state.ts';
import type { Connections } from './connections.ts';
import { holdConnection, isHeld } from './hold-connection.ts';
import { countKeys } from './inventory.ts';
import { lookAtConnection } from './look-at-connection.ts';
import type { Outcome } from './outcome.ts';
import { isServed, type PassContext } from './pass-context.ts';
import { sweep } from './sweep.ts';
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
  const failure = await lookAtConnection(object, state, context, signal);
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
