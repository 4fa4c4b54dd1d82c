import { Failure } from '../core/failure.ts';
import type { PassContext } from './pass-context.ts';
import type { KeyStore } from './ports.ts';

/** Between two requests to invalidate a key that the server does not see yet, milliseconds. */
const PAUSE_MS = 250;

/**
 * Invalidates a key that was made and did not get into its Secret. A search may not see so young a key yet, and then
 * leaves it alive, so this asks until the answer names it. False where that was not to be had: the attempt stays
 * unsettled, and the inventory before the next one finds the key.
 */
export async function discardKey(
  id: string,
  store: KeyStore,
  { cluster, clock, meter, operator }: PassContext,
): Promise<boolean> {
  const until = cluster.now() + 2 * operator().visibilityDelayMs + 1000;
  const signal = AbortSignal.timeout(operator().attemptLimitMs);
  try {
    do {
      const listed = await store.invalidate([id], signal);
      if (listed.includes(id)) {
        meter.keysInvalidated('halfMade', 1);
        return true;
      }
      await clock.sleep(PAUSE_MS, signal);
    } while (cluster.now() <= until);
    return false;
  } catch (error) {
    if (error instanceof Failure || signal.aborted) return false;
    throw error;
  }
}
