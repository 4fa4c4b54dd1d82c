import { ANNOTATIONS } from '../api/names.ts';
import type { KeyCounts } from '../core/connection-status.ts';
import { isLive, type KeyRecord } from '../core/key-record.ts';
import type { ConnectionState } from './connection-state.ts';
import type { PassContext } from './pass-context.ts';

/**
 * Lists all keys of this installation behind the connection, where the last list is an interval old or someone waits
 * for a younger one. Then every object of the connection is due for a look, which costs no request where all is well.
 */
export async function refreshInventory(
  state: ConnectionState,
  context: PassContext,
  signal: AbortSignal,
): Promise<void> {
  const { cluster, settings, operator } = context;
  if (state.store === undefined || state.view.state !== 'ready') return;
  const begunAt = cluster.now();
  if (!inventoryIsDue(state, begunAt, settings.driftIntervalMs)) return;
  const records = await state.store.inventory(operator().installation, signal);
  state.inventory = { begunAt, byUID: Map.groupBy(records, ({ mark }) => mark.uid) };
  if (state.inventoryWantedSince !== undefined && state.inventoryWantedSince <= begunAt)
    state.inventoryWantedSince = undefined;
  state.forgetMissingPrivileges();
  context.wakeObjectsOf(state.key);
}

/** True where the last list is an interval old or someone waits for a younger one. Times in epoch milliseconds. */
export function inventoryIsDue(
  { inventory, inventoryWantedSince: wanted }: ConnectionState,
  now: number,
  driftIntervalMs: number,
): boolean {
  const awaited = wanted !== undefined && now >= wanted;
  return awaited || inventory === undefined || now - inventory.begunAt >= driftIntervalMs;
}

/** Living keys of this installation, and those among them that are not the one in their object's Secret. */
export function countKeys(
  { inventory }: ConnectionState,
  { cluster, currentKeyIDs }: PassContext,
): KeyCounts | undefined {
  if (inventory === undefined) return undefined;
  const now = cluster.now();
  const current = currentKeyIDs();
  const living = [...inventory.byUID.values()].flat().filter((key: KeyRecord) => isLive(key, now));
  return { live: living.length, retiring: living.filter(({ id }) => !current.has(id)).length };
}

/** Ids that the Secrets of this installation hold. */
export function keyIDsInSecrets(
  secrets: Iterable<{ readonly annotations: Readonly<Record<string, string>> }>,
): ReadonlySet<string> {
  return new Set([...secrets].map(({ annotations }) => annotations[ANNOTATIONS.keyID] ?? ''));
}
