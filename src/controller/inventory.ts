import { ANNOTATIONS } from '../api/names.ts';
import type { KeyCounts } from '../core/connection-status.ts';
import { isLive, type KeyRecord } from '../core/key-record.ts';
import type { ConnectionState, Inventory } from './connection-state.ts';
import type { PassContext } from './pass-context.ts';

/**
 * Lists all keys of this installation behind a connection that is ready, where the last list is an interval old or
 * someone waits for a younger one; `undefined` where it is not due.
 */
export async function listKeys(
  { store, view, inventory, inventoryWantedSince: wanted }: ConnectionState,
  { cluster, settings, operator }: PassContext,
  signal: AbortSignal,
): Promise<Inventory | undefined> {
  if (store === undefined || view.state !== 'ready') return undefined;
  const begunAt = cluster.now();
  const isAwaited = wanted !== undefined && begunAt >= wanted;
  const isStale = inventory === undefined || begunAt - inventory.begunAt >= settings.driftIntervalMs;
  if (!isAwaited && !isStale) return undefined;
  const records = await store.inventory(operator().installation, signal);
  return { begunAt, byUID: Map.groupBy(records, ({ mark }) => mark.uid) };
}

/** Takes a list for the truth. Every object is due for a look then, which costs no request where all is well. */
export function keepInventory(state: ConnectionState, inventory: Inventory, context: PassContext): void {
  state.inventory = inventory;
  if (state.inventoryWantedSince !== undefined && state.inventoryWantedSince <= inventory.begunAt)
    state.inventoryWantedSince = undefined;
  state.forgetMissingPrivileges();
  context.wakeObjectsOf(state.key);
}

/** Living keys of this installation, and those among them that are not the one in their object's Secret. */
export function countKeys(
  { inventory, orphans }: ConnectionState,
  { cluster, currentKeyIDs }: PassContext,
): KeyCounts | undefined {
  if (inventory === undefined) return undefined;
  const now = cluster.now();
  const current = currentKeyIDs();
  const living = [...inventory.byUID.values()].flat().filter((key: KeyRecord) => isLive(key, now));
  const others = living.filter(({ id }) => !current.has(id));
  const orphaned = others.filter(({ id }) => orphans.has(id)).length;
  return { live: living.length, retiring: others.length - orphaned, orphaned };
}

/** Ids that the Secrets of this installation hold. */
export function keyIDsInSecrets(
  secrets: Iterable<{ readonly annotations: Readonly<Record<string, string>> }>,
): ReadonlySet<string> {
  return new Set([...secrets].map(({ annotations }) => annotations[ANNOTATIONS.keyID] ?? ''));
}
