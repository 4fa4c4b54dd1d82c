import { Failure } from '../core/failure.ts';
import { type Backoff, exponentialBackoff } from '../runtime/backoff.ts';
import type { Clock } from '../runtime/clock.ts';
import type { WatchState } from '../runtime/meter.ts';
import type { Client, ListOptions } from './client.ts';
import { EXPIRED, NOT_KUBERNETES } from './failure.ts';
import { type KubernetesObject, keyOf } from './object.ts';
import type { CollectionPath } from './resource.ts';
import type { Identity, Store } from './store.ts';
import { openWatch, type WatchEvent } from './watch.ts';

/** What a reflector works with. */
export interface Upstream {
  readonly client: Client;
  readonly clock: Clock;
  /** Something did not work and will be tried again. */
  readonly onFailure: (failure: Failure) => void;
  /** An object could not be read and is passed over; what is known of it stays as it is, until it is listed. */
  readonly onOddObject: (kind: string, place: string) => void;
  /** A collection of this kind had to be listed again. */
  readonly onRelist: (kind: string) => void;
  /** The watch of a collection began, came into another state, or ended (`undefined`). Left out: nobody is told. */
  readonly onState?: (kind: string, before: WatchState | undefined, after: WatchState | undefined) => void;
  /** How long a watch may be silent, milliseconds; bookmarks come about every minute. Left out: 180 s. */
  readonly silenceMs?: number;
}

export interface ReflectorOptions<T> extends Pick<ListOptions, 'labelSelector' | 'fieldSelector' | 'metadataOnly'> {
  readonly path: CollectionPath<unknown>;
  readonly store: Store<T>;
  /** What the store keeps of an object. */
  readonly transform: (object: KubernetesObject) => T;
  /** Nobody waits for a list of what may not be read: it counts as listed, and empty, until it may. */
  readonly optional?: boolean;
}

type State =
  /** Nothing is known: list. */
  | { readonly phase: 'empty' }
  /** The store is right as of this version: open a watch there. */
  | { readonly phase: 'listed'; readonly version: string }
  /** The store follows. */
  | {
      readonly phase: 'watching';
      readonly version: string;
      readonly events: AsyncGenerator<WatchEvent>;
      readonly since: number;
    };

const SILENCE_MS = 180_000;
/** A watch that ends sooner did not do its work. */
const SHORTEST_WATCH_MS = 1_000;
/** How long a watch lives that is in good health. */
const HEALTHY_WATCH_MS = 120_000;
/** The delays of client-go's and kube-rs' reflectors. */
const BACKOFF = { initialMs: 800, maxMs: 30_000 };

/**
 * Keeps a store like a collection on the API server: lists it once, follows a watch, and resumes the watch from the
 * last version after any interruption. Only when the server has forgotten that version is the collection listed again,
 * and the store replaced at once, with what was missed told as changes. Deletions are never missed. Failures are told
 * and tried again for ever, with growing pauses.
 */
export class Reflector<T> {
  /** Resolves when the collection has been listed for the first time; where it is optional, also when it may not be. */
  readonly synced: Promise<void>;
  readonly #upstream: Upstream;
  readonly #options: ReflectorOptions<T>;
  readonly #resolveSynced: () => void;
  #backoff: Backoff = exponentialBackoff(BACKOFF);
  #listedAt = -Infinity;
  /** The version after which the watch said something that is no event. */
  #garbledAfter: string | undefined;
  #state: WatchState | undefined;

  constructor(upstream: Upstream, options: ReflectorOptions<T>) {
    this.#upstream = upstream;
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.synced = promise;
    this.#resolveSynced = resolve;
  }

  /** Resolves when the signal aborts; rejects only with a programming error, of a listener of the store for one. */
  async run(signal: AbortSignal): Promise<void> {
    let state: State = { phase: 'empty' };
    this.#become('interrupted');
    while (!signal.aborted) {
      try {
        state = await this.#step(state, signal);
        if (state.phase === 'watching') this.#become('following');
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        if (signal.aborted) break;
        // One that may not be read although nobody needs it is not awaited either.
        this.#become(this.#options.optional === true && error.code === 'HTTP 403' ? undefined : 'interrupted');
        state = await this.#recover(state, error, signal);
      }
    }
    this.#become(undefined);
  }

  #become(state: WatchState | undefined): void {
    if (state === this.#state) return;
    this.#upstream.onState?.(this.#options.path.resource.kind, this.#state, state);
    this.#state = state;
  }

  async #step(state: State, signal: AbortSignal): Promise<State> {
    switch (state.phase) {
      case 'empty':
        return { phase: 'listed', version: await this.#list(signal) };
      case 'listed':
        return this.#watch(state.version, signal);
      case 'watching': {
        const next = await state.events.next();
        if (next.done !== true) return { ...state, version: this.#take(next.value) ?? state.version };
        return this.#ended(state, signal);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { path, store, labelSelector, fieldSelector, metadataOnly = false } = this.#options;
    if (this.#listedAt !== -Infinity) this.#upstream.onRelist(path.resource.kind);
    const listed: { identity: Identity; value: T }[] = [];
    let version = '';
    const options = { labelSelector, fieldSelector, metadataOnly, signal };
    for await (const page of this.#upstream.client.pages(path, options)) {
      version = page.resourceVersion;
      for (const place of page.odd) this.#passOver(place);
      for (const object of page.items) {
        const read = this.#read(object);
        if (read !== undefined) listed.push({ identity: identityOf(object), ...read });
      }
    }
    store.replace(listed, version);
    this.#listedAt = this.#upstream.clock.monotonic();
    this.#resolveSynced();
    return version;
  }

  async #watch(version: string, signal: AbortSignal): Promise<State> {
    const { client, clock, silenceMs = SILENCE_MS } = this.#upstream;
    const { path, labelSelector, fieldSelector, metadataOnly = false } = this.#options;
    const events = await openWatch(client, path, {
      labelSelector,
      fieldSelector,
      metadataOnly,
      signal,
      silenceMs,
      resourceVersion: version,
      // Spread, so that the watches of many operators do not end together.
      timeoutSeconds: 300 + Math.floor(Math.random() * 300),
    });
    return { phase: 'watching', version, events, since: clock.monotonic() };
  }

  /** Answers the version that the store is right as of; `undefined` where the event does not tell. */
  #take(event: WatchEvent): string | undefined {
    const { store } = this.#options;
    if (event.type === 'ODD') {
      this.#passOver(event.place);
      return event.resourceVersion;
    }
    if (event.type === 'BOOKMARK') {
      store.seen(event.resourceVersion);
      return event.resourceVersion;
    }
    const { object } = event;
    const read = event.type === 'DELETED' ? undefined : this.#read(object);
    if (event.type === 'DELETED') store.delete(identityOf(object));
    else if (read !== undefined) store.apply(identityOf(object), read.value);
    return object.metadata.resourceVersion;
  }

  /** What the store keeps of an object; `undefined`, and told, where a form is not what its kind promises. */
  #read(object: KubernetesObject): { readonly value: T } | undefined {
    try {
      return { value: this.#options.transform(object) };
    } catch {
      this.#passOver(keyOf(object));
      return undefined;
    }
  }

  #passOver(place: string): void {
    this.#upstream.onOddObject(this.#options.path.resource.kind, place);
  }

  async #ended(state: State & { phase: 'watching' }, signal: AbortSignal): Promise<State> {
    if (this.#lived(state) < SHORTEST_WATCH_MS) await this.#pause(signal, 0);
    return { phase: 'listed', version: state.version };
  }

  async #recover(state: State, failure: Failure, signal: AbortSignal): Promise<State> {
    const lived = state.phase === 'watching' ? this.#lived(state) : 0;
    if (this.#options.optional === true && failure.code === 'HTTP 403') this.#resolveSynced();
    if (failure.code === EXPIRED) {
      // A server that forgets at once what it has just listed is not asked in a tight loop.
      if (this.#upstream.clock.monotonic() - this.#listedAt < SHORTEST_WATCH_MS) await this.#pause(signal, 0);
      return { phase: 'empty' };
    }
    // Silence is how a dead connection looks; the watch goes on over another one.
    const silent = failure.code === 'UND_ERR_BODY_TIMEOUT' && lived >= SHORTEST_WATCH_MS;
    if (!silent) {
      this.#upstream.onFailure(failure);
      await this.#pause(signal, failure.retryAfterMs ?? 0);
    }
    if (state.phase === 'empty') return state;
    // A watch that breaks off at the same place again does not get past it; a list does.
    const stuck = failure.code === NOT_KUBERNETES && this.#garbledAfter === state.version;
    this.#garbledAfter = failure.code === NOT_KUBERNETES && !stuck ? state.version : undefined;
    return stuck ? { phase: 'empty' } : { phase: 'listed', version: state.version };
  }

  /** Milliseconds; a watch that lived long wipes out the failures before it. */
  #lived({ since }: State & { phase: 'watching' }): number {
    const lived = this.#upstream.clock.monotonic() - since;
    if (lived >= HEALTHY_WATCH_MS) this.#backoff = exponentialBackoff(BACKOFF);
    return lived;
  }

  async #pause(signal: AbortSignal, leastMs: number): Promise<void> {
    this.#backoff = this.#backoff.next();
    const delayMs = Math.max(this.#backoff.delayMs, leastMs);
    await this.#upstream.clock.sleep(delayMs, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

/** What tells this version of the object apart. */
export function identityOf(object: KubernetesObject): Identity {
  const { uid, resourceVersion } = object.metadata;
  return { key: keyOf(object), uid, resourceVersion };
}
