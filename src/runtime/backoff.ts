/** How long to wait after a failure. A value: `next` gives the one for another failure and changes nothing. */
export interface Backoff {
  /** Failures in a row so far; 0 before the first. */
  readonly failures: number;
  /** Milliseconds to wait now; 0 before the first failure. */
  readonly delayMs: number;
  next(): Backoff;
}

export interface BackoffOptions {
  /** Upper bound of the first delay, milliseconds. */
  readonly initialMs?: number;
  /** Upper bound of every delay, milliseconds. */
  readonly maxMs?: number;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
}

/**
 * Exponential backoff with full jitter, in the state before the first failure: the n-th delay lies anywhere between 0
 * and `initialMs` · 2ⁿ⁻¹, at most `maxMs`. Drawn anew each time, so that what failed together does not come back
 * together.
 */
export function exponentialBackoff(options: BackoffOptions = {}): Backoff {
  const { initialMs = 1_000, maxMs = 300_000, random = Math.random } = options;
  const after = (failures: number, delayMs: number): Backoff => ({
    failures,
    delayMs,
    next: () => after(failures + 1, random() * Math.min(maxMs, initialMs * 2 ** failures)),
  });
  return after(0, 0);
}
