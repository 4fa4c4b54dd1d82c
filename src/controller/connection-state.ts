import type { ConnectionView } from '../core/connection-view.ts';
import type { ConnectionVerdict } from '../core/connection-verdict.ts';
import type { Contact } from '../core/contact.ts';
import type { KeyRecord } from '../core/key-record.ts';
import type { InventoryView } from '../core/observed.ts';
import type { Reading } from '../core/reading.ts';
import type { KeyStore, ObjectKey } from './ports.ts';

/** One look at all keys of this installation behind a connection. `begunAt` is epoch milliseconds. */
export interface Inventory {
  readonly begunAt: number;
  readonly byUID: ReadonlyMap<string, readonly KeyRecord[]>;
}

/**
 * What the process knows of one connection between passes: a client, what the cluster said of itself, and the last
 * inventory. All of it can be had again by looking; nothing is decided from it after a restart.
 */
export class ConnectionState {
  readonly key: ObjectKey;
  view: ConnectionView = {
    state: 'waiting',
    reason: 'ConnectionNotReady',
    message: 'the connection has not been looked at yet',
  };
  verdict: ConnectionVerdict = { state: 'waiting', reason: 'Checking', message: 'not looked at yet' };
  store: KeyStore | undefined;
  contact: Contact | undefined;
  /** Changes whenever URL, CA, user, password or spec do; what was learnt under another version is void. */
  version = '';
  /** `uid/generation` of the spec that `store` was made from, and the CA bundle read with it. */
  generation = '';
  ca = '';
  /** The references of the connection changed since they were read. */
  dirty = true;
  /** Epoch milliseconds of the last contact that succeeded. */
  contactedAt = 0;
  inventory: Inventory | undefined;
  /** Somebody waits for an inventory begun no earlier than this, epoch milliseconds. */
  inventoryWantedSince: number | undefined;
  readonly #privileges = new Map<string, { readonly at: number; readonly missing: Reading<readonly string[]> }>();

  constructor(key: ObjectKey) {
    this.key = key;
  }

  inventoryOf(uid: string): InventoryView | undefined {
    const { inventory } = this;
    return inventory === undefined ? undefined : { begunAt: inventory.begunAt, keys: inventory.byUID.get(uid) ?? [] };
  }

  /** What the user lacks for descriptors of this digest, if that was asked at `since` (epoch milliseconds) or later. */
  missingPrivileges(digest: string, since: number): Reading<readonly string[]> | undefined {
    const kept = this.#privileges.get(digest);
    return kept !== undefined && kept.at > since ? kept.missing : undefined;
  }

  /** Keeps an answer; those from before `since` are dropped. Both in epoch milliseconds. */
  keepPrivileges(digest: string, missing: Reading<readonly string[]>, now: number, since: number): void {
    for (const [old, { at }] of this.#privileges) if (at <= since) this.#privileges.delete(old);
    this.#privileges.set(digest, { at: now, missing });
  }

  /** Another client: all that was learnt through the former one is void, but for the last view. */
  use(store: KeyStore, version: string): void {
    if (version === this.version) return;
    void this.store?.close();
    this.store = store;
    this.version = version;
    this.contactedAt = 0;
    this.#privileges.clear();
  }
}
