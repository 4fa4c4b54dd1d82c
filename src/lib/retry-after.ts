/** A longer pause is not kept: whoever stands in front of a server could put what waits to sleep for years. */
const LONGEST_MS = 5 * 60_000;

/**
 * Milliseconds to wait as a `Retry-After` header says: seconds or a date (RFC 9110, 10.2.3); five minutes at most. `now`:
 * epoch milliseconds. `undefined` where there is none, or none that can be read.
 */
export function parseRetryAfter(value: unknown, now: number): number | undefined {
  if (typeof value !== 'string') return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), LONGEST_MS);
}
