import { setTimeout as sleep } from 'node:timers/promises';
import type { PodBeat } from './pair.ts';

/** A Beat has Elasticsearch's answer, and has taken note of it, so long after the document can be found. */
const ANSWER_MS = 250;
/** So near to the next burst a Beat is not stopped any more. */
const MARGIN_MS = 500;
/** Of the 90 s that the pods are given, so that the Beat has some, too. */
const PATIENCE_MS = 60_000;

/**
 * Waits until a Beat has nothing to lose: all events have their documents, one of later than `since` among them, and no
 * new one is near. What is in a queue when the Beat is stopped may be lost or doubled whatever the key; stopped with an
 * empty queue, only the key can make a difference. Gives up when a pod would have to end.
 */
export async function untilQuiet({ source, count }: PodBeat, since: number): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  while (Date.now() < until) {
    const { made, lastAt } = source;
    const all = lastAt > since && (await count()) >= made;
    if (all) await sleep(ANSWER_MS);
    if (all && source.made === made && Date.now() < lastAt + source.everyMs - MARGIN_MS) return;
    await sleep(250);
  }
}
