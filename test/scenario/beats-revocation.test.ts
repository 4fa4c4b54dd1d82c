import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { controlPlane } from '../testbed/current.ts';
import type { PodBeat } from './beats/pair.ts';
import { beatsSite } from './beats/world.ts';
import { reportFigures, soakMs } from './figures.ts';

const soak = soakMs();
/** A measurement is not made better by a longer soak. */
const ROUNDS = soak === undefined ? 1 : 10;

/** Waits, once the next Beat is about to start, for the first document after that; gives the time, by `Date.now()`. */
function firstDocument({ pods, count }: PodBeat): () => Promise<number> {
  const first = Promise.withResolvers<number>();
  pods.beforeStart = async () => {
    const before = await count();
    const look = async (): Promise<number> => {
      while ((await count()) === before) await sleep(50);
      return Date.now();
    };
    look().then(first.resolve, first.reject);
  };
  return () => first.promise;
}

describe.runIf(controlPlane().playedNodes)('After a revocation', () => {
  const opened = beatsSite('1h');

  test.concurrent.each(['filebeat', 'heartbeat'] as const)(
    'a %s goes on with the new key, and what that cost is reported',
    { timeout: 240_000 * ROUNDS },
    async (program) => {
      const { site, pairs } = opened();
      const { rotated, control, replaceKey } = pairs[program];
      const seconds = { withoutKey: 0, start: 0, controlStart: 0 };
      for (let round = 1; round <= ROUNDS; round++) {
        // Events flow on both sides.
        for (const { count } of [rotated, control]) await expect.poll(count, { timeout: 60_000 }).toBeGreaterThan(0);
        const [first, controlsFirst] = [firstDocument(rotated), firstDocument(control)];
        const asked = Date.now();
        const { status } = await replaceKey({ revokeRequest: `leak-${round}` });
        const at = await first();
        seconds.withoutKey += (at - asked) / 1000;
        seconds.start += (at - rotated.pods.startedAt) / 1000;
        seconds.controlStart += ((await controlsFirst()) - control.pods.startedAt) / 1000;
        expect(rotated.pods.keyIDs.at(-1)).toBe(status?.keyID);
      }
      const [ours, controls] = await Promise.all([rotated.tally(), control.tally()]);
      const name = `beats.revocation.${program}`;
      reportFigures({
        [`${name}.times`]: ROUNDS,
        [`${name}.events`]: ours.events,
        [`${name}.lost`]: ours.lost,
        [`${name}.doubled`]: ours.doubled,
        [`${name}.refusals`]: (await rotated.pods.refusals()).length,
        [`${name}.secondsFromRequestToEvents`]: seconds.withoutKey,
        [`${name}.secondsFromStartToEvents`]: seconds.start,
        [`${name}.control.lost`]: controls.lost,
        [`${name}.control.doubled`]: controls.doubled,
        [`${name}.control.secondsFromStartToEvents`]: seconds.controlStart,
      });
      await site.untilOneLives(await site.objects.ready(program));
    },
  );
});
