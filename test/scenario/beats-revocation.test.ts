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
      const ms = { fromRequest: 0, fromStart: 0, controls: 0 };
      for (let round = 1; round <= ROUNDS; round++) {
        // Events flow on both sides.
        for (const { count } of [rotated, control]) await expect.poll(count, PATIENCE).toBeGreaterThan(0);
        const [first, controlsFirst] = [firstDocument(rotated), firstDocument(control)];
        const asked = Date.now();
        const { status } = await replaceKey({ revokeRequest: `leak-${round}` });
        const at = await first;
        ms.fromRequest += at - asked;
        ms.fromStart += at - rotated.pods.startedAt;
        ms.controls += (await controlsFirst) - control.pods.startedAt;
        expect(rotated.pods.keyIDs.at(-1)).toBe(status?.keyID);
      }
      const [ours, controls] = await Promise.all([rotated.tally(), control.tally()]);
      // The control was restarted and nothing else.
      reportFigures({
        [`beats.revoked.${program}.times`]: ROUNDS,
        [`beats.revoked.${program}.lost`]: ours.lost,
        [`beats.revoked.${program}.doubled`]: ours.doubled,
        [`beats.revoked.${program}.refusals`]: (await rotated.pods.refusals()).length,
        [`beats.revoked.${program}.msFromRequest`]: ms.fromRequest,
        [`beats.revoked.${program}.msFromStart`]: ms.fromStart,
        [`beats.restarted.${program}.lost`]: controls.lost,
        [`beats.restarted.${program}.doubled`]: controls.doubled,
        [`beats.restarted.${program}.msFromStart`]: ms.controls,
      });
      await site.untilOneLives(await site.objects.ready(program));
    },
  );
});
