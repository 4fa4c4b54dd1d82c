/**
 * Get, query, update and invalidate are searches on the server: a key that was just made is found a moment later, on a busy
 * Elasticsearch many moments. One that is given up too early lives on unseen, or is replaced without need.
 */
const DELAYS_TO_BE_SURE = 10;

/**
 * True where a key made at `since` must be found by every search that begins at `now`, epoch milliseconds: "not found" is
 * then no longer "not yet". What a journal dates far into the future was not written by the operator, and is not waited for.
 */
export const isSurelyVisible = (since: number, now: number, visibilityDelayMs: number): boolean =>
  Math.abs(now - since) > DELAYS_TO_BE_SURE * visibilityDelayMs;
