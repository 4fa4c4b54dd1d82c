import { Failure } from '../core/failure.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Call, Endpoint } from './endpoint.ts';

/** How long a URL that failed comes last, milliseconds. */
const REST_MS = 30_000;

/**
 * The URLs of one cluster. Calls go round; a URL that could not be reached, or left a call without an answer, comes last
 * for a while. A call that never left this process is tried once more at the next URL; any other is sent once, since
 * the server may have done what it asks.
 */
export class Endpoints {
  readonly all: readonly Endpoint[];
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #restsUntil = new Map<Endpoint, number>();
  #turn = 0;

  constructor(all: readonly Endpoint[], clock: Pick<Clock, 'monotonic'>) {
    this.all = all;
    this.#clock = clock;
  }

  async send<T>(call: Call<T>, signal: AbortSignal): Promise<T> {
    const [first, second] = this.#inTurn();
    if (first === undefined) throw new RangeError('a cluster needs a URL');
    try {
      return await this.#sendTo(first, call, signal);
    } catch (error) {
      if (second === undefined || !(error instanceof Failure) || !neverSent(error)) throw error;
      return this.#sendTo(second, call, signal);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((endpoint) => endpoint.close()));
  }

  async #sendTo<T>(endpoint: Endpoint, call: Call<T>, signal: AbortSignal): Promise<T> {
    try {
      const answer = await endpoint.send(call, signal);
      this.#restsUntil.delete(endpoint);
      return answer;
    } catch (error) {
      if (error instanceof Failure && error.kind === 'unavailable') {
        this.#restsUntil.set(endpoint, this.#clock.monotonic() + REST_MS);
      }
      throw error;
    }
  }

  /** Those that work, from the one whose turn it is; then those that rest, soonest first. */
  #inTurn(): readonly Endpoint[] {
    const now = this.#clock.monotonic();
    const rest = (endpoint: Endpoint): number => Math.max(0, (this.#restsUntil.get(endpoint) ?? 0) - now);
    const from = this.#turn++ % this.all.length;
    return [...this.all.slice(from), ...this.all.slice(0, from)].toSorted((one, other) => rest(one) - rest(other));
  }
}

/** DNS, refused connection, TLS: nothing of the call reached a server. */
const neverSent = (failure: Failure): boolean => failure.kind === 'unavailable' && !failure.outcomeUnknown;
