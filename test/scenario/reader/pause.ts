import { setTimeout as sleep } from 'node:timers/promises';

/** The longest time that a timer takes, milliseconds: until the signal. */
export const FOR_EVER_MS = 2 ** 31 - 1;

/** Waits so many milliseconds, or until the signal comes. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
