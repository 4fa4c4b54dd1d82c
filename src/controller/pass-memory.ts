import type { Moved } from '../core/consumers.ts';
import type { Failure } from '../core/failure.ts';

/**
 * What the process remembers of an object between passes. Each entry only saves a request or makes a pass more careful;
 * losing them all, as at a restart, loses nothing else.
 */
export class PassMemory {
  readonly #unsettled = new Map<string, number>();
  readonly #refusals = new Map<
    string,
    { readonly fingerprint: string; readonly version: string; readonly failure: Failure }
  >();
  readonly #intact = new Map<string, string>();
  readonly #unstorable = new Set<string>();
  readonly #minted = new Map<string, number>();
  readonly #moved = new Map<string, Moved>();
  readonly #told = new Map<string, ReadonlySet<string>>();

  /** Begin of an attempt of which nobody knows yet what it left behind, epoch milliseconds. */
  unsettledSince(uid: string): number | undefined {
    return this.#unsettled.get(uid);
  }

  beginAttempt(uid: string, now: number): void {
    this.#unsettled.set(uid, now);
  }

  settleAttempt(uid: string): void {
    this.#unsettled.delete(uid);
  }

  /** Elasticsearch's refusal of exactly this request through exactly this connection. */
  refusal(uid: string, fingerprint: string, version: string): Failure | undefined {
    const kept = this.#refusals.get(uid);
    return kept?.fingerprint === fingerprint && kept.version === version ? kept.failure : undefined;
  }

  keepRefusal(uid: string, fingerprint: string, version: string, failure: Failure): void {
    this.#refusals.set(uid, { fingerprint, version, failure });
  }

  /** True where a key was made that Kubernetes then refused to store: the next attempt begins with a rehearsal. */
  isUnstorable(uid: string): boolean {
    return this.#unstorable.has(uid);
  }

  keepUnstorable(uid: string, unstorable: boolean): void {
    if (unstorable) this.#unstorable.add(uid);
    else this.#unstorable.delete(uid);
  }

  /** True where the values of this very version of the Secret were found to be the journal's key. */
  isIntact(uid: string, resourceVersion: string): boolean {
    return this.#intact.get(uid) === resourceVersion;
  }

  keepIntact(uid: string, resourceVersion: string): void {
    this.#intact.set(uid, resourceVersion);
  }

  /** When a key was last made for the object, epoch milliseconds. */
  mintedAt(uid: string): number | undefined {
    return this.#minted.get(uid);
  }

  noteMint(uid: string, now: number): void {
    this.#minted.set(uid, now);
  }

  /** The consumers that were found to be on a key. */
  moved(uid: string): Moved | undefined {
    return this.#moved.get(uid);
  }

  keepMoved(uid: string, moved: Moved): void {
    this.#moved.set(uid, moved);
  }

  /** Of the replaced keys that wait for long, those that this is the first time to hear of; others are forgotten. */
  firstLongWaits<T extends { readonly id: string }>(uid: string, waits: readonly T[]): readonly T[] {
    const told = this.#told.get(uid);
    if (waits.length > 0) this.#told.set(uid, new Set(waits.map(({ id }) => id)));
    else this.#told.delete(uid);
    return waits.filter(({ id }) => told?.has(id) !== true);
  }

  forget(uid: string): void {
    this.#unsettled.delete(uid);
    this.#refusals.delete(uid);
    this.#intact.delete(uid);
    this.#unstorable.delete(uid);
    this.#minted.delete(uid);
    this.#moved.delete(uid);
    this.#told.delete(uid);
  }
}
