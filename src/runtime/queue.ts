import type { Backoff } from './backoff.ts';
import { exponentialBackoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import { Deadlines } from './deadlines.ts';
import type { QueueMeter } from './meter.ts';
import { QueueTimes } from './queue-times.ts';
import { Waiters } from './waiters.ts';

/** `low` is for floods that nobody waits for: the start, a periodic look at everything. */
export type Priority = 'normal' | 'low';

export interface WorkQueueOptions {
  readonly clock: Clock;
  /** Where each key's backoff starts; left out: 1 s to 5 min with full jitter. */
  readonly backoff?: Backoff;
  /** Where it counts; left out: nowhere. */
  readonly meter?: QueueMeter;
}

/** What `take` rejects with once the queue is closed. */
export class QueueClosedError extends Error {
  override readonly name = 'QueueClosedError';

  constructor() {
    super('the queue is closed');
  }
}

/** While normal keys keep coming, one take in so many is a low one: slow, but never stuck. */
const TAKES_PER_LOW_ONE = 8;

/**
 * Keys that want a pass.
 *
 * Guarantees: a key is never with two takers at once; a key that is added while it is taken comes once more after
 * `done`; a key that is added many times before it is taken comes once; equal priority comes in the order of adding.
 *
 * Assumes: whoever takes a key calls `done`, whatever happens. Work is level-based: a pass looks at everything afresh
 * and says itself when the next one is due, so taking a key drops the deadline it had.
 *
 * A key holds one deadline, the earliest asked for. A failed key that is added again (by an event, say) does not wait
 * for its backoff; its failures still count until `forget`.
 */
export class WorkQueue implements Disposable {
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #ready = { normal: new Set<string>(), low: new Set<string>() };
  readonly #deadlines = new Deadlines();
  readonly #running = new Set<string>();
  readonly #again = new Map<string, Priority>();
  readonly #backoffs = new Map<string, Backoff>();
  readonly #takers = new Waiters<string>();
  readonly #times: QueueTimes;
  #normalTakes = 0;
  #alarm: { readonly due: number; readonly cancel: AbortController } | undefined;
  #closed = false;

  constructor(options: WorkQueueOptions) {
    this.#clock = options.clock;
    this.#backoff = options.backoff ?? exponentialBackoff();
    this.#times = new QueueTimes(options.clock, options.meter);
  }

  /** Keys that could be taken now. */
  get depth(): number {
    return this.#ready.normal.size + this.#ready.low.size;
  }

  /** Keys with a deadline ahead. */
  get delayed(): number {
    return this.#deadlines.size;
  }

  /** Keys taken and not done. */
  get running(): number {
    return this.#running.size;
  }

  /** Asks for a pass now. After `close` nothing is taken in. */
  add(key: string, options: { readonly priority?: Priority } = {}): void {
    if (this.#closed) return;
    const { priority = 'normal' } = options;
    // A low one may wait long: the deadline stays, and makes it a normal one when it comes.
    if (priority === 'normal') this.#deadlines.delete(key);
    this.#offer(key, priority);
  }

  /** Asks for a pass at `due`, milliseconds of the clock's `monotonic`; an earlier deadline of the key stays. */
  addAt(key: string, due: number): void {
    if (this.#closed || this.#ready.normal.has(key) || this.#again.get(key) === 'normal') return;
    if (due <= this.#clock.monotonic()) {
      this.add(key);
      return;
    }
    this.#deadlines.setEarliest(key, due);
    this.#setAlarm();
  }

  /** Asks for a pass in `delayMs` milliseconds; an earlier deadline of the key stays. */
  addAfter(key: string, delayMs: number): void {
    this.addAt(key, this.#clock.monotonic() + delayMs);
  }

  /**
   * Counts a failure of the key and asks for another pass after its backoff, on top of `minimumMs` where a server said
   * how long to wait. Answers the delay in milliseconds.
   */
  retry(key: string, minimumMs = 0): number {
    const backoff = (this.#backoffs.get(key) ?? this.#backoff).next();
    this.#backoffs.set(key, backoff);
    const delayMs = minimumMs + backoff.delayMs;
    this.#times.retry();
    this.addAfter(key, delayMs);
    return delayMs;
  }

  /** Failures of the key in a row. */
  failures(key: string): number {
    return this.#backoffs.get(key)?.failures ?? 0;
  }

  /** The key did well: its next failure is the first again. */
  forget(key: string): void {
    this.#backoffs.delete(key);
  }

  /** Drops all that is known of the key; a pass that runs is not stopped, but no other follows it. */
  remove(key: string): void {
    this.#ready.normal.delete(key);
    this.#ready.low.delete(key);
    this.#deadlines.delete(key);
    this.#again.delete(key);
    this.#backoffs.delete(key);
    this.#times.drop(key);
  }

  /** The next key, as soon as there is one. Rejects with the signal's reason, or with `QueueClosedError`. */
  async take(signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted();
    if (this.#closed) throw new QueueClosedError();
    const key = this.#pick();
    if (key === undefined) return this.#takers.wait(signal);
    this.#hand(key);
    return key;
  }

  /** Gives a taken key back; if it was asked for meanwhile, it may be taken again. */
  done(key: string): void {
    if (!this.#running.delete(key)) throw new Error(`done without take: ${key}`);
    this.#times.done(key);
    const priority = this.#again.get(key);
    this.#again.delete(key);
    if (priority !== undefined) this.#offer(key, priority);
  }

  /** Turns takers away and forgets what waits; passes that run may still end with `done`. */
  close(): void {
    this.#closed = true;
    this.#alarm?.cancel.abort();
    this.#takers.dismiss(new QueueClosedError());
    this.#ready.normal.clear();
    this.#ready.low.clear();
    this.#deadlines.clear();
    this.#again.clear();
    this.#backoffs.clear();
    this.#times.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #offer(key: string, priority: Priority): void {
    this.#times.add(key);
    if (this.#running.has(key)) {
      if (this.#again.get(key) !== 'normal') this.#again.set(key, priority);
    } else if (this.#takers.size > 0) {
      this.#hand(key);
      this.#takers.wake(key);
    } else if (!this.#ready.normal.has(key)) {
      if (priority === 'normal') this.#ready.low.delete(key);
      this.#ready[priority].add(key);
    }
  }

  #hand(key: string): void {
    this.#running.add(key);
    this.#deadlines.delete(key);
    this.#times.take(key);
  }

  #pick(): string | undefined {
    const { normal, low } = this.#ready;
    const turnOfLow = low.size > 0 && (normal.size === 0 || this.#normalTakes >= TAKES_PER_LOW_ONE - 1);
    this.#normalTakes = turnOfLow || low.size === 0 ? 0 : this.#normalTakes + 1;
    const from = turnOfLow ? low : normal;
    for (const key of from) {
      from.delete(key);
      return key;
    }
    return undefined;
  }

  /** One timer for all deadlines; one that turns out too early is set again when it rings. */
  #setAlarm(): void {
    const due = this.#deadlines.first()?.due;
    if (due === undefined || due >= (this.#alarm?.due ?? Infinity)) return;
    this.#alarm?.cancel.abort();
    const cancel = new AbortController();
    this.#alarm = { due, cancel };
    this.#clock.sleep(Math.max(0, due - this.#clock.monotonic()), cancel.signal).then(
      () => this.#ring(),
      () => undefined, // Cancelled: an earlier alarm stands in its place, or the queue is closed.
    );
  }

  #ring(): void {
    this.#alarm = undefined;
    const now = this.#clock.monotonic();
    for (
      let first = this.#deadlines.first();
      first !== undefined && first.due <= now;
      first = this.#deadlines.first()
    ) {
      this.#deadlines.delete(first.key);
      this.#offer(first.key, 'normal');
    }
    this.#setAlarm();
  }
}
