import type { Progress } from '../test/testbed/progress.ts';

const PATIENCE_MS = 600_000;
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

  /** Waits for all, telling how far it is; rejects when `failed` does, or when it takes too long. */
  async untilAll(what: string, failed: readonly Promise<never>[], progress: Progress): Promise<void> {
    const began = performance.now();
    const tooLong = Promise.withResolvers<never>();
    const timer = setInterval(() => {
      progress(`  ${this.at.size} of ${this.#count} ${what}`);
      if (performance.now() - began > PATIENCE_MS) {
        tooLong.reject(new Error(`only ${this.at.size} of ${this.#count} ${what} in ${PATIENCE_MS / 1000} s`));
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
