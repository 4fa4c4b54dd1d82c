import type { Clock } from './clock.ts';

/** Something that is started and stopped with the process. */
export interface Part {
  readonly name: string;
  /** Resolves when the part is up; one that rejects must leave nothing behind. `signal`: the process is stopping. */
  start?(signal: AbortSignal): Promise<void> | void;
  /** Resolves when the part is down. `signal`: its time is over, give up what is left. */
  stop?(signal: AbortSignal): Promise<void> | void;
  /** The most that stopping may take of the grace, milliseconds; left out: all that is left of it. */
  readonly stopWithinMs?: number;
}

export interface PartFailure {
  readonly part: string;
  readonly error: unknown;
}

export interface LifecycleOptions {
  /** In the order of starting. */
  readonly parts: readonly Part[];
  /** What stopping may take altogether, milliseconds. */
  readonly graceMs: number;
  readonly clock: Clock;
}

/** What a part gets, once told that its time is over, before the next one is stopped without waiting for it. */
const LAST_MOMENT_MS = 500;

/** Makes a part of something that only wants to be disposed of at the end. */
export function disposablePart(name: string, resource: AsyncDisposable): Part {
  return { name, stop: async () => resource[Symbol.asyncDispose]() };
}

/**
 * Starts parts one after the other and stops them in reverse. Every part that was started is told to stop, whatever
 * happens to the others; one that overstays is left behind.
 */
export class Lifecycle implements AsyncDisposable {
  readonly #options: LifecycleOptions;
  readonly #started: Part[] = [];
  readonly #stopping = new AbortController();
  #starting: Promise<void> = Promise.resolve();
  #stopped: Promise<readonly PartFailure[]> | undefined;

  constructor(options: LifecycleOptions) {
    this.#options = options;
  }

  /**
   * Starts every part; call it once. If one rejects, or `stop` is called meanwhile, the started ones are stopped and
   * this rejects with the reason.
   */
  async start(): Promise<void> {
    this.#starting = this.#startParts();
    try {
      await this.#starting;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Stops what was started. Never rejects: answers what went wrong. A second call gives the first one's answer. */
  stop(): Promise<readonly PartFailure[]> {
    this.#stopped ??= this.#stopParts();
    return this.#stopped;
  }

  /** Stops; throws an AggregateError if anything went wrong. */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures = await this.stop();
    if (failures.length === 0) return;
    const names = failures.map((failure) => failure.part).join(', ');
    throw new AggregateError(
      failures.map((failure) => failure.error),
      `did not stop well: ${names}`,
    );
  }

  async #startParts(): Promise<void> {
    const { signal } = this.#stopping;
    for (const part of this.#options.parts) {
      signal.throwIfAborted();
      await part.start?.(signal);
      this.#started.push(part);
    }
    signal.throwIfAborted();
  }

  async #stopParts(): Promise<readonly PartFailure[]> {
    const { clock, graceMs } = this.#options;
    const end = clock.monotonic() + graceMs;
    this.#stopping.abort(new Error('stopping'));
    const failures: PartFailure[] = [];
    const attempt = async (part: string, most: number, work: Part['stop']): Promise<void> => {
      try {
        await this.#within(Math.min(most, end - clock.monotonic()), work);
      } catch (error) {
        failures.push({ part, error });
      }
    };
    // A part that is coming up at this moment must be up, or have failed, before it can be stopped.
    await attempt('start', Infinity, () => this.#starting.catch(() => undefined));
    for (let part = this.#started.pop(); part !== undefined; part = this.#started.pop()) {
      const { name, stopWithinMs = Infinity } = part;
      const stop = part.stop?.bind(part);
      await attempt(name, stopWithinMs, stop);
    }
    return failures;
  }

  async #within(ms: number, work: Part['stop']): Promise<void> {
    const { clock } = this.#options;
    const over = new AbortController();
    const settled = new AbortController();
    const overstay = async (): Promise<never> => {
      await clock.sleep(Math.max(0, ms), settled.signal);
      over.abort(new Error('the grace is over'));
      await clock.sleep(LAST_MOMENT_MS, settled.signal);
      throw new Error('did not stop in time');
    };
    try {
      await Promise.race([overstay(), (async () => work?.(over.signal))()]);
    } finally {
      settled.abort();
    }
  }
}
