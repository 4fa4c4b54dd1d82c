import { Waiters } from './waiters.ts';

/**
 * At most `limit` tasks at once, begun in the order of asking. Own code, because p-limit knows no AbortSignal and
 * cockatiel's bulkhead looks at it only when the turn has come: a caller that is stopping would wait on.
 */
export class Semaphore {
  readonly #limit: number;
  readonly #waiters = new Waiters();
  #running = 0;

  /** Throws a RangeError unless `limit` is a whole number from 1. */
  constructor(limit: number) {
    if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`limit must be a whole number from 1: ${limit}`);
    this.#limit = limit;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiters.size;
  }

  /** Runs `task` when there is room. Rejects with the signal's reason if it aborts before; later it is the task's. */
  async run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.#running < this.#limit) this.#running += 1;
    else await this.#waiters.wait(signal);
    try {
      return await task();
    } finally {
      // Who is woken takes over this task's place, so that nobody can slip in between.
      if (!this.#waiters.wake()) this.#running -= 1;
    }
  }
}
