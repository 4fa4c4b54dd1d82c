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

/** A client, and what it was made from. */
export interface ConnectionClient {
  readonly store: KeyStore;
  /** Changes whenever URL, CA, user, password or spec do; what was learnt under another version is void. */
  readonly version: string;
  /** `uid/generation` of the connection. */
  readonly generation: string;
  /** The CA bundle: PEM, or empty. */
  readonly ca: string;
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
  client: ConnectionClient | undefined;
  contact: Contact | undefined;
  /** The references of the connection changed since they were read. */
  dirty = true;
  /** The cluster has to be looked at before anything else is believed of it. */
  inDoubt = true;
  inventory: Inventory | undefined;
  /** When each key that nobody answers for was first seen, by id, epoch milliseconds. */
  orphans: ReadonlyMap<string, number> = new Map();
  /** `begunAt` of the inventory that was searched for such keys last. */
  sweptAt: number | undefined;
  /** The finalizer is on its way to the connection. */
  holding: Promise<unknown> | undefined;
  /** Somebody waits for an inventory begun no earlier than this, epoch milliseconds. */
  inventoryWantedSince: number | undefined;
  readonly #privileges = new Map<string, { readonly at: number; readonly missing: Reading<readonly string[]> }>();

  constructor(key: ObjectKey) {
    this.key = key;
  }

  get store(): KeyStore | undefined {
    return this.client?.store;
  }

  get version(): string {
    return this.client?.version ?? '';
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

  /** What the user lacked, or what was refused, may be granted by now: it is asked again when an object needs it. */
  forgetMissingPrivileges(): void {
    for (const [digest, { missing }] of this.#privileges) {
      if (!missing.known || missing.value.length > 0) this.#privileges.delete(digest);
    }
  }

  /** Another client: all that was learnt through the former one is void, but for the last view. */
  use(client: ConnectionClient): void {
    if (client === this.client) return;
    void this.store?.close();
    this.client = client;
    this.inDoubt = true;
    this.#privileges.clear();
  }
}
