import type { Clock } from '../runtime/clock.ts';

/** `Date` headers have whole seconds, cut off (RFC 9110, 5.6.7). */
const RESOLUTION_MS = 1_000;

/**
 * The API server's clock, as far as the `Date` headers of its answers tell. An answer only bounds the offset to our own
 * clock: the server wrote a second of its own between our sending and our receiving. The offset stays as it is, at
 * first zero, until an answer contradicts it, so that small differences do not make time jitter.
 */
export class ServerClock {
  readonly #clock: Clock;
  #offsetMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Epoch milliseconds. */
  now(): number {
    return this.#clock.now() + this.#offsetMs;
  }

  /** Takes note of an answer: its header, and our own clock at sending and receiving, epoch milliseconds. */
  observe(date: string | undefined, sent: number, received: number): void {
    const second = Date.parse(date ?? '');
    if (Number.isNaN(second) || received < sent) return;
    const least = second - received;
    const most = second + RESOLUTION_MS - sent;
    if (least <= this.#offsetMs && this.#offsetMs <= most) return;
    this.#offsetMs = least <= 0 && 0 <= most ? 0 : (least + most) / 2;
  }
}
