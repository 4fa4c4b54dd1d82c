import { Failure } from '../core/failure.ts';
import { parseDuration } from '../lib/duration.ts';
import { systemClock } from '../runtime/clock.ts';
import { UsageError } from './terminal.ts';

/** Between two looks at what is waited for, milliseconds. */
const PAUSE_MS = 1_000;

/** Milliseconds of an option that takes a duration. Throws `UsageError`. */
export function durationOf(option: string, text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new UsageError(`${option} ${text}: must be a whole number with s, m, h or d, such as 5m`);
  return ms;
}

/**
 * Looks again and again until there is an answer; `undefined` when the time is over. The first look is at once. A server
 * that does not answer for a moment is asked again.
 */
export async function waitFor<T>(timeoutMs: number, look: () => Promise<T | undefined>): Promise<T | undefined> {
  const until = systemClock.monotonic() + timeoutMs;
  for (;;) {
    const found = await look().catch((error: unknown) => {
      if (error instanceof Failure && PASSING.includes(error.kind)) return undefined;
      throw error;
    });
    if (found !== undefined) return found;
    if (systemClock.monotonic() + PAUSE_MS > until) return undefined;
    await systemClock.sleep(PAUSE_MS);
  }
}

const PASSING: readonly Failure['kind'][] = ['unavailable', 'throttled'];
