interface Waiter<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (reason: Error) => void;
}

/** Callers who wait their turn: first come, first served, and who gives up leaves the line. */
export class Waiters<T = void> {
  readonly #line = new Set<Waiter<T>>();

  get size(): number {
    return this.#line.size;
  }

  /** Stands in line. Rejects with the signal's reason when it aborts before the turn has come. */
  wait(signal?: AbortSignal): Promise<T> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#line.delete(waiter);
        reject(signal?.reason as Error);
      };
      const settled = (): void => {
        this.#line.delete(waiter);
        signal?.removeEventListener('abort', leave);
      };
      const waiter: Waiter<T> = {
        resolve: (value) => {
          settled();
          resolve(value);
        },
        reject: (reason) => {
          settled();
          reject(reason);
        },
      };
      this.#line.add(waiter);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  /** Gives the first in line its turn; false when nobody waits. */
  wake(value: T): boolean {
    for (const waiter of this.#line) {
      waiter.resolve(value);
      return true;
    }
    return false;
  }

  /** Turns everybody away. */
  dismiss(reason: Error): void {
    for (const waiter of this.#line) waiter.reject(reason);
  }
}
