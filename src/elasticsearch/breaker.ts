import {
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  circuitBreaker,
  handleWhenResult,
  isBrokenCircuitError,
  type CircuitBreakerPolicy,
  type IBackoff,
} from 'cockatiel';
import { Failure } from '../core/failure.ts';
import { failure } from './failure.ts';
import type { Operation } from './operations.ts';

const FAILURES_TO_OPEN = 3;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 5 * 60_000;

type Outcome<T> = { readonly value: T } | { readonly failure: Failure };

/**
 * Leaves a cluster alone that is down: after three `unavailable` in a row every task fails at once, until a pause (1 s,
 * growing to 5 min, with jitter) is over; then one task tries, and the others wait for what it finds. Any other failure
 * is an answer: the cluster is up.
 */
export class Breaker {
  readonly #policy: CircuitBreakerPolicy;
  readonly #listeners = new Set<(available: boolean) => void>();
  #last: Failure | undefined;
  #opensAt = 0;

  constructor() {
    const halfOpenAfter = new ExponentialBackoff({ initialDelay: FIRST_PAUSE_MS, maxDelay: LONGEST_PAUSE_MS });
    this.#policy = circuitBreaker(
      handleWhenResult((outcome) => this.#speaksAgainst(outcome as Outcome<unknown>)),
      {
        breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
        halfOpenAfter: this.#noting({ next: () => halfOpenAfter.next() }),
      },
    );
    this.#policy.onBreak(() => this.#tell(false));
    this.#policy.onReset(() => this.#tell(true));
  }

  /** False from the third failure in a row until a task succeeds. */
  get available(): boolean {
    return this.#policy.state === CircuitState.Closed;
  }

  /** Hears of every change, at once; it must not throw. Answers how to stop listening. */
  onAvailability(listener: (available: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Runs `task`, or fails with `CircuitOpen` and the time after which to try again. */
  async run<T>(operation: Operation, task: () => Promise<T>): Promise<T> {
    let outcome: Outcome<T>;
    try {
      outcome = await this.#policy.execute(() => settle(task));
    } catch (error) {
      if (!isBrokenCircuitError(error)) throw error;
      throw this.#open(operation);
    }
    if ('value' in outcome) return outcome.value;
    throw outcome.failure;
  }

  #open(operation: Operation): Failure {
    const why = this.#last === undefined ? '' : `; the last failure: ${this.#last.detail || this.#last.code}`;
    return failure(operation, {
      kind: 'unavailable',
      code: 'CircuitOpen',
      detail: `Elasticsearch is left alone for a while, since it failed ${FAILURES_TO_OPEN} times in a row${why}`,
      retryAfterMs: Math.max(1, Math.ceil(this.#opensAt - Date.now())),
    });
  }

  #speaksAgainst(outcome: Outcome<unknown>): boolean {
    if (!('failure' in outcome)) return false;
    const { kind } = outcome.failure;
    if (kind === 'unavailable') this.#last = outcome.failure;
    // A trial that was broken off has found out nothing.
    return kind === 'unavailable' || (kind === 'aborted' && this.#policy.state === CircuitState.HalfOpen);
  }

  /** The policy does not tell when it will try again; its source of pauses does. */
  #noting(inner: { next(context: unknown): IBackoff<unknown> }): { next(context: unknown): IBackoff<unknown> } {
    return {
      next: (context) => {
        const backoff = inner.next(context);
        this.#opensAt = Date.now() + backoff.duration;
        return { duration: backoff.duration, next: (later) => this.#noting(backoff).next(later) };
      },
    };
  }

  #tell(available: boolean): void {
    for (const listener of this.#listeners) listener(available);
  }
}

async function settle<T>(task: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await task() };
  } catch (error) {
    if (error instanceof Failure) return { failure: error };
    throw error;
  }
}
