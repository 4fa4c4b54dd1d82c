import { setTimeout as sleep } from 'node:timers/promises';

/** How long something is waited for, milliseconds: longer than a breaker stays open on a machine that is very busy. */
export const PATIENCE_MS = 300_000;
const PAUSE_MS = 500;

/** Tries again and again, when it fails, until it succeeds; throws the last failure when the patience is over. */
export async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > until) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
