import { setTimeout as sleep } from 'node:timers/promises';
import type { BeatProcess } from '../../testbed/beats/beat-process.ts';
import type { PodBeat } from './pair.ts';

/** Of the 90 s that the pods are given, so that the Beat has some, too. */
const PATIENCE_MS = 60_000;

/**
 * Stops a Beat when it has nothing to lose: when it has sent at least one event of later than `since`, and holds none
 * that Elasticsearch has not answered. What a Beat holds when it is stopped may be lost or doubled whatever the key; so
 * only the key can make a difference. Stops it all the same when it can get nothing through for a minute.
 */
export async function stopQuietly(beat: BeatProcess, { source, count }: PodBeat, since: number): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  const patiently = async (holds: () => Promise<boolean>) => {
    while (Date.now() < until && !(await holds())) await sleep(200);
  };
  await patiently(() => Promise.resolve(source.lastAt > since));
  source.pause();
  await patiently(async () => (await count()) >= source.made && (await beat.unanswered()) === 0);
  await beat.stop();
  source.resume();
}
