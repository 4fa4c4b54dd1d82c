/** Why the demo stopped before its end: somebody asked it to. */
class Interrupted extends Error {}

/**
 * What the demo has up, to be taken down in the opposite order, and whether somebody wants it to stop. The second
 * signal ends this process on the spot; the test bed's watchdog then takes down the rest.
 */
export class Stage {
  readonly #ending = new AbortController();
  readonly #takeDown: (() => Promise<void>)[] = [];
  /** Aborts when somebody wants the demo to stop. */
  readonly signal = this.#ending.signal;

  constructor() {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        if (this.signal.aborted) process.exit(130);
        this.#ending.abort(new Interrupted('interrupted'));
      });
    }
  }

  /** Waits for work unless somebody wants to stop: then it throws `Interrupted`, and the work is left alone. */
  async until<T>(work: Promise<T>): Promise<T> {
    work.catch(() => undefined);
    return Promise.race([work, this.stopAsked().then(() => Promise.reject(new Interrupted('interrupted')))]);
  }

  /** Resolves when somebody wants the demo to stop, and keeps this process alive until then. */
  async stopAsked(): Promise<void> {
    if (this.signal.aborted) return;
    const alive = setInterval(() => {}, 2 ** 30);
    await new Promise<void>((resolve) => {
      this.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    clearInterval(alive);
  }

  /** Takes note of something that is up. */
  up(takeDown: () => Promise<void>): void {
    this.#takeDown.push(takeDown);
  }

  /** Takes everything down. */
  async clear(): Promise<void> {
    for (const takeDown of this.#takeDown.splice(0).toReversed()) await takeDown();
  }
}
