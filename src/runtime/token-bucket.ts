import type { Clock } from './clock.ts';
import { Waiters } from './waiters.ts';

export interface TokenBucketOptions {
  /** Tokens per minute in the long run, more than 0. */
  readonly perMinute: number;
  /** Tokens that may be taken at once after a quiet time, at least 1. */
  readonly burst: number;
  readonly clock: Clock;
}

/**
 * A rate limit: within any t minutes at most `burst` + t · `perMinute` tokens. It keeps one number, the time at which
 * the bucket will be full again (the generic cell rate algorithm), instead of a count that a timer refills.
 */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #toleranceMs: number;
  readonly #waiters = new Waiters();
  #fullAt = -Infinity;
  #pause: AbortController | undefined;

  /** Throws a RangeError for a rate or burst that would never give a token. */
  constructor(options: TokenBucketOptions) {
    const { perMinute, burst, clock } = options;
    if (!(perMinute > 0) || !(burst >= 1)) throw new RangeError(`no tokens at ${perMinute} a minute, burst ${burst}`);
    this.#clock = clock;
    this.#intervalMs = 60_000 / perMinute;
    this.#toleranceMs = (burst - 1) * this.#intervalMs;
  }

  get waiting(): number {
    return this.#waiters.size;
  }

  /** Takes a token if one is there and nobody waits: 0. Otherwise takes none and answers in how many ms to ask again. */
  tryTake(): number {
    const delayMs = this.#delayMs();
    if (delayMs > 0 || this.#waiters.size > 0) return Math.max(delayMs, 0) + this.#waiters.size * this.#intervalMs;
    this.#spend();
    return 0;
  }

  /**
   * Takes a token, waiting for it behind those who asked before. `onDelay` hears, before the wait, about how many
   * milliseconds it will take. Rejects with the signal's reason when it aborts; then no token is used.
   */
  async take(signal?: AbortSignal, onDelay?: (delayMs: number) => void): Promise<void> {
    signal?.throwIfAborted();
    const delayMs = this.tryTake();
    if (delayMs === 0) return;
    onDelay?.(delayMs);
    const turn = this.#waiters.wait(signal);
    void this.#serve();
    try {
      await turn;
    } catch (error) {
      if (this.#waiters.size === 0) this.#pause?.abort();
      throw error;
    }
  }

  #delayMs(): number {
    return this.#fullAt - this.#toleranceMs - this.#clock.monotonic();
  }

  #spend(): void {
    this.#fullAt = Math.max(this.#fullAt, this.#clock.monotonic()) + this.#intervalMs;
  }

  /** Wakes those who wait, one token each; ends when nobody does. */
  async #serve(): Promise<void> {
    if (this.#pause !== undefined) return;
    while (this.#waiters.size > 0) {
      const delayMs = this.#delayMs();
      if (delayMs <= 0) {
        this.#spend();
        this.#waiters.wake();
        continue;
      }
      const pause = new AbortController();
      this.#pause = pause;
      // Cancelled when the last one gave up; one who came since is still served.
      await this.#clock.sleep(Math.ceil(delayMs), pause.signal).catch(() => undefined);
    }
    this.#pause = undefined;
  }
}
