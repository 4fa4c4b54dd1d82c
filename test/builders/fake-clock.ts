import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../src/runtime/clock.ts';

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  readonly #epoch: number;
  readonly #sleepers = new Set<Sleeper>();
  #elapsed = 0;

  /** `epoch`: what `now` says at first, epoch milliseconds. */
  constructor(epoch: number = Date.UTC(2026, 0, 1)) {
    this.#epoch = epoch;
  }

  /** How many sleep at this moment. */
  get sleepers(): number {
    return this.#sleepers.size;
  }

  now(): number {
    return this.#epoch + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason as Error);
      };
      const sleeper: Sleeper = {
        due: this.#elapsed + Math.max(0, ms),
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /**
   * Moves time on by `ms`. Sleepers wake in the order of their deadlines (of falling asleep, where those are equal),
   * each seeing its own deadline on the clock, and whatever follows without I/O has happened before the next one
   * wakes; who falls asleep meanwhile and is due within the span wakes too.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await this.settle();
    for (let next = this.#first(end); next !== undefined; next = this.#first(end)) {
      this.#elapsed = Math.max(this.#elapsed, next.due);
      next.wake();
      await this.settle();
    }
    this.#elapsed = end;
  }

  /** Lets everything happen that needs neither time nor I/O. */
  async settle(): Promise<void> {
    await turn();
  }

  #first(end: number): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (sleeper.due <= end && sleeper.due < (first?.due ?? Infinity)) first = sleeper;
    }
    return first;
  }
}
