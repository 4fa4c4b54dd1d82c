import type { Cache, CacheChange, ObjectKey } from '../controller/ports.ts';

/** What tells versions of an object apart. */
export interface Identity {
  readonly key: ObjectKey;
  readonly uid: string;
  readonly resourceVersion: string;
}

interface Listed<T> {
  readonly identity: Identity;
  readonly value: T;
}

interface Entry<T> extends Listed<T> {
  /** From our own write; the watch has not confirmed it. */
  readonly ahead: boolean;
}

/**
 * One watched collection, as of the last event, with our own writes put in before the watch brings them. Versions of
 * one resource are compared as numbers, newer is larger (KEP-5504 makes that a promise of the API server); where they
 * are no numbers, only the watch counts. Writes to one object are expected one after the other.
 */
export class Store<T> implements Cache<T> {
  readonly #listeners: ((change: CacheChange<T>) => void)[] = [];
  /** Objects we removed, as we last knew them, until the watch tells their end. */
  readonly #removed = new Map<ObjectKey, Identity>();
  #entries = new Map<ObjectKey, Entry<T>>();
  /** The watch has told everything up to this version. */
  #seen = '';

  get(key: ObjectKey): T | undefined {
    return this.#entries.get(key)?.value;
  }

  *values(): Iterable<T> {
    for (const { value } of this.#entries.values()) yield value;
  }

  subscribe(listener: (change: CacheChange<T>) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Takes a list as the whole truth at its version, at once; changes are told after. What was put in after that version
   * stays. Another uid under the same key is told as a removal and an addition.
   */
  replace(listed: readonly Listed<T>[], resourceVersion: string): void {
    const before = this.#entries;
    const after = new Map<ObjectKey, Entry<T>>();
    const listedUIDs = new Set(listed.map(({ identity }) => identity.uid));
    for (const [key, removed] of this.#removed) {
      if (!listedUIDs.has(removed.uid) && !newer(removed.resourceVersion, resourceVersion)) this.#removed.delete(key);
    }
    for (const { identity, value } of listed) {
      if (!this.#isPast(identity)) after.set(identity.key, { identity, value, ahead: false });
    }
    for (const [key, entry] of before) {
      if (entry.ahead && newer(entry.identity.resourceVersion, resourceVersion)) after.set(key, entry);
    }
    this.#entries = after;
    this.#seen = resourceVersion;
    for (const [key, entry] of before) if (!after.has(key)) this.#tell(key, entry, undefined);
    for (const [key, entry] of after) this.#tell(key, before.get(key), entry);
  }

  /** The watch says: this is how the object is. */
  apply(identity: Identity, value: T): void {
    this.seen(identity.resourceVersion);
    if (this.#isPast(identity)) return;
    const before = this.#entries.get(identity.key);
    if (before?.ahead === true && newer(before.identity.resourceVersion, identity.resourceVersion)) return;
    this.#set({ identity, value, ahead: false });
  }

  /** The watch says: this object is gone. */
  delete(identity: Identity): void {
    this.seen(identity.resourceVersion);
    if (this.#removed.get(identity.key)?.uid === identity.uid) this.#removed.delete(identity.key);
    const before = this.#entries.get(identity.key);
    if (before === undefined) return;
    // What we have made under this name since then is another object.
    if (before.ahead && newer(before.identity.resourceVersion, identity.resourceVersion)) return;
    this.#unset(before);
  }

  /** The watch says: nothing else happened up to this version. */
  seen(resourceVersion: string): void {
    if (!newer(this.#seen, resourceVersion)) this.#seen = resourceVersion;
  }

  /** Our own write was answered with this. Ignored unless it is news: the watch may have told it, or its end, before. */
  put(identity: Identity, value: T): void {
    const before = this.#entries.get(identity.key)?.identity.resourceVersion ?? this.#seen;
    const news = newer(identity.resourceVersion, before) && newer(identity.resourceVersion, this.#seen);
    if (news && !this.#isPast(identity)) this.#set({ identity, value, ahead: true });
  }

  /** Our own removal of this object is done. */
  drop({ key, uid }: Pick<Identity, 'key' | 'uid'>): void {
    const before = this.#entries.get(key);
    if (before?.identity.uid !== uid) return;
    this.#removed.set(key, before.identity);
    this.#unset(before);
  }

  /** True for the object under this key that we removed, and for those before it. */
  #isPast({ key, uid, resourceVersion }: Identity): boolean {
    const removed = this.#removed.get(key);
    return removed !== undefined && (removed.uid === uid || newer(removed.resourceVersion, resourceVersion));
  }

  #set(entry: Entry<T>): void {
    const { key } = entry.identity;
    const before = this.#entries.get(key);
    this.#entries.set(key, entry);
    this.#tell(key, before, entry);
  }

  #unset(entry: Entry<T>): void {
    this.#entries.delete(entry.identity.key);
    this.#tell(entry.identity.key, entry, undefined);
  }

  #tell(key: ObjectKey, before: Entry<T> | undefined, after: Entry<T> | undefined): void {
    if (before?.identity.uid !== after?.identity.uid) {
      if (before !== undefined) this.#emit({ key, before: before.value });
      if (after !== undefined) this.#emit({ key, after: after.value });
    } else if (before?.identity.resourceVersion !== after?.identity.resourceVersion && before && after) {
      this.#emit({ key, before: before.value, after: after.value });
    }
  }

  #emit(change: CacheChange<T>): void {
    for (const listener of this.#listeners) listener(change);
  }
}

const DECIMAL = /^[1-9][0-9]*$/;

/** True when `one` is surely newer than `other`. Compared by length first: versions may exceed what a number holds. */
export function newer(one: string, other: string): boolean {
  if (!DECIMAL.test(one) || !DECIMAL.test(other)) return false;
  return one.length === other.length ? one > other : one.length > other.length;
}
