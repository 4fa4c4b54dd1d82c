import { describe, expect, test, vi } from 'vitest';
import { controlPlane } from '../testbed/current.ts';
import type { PodBeat } from './beats/pair.ts';
import { beatsSite } from './beats/world.ts';
import { reportFigures, soakMs } from './figures.ts';

const soak = soakMs();
/** A measurement is not made better by a longer soak. */
const ROUNDS = soak === undefined ? 1 : 10;

const PATIENCE = { timeout: 120_000, interval: 100 };

/** Waits, from when the next Beat is about to start, for its first document; gives the time, by `Date.now()`. */
function firstDocument({ pods, count }: PodBeat): Promise<number> {
  const first = Promise.withResolvers<number>();
  // A test that has failed before does not wait for it.
  first.promise.catch(() => undefined);
  pods.beforeStart = async () => {
    const before = await count();
    const look = async () => expect(await count()).toBeGreaterThan(before);
    vi.waitFor(look, PATIENCE).then(() => first.resolve(Date.now()), first.reject);
  };
  return first.promise;
}

describe.runIf(controlPlane().playedNodes)('After a revocation', () => {
  const opened = beatsSite('1h');

  test.concurrent.each(['filebeat', 'heartbeat'] as const)(
    'a %s goes on with the new key, and what that cost is reported',
    { timeout: 10 * 60_000 + ROUNDS * 2 * 60_000 },
    async (program) => {
      const { site, pairs } = opened();
      const { rotated, control, replaceKey } = pairs[program];
      const seconds = { withoutKey: 0, start: 0, controlStart: 0 };
      for (let round = 1; round <= ROUNDS; round++) {
        // Events flow on both sides.
        for (const { count } of [rotated, control]) await expect.poll(count, PATIENCE).toBeGreaterThan(0);
        const [first, controlsFirst] = [firstDocument(rotated), firstDocument(control)];
        const asked = Date.now();
        const { status } = await replaceKey({ revokeRequest: `leak-${round}` });
        const at = await first;
        seconds.withoutKey += (at - asked) / 1000;
        seconds.start += (at - rotated.pods.startedAt) / 1000;
        seconds.controlStart += ((await controlsFirst) - control.pods.startedAt) / 1000;
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
