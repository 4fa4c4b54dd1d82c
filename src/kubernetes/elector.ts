import { FIELD_MANAGER } from '../api/names.ts';
import { Failure } from '../core/failure.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Client } from './client.ts';
import { microTime } from './micro-time.ts';
import { type Lease, LEASES, type ObjectPath } from './resource.ts';

export interface ElectorTimes {
  /** How long others respect a holder that is not heard of. */
  readonly leaseMs: number;
  /** How long a holder tries to renew before it gives up; shorter than the lease. */
  readonly renewDeadlineMs: number;
  /** Between two tries. */
  readonly retryMs: number;
}

/** The times of Kubernetes' own components. */
const ELECTOR_TIMES: ElectorTimes = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };

export interface ElectorOptions {
  readonly namespace: string;
  readonly name: string;
  /** Unlike any other candidate's, also of an earlier life of this process. */
  readonly identity: string;
  /** Left out: 15, 10 and 2 s. */
  readonly times?: ElectorTimes;
  readonly onStarted: () => void;
  /** The lease could not be renewed in time, or someone else holds it: nothing may be done any more. */
  readonly onLost: () => void;
  readonly onFailure: (failure: Failure) => void;
}

interface Upstream {
  readonly client: Client;
  readonly clock: Clock;
  /** The clock of stamps that people read; nothing is decided from it. */
  readonly now: () => number;
}

/** A Lease as last seen, and since when it looks like that, monotonic milliseconds. */
interface Sighting {
  readonly lease: Lease;
  readonly since: number;
}

/** Tries of all candidates spread over this share of the pause. */
const JITTER = 0.2;

/**
 * Leader election on a Lease, judged by this process's own monotonic time: a holder counts as gone when its Lease has
 * not changed for its whole duration while we watched, whatever the stamps in it say. Every write carries the
 * resourceVersion, so that of two candidates one wins. There is no fencing: a leader that sleeps may wake up beside its
 * successor, and what it does then must be harmless by preconditions of its own.
 */
export class Elector {
  readonly #upstream: Upstream;
  readonly #options: ElectorOptions;
  readonly #times: ElectorTimes;
  readonly #path: ObjectPath<Lease>;
  #sighting: Sighting | undefined;
  #leading: { readonly since: number; readonly renewed: number } | undefined;

  /** Throws a RangeError for times that cannot work together. */
  constructor(upstream: Upstream, options: ElectorOptions) {
    const { namespace, name, times = ELECTOR_TIMES } = options;
    if (times.leaseMs <= times.renewDeadlineMs)
      throw new RangeError('the lease must be longer than the renew deadline');
    if (times.renewDeadlineMs <= times.retryMs * (1 + JITTER)) {
      throw new RangeError('the renew deadline must be longer than 1.2 times the retry period');
    }
    if (times.leaseMs % 1_000 !== 0 || times.retryMs <= 0) {
      throw new RangeError('the lease must be whole seconds and the retry period above zero');
    }
    this.#upstream = upstream;
    this.#options = options;
    this.#times = times;
    this.#path = { resource: LEASES, namespace, name };
  }

  /** When this process became leader, milliseconds of `now`; `undefined` while it is not. */
  get leadingSince(): number | undefined {
    return this.#leading?.since;
  }

  /** Milliseconds until someone else may lead; 0 while this process does not. */
  remainingMs(): number {
    if (this.#leading === undefined) return 0;
    return Math.max(0, this.#leading.renewed + this.#times.leaseMs - this.#upstream.clock.monotonic());
  }

  /**
   * Stands for election, and holds on to the lease once won, until the signal aborts, upon which the lease is given
   * back, or until it is lost; then `onLost` is called. Call it once.
   */
  async run(signal: AbortSignal): Promise<'released' | 'lost'> {
    while (!signal.aborted) {
      await this.#try(signal);
      if (this.#isLost()) {
        this.#leading = undefined;
        this.#options.onLost();
        return 'lost';
      }
      const pause = Math.min(this.#times.retryMs * (1 + JITTER * Math.random()), this.#leftMs());
      await this.#upstream.clock.sleep(pause, signal).catch(() => undefined);
    }
    await this.#release();
    return 'released';
  }

  async #try(signal: AbortSignal): Promise<void> {
    const asked = this.#upstream.clock.monotonic();
    try {
      // A leader knows its Lease and renews it in one request; whoever fails looks first the next time.
      const lease = this.#leading === undefined ? await this.#look(asked, signal) : this.#sighting?.lease;
      if (lease !== undefined && this.#isHeld(lease, asked)) return;
      // Not aborted by the signal: a lease taken without our knowing could not be given back.
      const won = await this.#take(lease);
      this.#sighting = { lease: won, since: asked };
      const first = this.#leading === undefined;
      this.#leading = { since: this.#leading?.since ?? this.#upstream.now(), renewed: asked };
      if (first && !signal.aborted) this.#options.onStarted();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (signal.aborted) return;
      if (error.kind !== 'conflict' && error.kind !== 'exists' && error.kind !== 'notFound') {
        this.#options.onFailure(error);
      } else if (this.#leading !== undefined) {
        await this.#lookAgain(signal);
      }
    }
  }

  /** A leader's write met another version, or nothing: if it is not the holder any more, the lease is lost at once. */
  async #lookAgain(signal: AbortSignal): Promise<void> {
    try {
      await this.#look(this.#upstream.clock.monotonic(), signal);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }

  async #look(asked: number, signal: AbortSignal): Promise<Lease | undefined> {
    const lease = await this.#upstream.client.get(this.#path, { signal, timeoutMs: this.#requestMs() });
    if (lease === undefined) this.#sighting = undefined;
    else if (lease.metadata.resourceVersion !== this.#sighting?.lease.metadata.resourceVersion) {
      // Counted from the answer, not from asking: the change may have happened as late as that.
      this.#sighting = { lease, since: Math.max(asked, this.#upstream.clock.monotonic()) };
    }
    return lease;
  }

  #isHeld({ spec = {} }: Lease, now: number): boolean {
    const { holderIdentity = '', leaseDurationSeconds = 0 } = spec;
    if (holderIdentity === '' || holderIdentity === this.#options.identity) return false;
    return (this.#sighting?.since ?? now) + leaseDurationSeconds * 1_000 > now;
  }

  #isLost(): boolean {
    if (this.#leading === undefined) return false;
    const holder = this.#sighting?.lease.spec?.holderIdentity;
    if (holder !== this.#options.identity) return true;
    return this.#leftMs() <= 0;
  }

  async #take(lease: Lease | undefined): Promise<Lease> {
    const { client, now } = this.#upstream;
    const { namespace, name, identity } = this.#options;
    const stamp = microTime(now());
    const { holderIdentity, acquireTime, leaseTransitions = 0 } = lease?.spec ?? {};
    const again = holderIdentity === identity;
    const spec = {
      holderIdentity: identity,
      leaseDurationSeconds: this.#times.leaseMs / 1_000,
      acquireTime: again ? acquireTime : stamp,
      renewTime: stamp,
      leaseTransitions: lease === undefined || again ? leaseTransitions : leaseTransitions + 1,
    };
    const options = { fieldManager: FIELD_MANAGER, timeoutMs: this.#requestMs() };
    if (lease === undefined) {
      const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace, name }, spec };
      return client.create({ resource: LEASES, namespace }, body, options);
    }
    const { uid, resourceVersion } = lease.metadata;
    return client.mergePatch(this.#path, { metadata: { uid, resourceVersion }, spec }, options);
  }

  /** Lets the others take over at their next try, rather than when the lease has run out. */
  async #release(): Promise<void> {
    const lease = this.#sighting?.lease;
    if (this.#leading === undefined || lease === undefined) return;
    const options = { fieldManager: FIELD_MANAGER, timeoutMs: this.#requestMs() };
    this.#leading = undefined;
    const { uid, resourceVersion } = lease.metadata;
    const spec = { holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(this.#upstream.now()) };
    try {
      await this.#upstream.client.mergePatch(this.#path, { metadata: { uid, resourceVersion }, spec }, options);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#options.onFailure(error);
    }
  }

  /** What is left of the renew deadline, milliseconds. */
  #leftMs(): number {
    if (this.#leading === undefined) return Infinity;
    return this.#leading.renewed + this.#times.renewDeadlineMs - this.#upstream.clock.monotonic();
  }

  /** One call that hangs must not cost the lease, and none may outlive the deadline. */
  #requestMs(): number {
    return Math.max(1, Math.min(Math.max(1_000, this.#times.renewDeadlineMs / 2), this.#leftMs()));
  }
}
