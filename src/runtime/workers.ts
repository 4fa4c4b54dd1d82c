import type { Clock } from './clock.ts';
import type { WorkQueue } from './queue.ts';
import { QueueClosedError } from './queue.ts';

export interface WorkersOptions {
  readonly queue: WorkQueue;
  /** Passes at once, from 1. */
  readonly concurrency: number;
  /** One pass. Its signal aborts when the grace is over or `abort` fires, not when `signal` does. */
  readonly handle: (key: string, signal: AbortSignal) => Promise<void>;
  /** Hears of a pass that threw, and in how many milliseconds the key comes again. Must not throw. */
  readonly onError: (key: string, error: unknown, retryInMs: number) => void;
  /** Stops the intake. */
  readonly signal: AbortSignal;
  /** How long running passes may go on after that, milliseconds. */
  readonly graceMs: number;
  /** Stops the intake and aborts running passes at once: the lease is lost. */
  readonly abort?: AbortSignal;
  readonly clock: Clock;
}

/**
 * Takes keys and runs passes over them until `signal` or `abort` fires or the queue is closed; resolves when the last
 * pass has ended. A pass that throws costs its key a backoff and nothing else; one that is aborted is not reported.
 */
export async function runWorkers(options: WorkersOptions): Promise<void> {
  const { queue, handle, onError, signal, abort } = options;
  const passes = new AbortController();
  const intake = abort === undefined ? signal : AbortSignal.any([signal, abort]);

  const pass = async (key: string): Promise<void> => {
    try {
      await handle(key, passes.signal);
    } catch (error) {
      if (!passes.signal.aborted) onError(key, error, queue.retry(key));
    } finally {
      queue.done(key);
    }
  };
  const work = async (): Promise<void> => {
    for (;;) {
      const key = await takeUnlessOver(queue, intake);
      if (key === undefined) return;
      if (intake.aborted) {
        queue.add(key);
        queue.done(key);
        return;
      }
      await pass(key);
    }
  };

  const ended = new AbortController();
  const cut = (): void => passes.abort(abort?.reason);
  const waitOutGrace = (): void => {
    options.clock.sleep(options.graceMs, ended.signal).then(
      () => passes.abort(new Error('the grace for running passes is over')),
      () => undefined, // All passes have ended before.
    );
  };
  abort?.addEventListener('abort', cut, { once: true, signal: ended.signal });
  signal.addEventListener('abort', waitOutGrace, { once: true, signal: ended.signal });
  try {
    await Promise.all(Array.from({ length: options.concurrency }, work));
  } finally {
    ended.abort();
  }
}

async function takeUnlessOver(queue: WorkQueue, intake: AbortSignal): Promise<string | undefined> {
  try {
    return await queue.take(intake);
  } catch (error) {
    if (intake.aborted || error instanceof QueueClosedError) return undefined;
    throw error;
  }
}
