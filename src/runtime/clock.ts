import { setTimeout as wait } from 'node:timers/promises';

/** Where time comes from, so that tests can bring their own. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds from an arbitrary start that never run backwards. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A longer `setTimeout` would fire at once (nodejs.org/api/timers.html): 24.8 days. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    const end = performance.now() + ms;
    let left = ms;
    do {
      const slice = Math.min(Math.max(Math.ceil(left), 0), LONGEST_TIMEOUT_MS);
      try {
        await wait(slice, undefined, signal === undefined ? {} : { signal });
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      }
      left = end - performance.now();
    } while (left > 0);
  },
};
