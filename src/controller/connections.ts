import type { ElasticsearchConnection } from '../api/types.ts';
import type { WorkQueue } from '../runtime/queue.ts';
import { ConnectionState } from './connection-state.ts';
import type { Cache, ObjectKey } from './ports.ts';

/** The states of all connections, and the ways in which objects call for a look at one. */
export class Connections {
  readonly #states = new Map<ObjectKey, ConnectionState>();
  readonly #cache: Cache<ElasticsearchConnection>;
  readonly #queue: WorkQueue;

  constructor(cache: Cache<ElasticsearchConnection>, queue: WorkQueue) {
    this.#cache = cache;
    this.#queue = queue;
  }

  /** The state behind a reference; `undefined` where no such connection exists. */
  find(key: ObjectKey): ConnectionState | undefined {
    return this.#cache.get(key) === undefined ? undefined : this.of(key);
  }

  /** The state, made if it is not there. */
  of(key: ObjectKey): ConnectionState {
    const state = this.#states.get(key) ?? new ConnectionState(key);
    this.#states.set(key, state);
    return state;
  }

  /** A call failed in a way that speaks against the connection: look at it now rather than at its next time. */
  doubt(key: ObjectKey): void {
    const state = this.#states.get(key);
    if (state === undefined) return;
    state.inDoubt = true;
    this.#queue.add(key);
  }

  /** Asks for an inventory begun at `since` (epoch milliseconds) or later; `now` in epoch milliseconds. */
  wantInventory(key: ObjectKey, since: number, now: number): void {
    const state = this.#states.get(key);
    if (state === undefined) return;
    state.inventoryWantedSince = Math.max(since, state.inventoryWantedSince ?? 0);
    this.#queue.addAfter(key, Math.max(0, since - now));
  }

  /** The connection is gone: its client is closed. */
  async drop(key: ObjectKey): Promise<void> {
    const state = this.#states.get(key);
    this.#states.delete(key);
    await state?.store?.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#states.keys()].map(async (key) => this.drop(key)));
  }
}
