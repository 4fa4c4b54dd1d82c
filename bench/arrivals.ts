import type { Progress } from '../test/testbed/progress.ts';

/** How long nothing may come. */
const PATIENCE_MS = 120_000;
const TELL_EVERY_MS = 10_000;

/** When each of so many things came, milliseconds of `performance.now()`; the first time counts. */
export class Arrivals {
  readonly at = new Map<string, number>();
  readonly #count: number;
  readonly #all = Promise.withResolvers<void>();

  constructor(count: number) {
    this.#count = count;
    if (count === 0) this.#all.resolve();
  }

  seen(name: string): void {
    if (this.at.has(name)) return;
    this.at.set(name, performance.now());
    if (this.at.size === this.#count) this.#all.resolve();
  }

  /** Waits for all, telling how far it is; rejects when `failed` does, or when nothing comes any more. */
  async untilAll(what: string, failed: readonly Promise<never>[], progress: Progress): Promise<void> {
    let seen = { count: this.at.size, since: performance.now() };
    const tooLong = Promise.withResolvers<never>();
    const timer = setInterval(() => {
      const count = this.at.size;
      progress(`  ${count} of ${this.#count} ${what}`);
      if (count > seen.count) seen = { count, since: performance.now() };
      if (performance.now() - seen.since > PATIENCE_MS) {
        tooLong.reject(new Error(`only ${count} of ${this.#count} ${what}, and none for ${PATIENCE_MS / 1000} s`));
      }
    }, TELL_EVERY_MS);
    try {
      await Promise.race([this.#all.promise, tooLong.promise, ...failed]);
    } finally {
      clearInterval(timer);
    }
  }

  /** When the last one came. */
  get last(): number {
    return Math.max(...this.at.values());
  }
}
