import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const SAMPLE_MS = 10;
/** It works where it took, or waited for, more than a fifth of a processor within this time, milliseconds. */
const WINDOW_MS = 50;
const WORKING_SHARE = 0.2;
/** How long it must not work to count as idle, milliseconds. */
const IDLE_MS = 2_000;

/**
 * Waits until the main thread of a process works no more, and answers when it last did, milliseconds of
 * `performance.now()`. Seen from outside, so that the process is not asked while it works. What it does every few seconds
 * for some milliseconds, such as renewing a lease, is no work.
 */
export async function lastWorkOf(pid: number): Promise<number> {
  const samples = [sample(pid)];
  let lastWork = performance.now();
  while (performance.now() - lastWork < IDLE_MS) {
    await wait(SAMPLE_MS);
    const now = sample(pid);
    samples.push(now);
    while (samples.length > 1 && now.at - (samples[0]?.at ?? 0) > WINDOW_MS) samples.shift();
    const [first = now] = samples;
    if (now.taken - first.taken > WORKING_SHARE * WINDOW_MS) lastWork = now.at;
  }
  return lastWork;
}

/** `taken`: milliseconds that it had a processor or waited for one (Linux, Documentation/scheduler/sched-stats.rst). */
function sample(pid: number): { readonly at: number; readonly taken: number } {
  const [running = NaN, waiting = NaN] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ').map(Number);
  return { at: performance.now(), taken: (running + waiting) / 1e6 };
}
