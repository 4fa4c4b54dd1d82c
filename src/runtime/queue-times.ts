import type { Clock } from './clock.ts';
import type { QueueMeter } from './meter.ts';

/** Since when the keys of a queue wait, and since when they are worked on, told to a meter. */
export class QueueTimes {
  readonly #clock: Clock;
  readonly #meter: QueueMeter | undefined;
  readonly #added = new Map<string, number>();
  readonly #taken = new Map<string, number>();

  constructor(clock: Clock, meter: QueueMeter | undefined) {
    this.#clock = clock;
    this.#meter = meter;
  }

  /** The key is asked for; one that waits already goes on waiting. */
  add(key: string): void {
    if (this.#added.has(key)) return;
    this.#added.set(key, this.#clock.monotonic());
    this.#meter?.added();
  }

  retry(): void {
    this.#meter?.retried();
  }

  take(key: string): void {
    const now = this.#clock.monotonic();
    this.#meter?.taken((now - (this.#added.get(key) ?? now)) / 1000);
    this.#added.delete(key);
    this.#taken.set(key, now);
  }

  done(key: string): void {
    const now = this.#clock.monotonic();
    this.#meter?.done((now - (this.#taken.get(key) ?? now)) / 1000);
    this.#taken.delete(key);
  }

  /** The key waits no more, and nobody has taken it. */
  drop(key: string): void {
    this.#added.delete(key);
  }

  /** Nothing waits any more. */
  clear(): void {
    this.#added.clear();
  }
}
