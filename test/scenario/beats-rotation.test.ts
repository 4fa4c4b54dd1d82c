import { describe, expect, test } from 'vitest';
import { controlPlane } from '../testbed/current.ts';
import type { Tally } from './beats/arrivals.ts';
import type { Pair } from './beats/pair.ts';
import { stopQuietly } from './beats/quiet.ts';
import { beatsSite } from './beats/world.ts';
import { reportFigures, soakMs } from './figures.ts';

/** Shorter than a pod takes to stop here, so that a key which waits for nothing else dies under its Beat. */
const OVERLAP_MS = 1000;
const soak = soakMs();
/** Of a busy machine, and of ten rotations at least. */
const TIMEOUT_MS = 10 * 60_000 + (soak === undefined ? 0 : soak + 20 * 60_000);

/** Rotations of each key: three, or in a soak ten and as many more as its time allows. */
function* rounds(): Generator<number> {
  const until = Date.now() + (soak ?? 0);
  const least = soak === undefined ? 3 : 10;
  for (let round = 1; round <= least || Date.now() < until; round++) yield round;
}

// Where nodes are real, so are kubelets, and nobody can put a process of this machine into a pod.
describe.runIf(controlPlane().playedNodes)('Restarted by the operator after each rotation', () => {
  const opened = beatsSite(`${OVERLAP_MS / 1000}s`);

  /** Rotates the key of one, and restarts both, again and again; gives the number of rotations. */
  const rotate = async ({ program, rotated, control, replaceKey }: Pair): Promise<number> => {
    const { objects } = opened().site;
    // Events that come after the overlap are sent with the old key.
    for (const beat of [rotated, control])
      beat.pods.stopBeat = (process) => stopQuietly(process, beat, Date.now() + OVERLAP_MS);
    let rotations = 0;
    for (const round of rounds()) {
      const { status } = await replaceKey({ request: String(round) });
      rotations += 1;
      expect(rotated.pods.keyIDs.at(-1)).toBe(status?.keyID);
      await objects.until('BeatApiKey', program, 'the retirement', (object) => !object.status?.retiring);
    }
    return rotations;
  };

  const report = (rotations: number, ours: Tally, controls: Tally): void =>
    reportFigures({
      'beats.rotations': rotations,
      'beats.events': ours.events,
      'beats.lost': ours.lost,
      'beats.doubled': ours.doubled,
      'beats.control.events': controls.events,
      'beats.control.lost': controls.lost,
      'beats.control.doubled': controls.doubled,
    });

  test.concurrent.each(['filebeat', 'heartbeat'] as const)(
    'a %s loses and doubles no more events than one whose key stays',
    { timeout: TIMEOUT_MS },
    async (program) => {
      const { site, pairs } = opened();
      const { rotated, control } = pairs[program];
      const rotations = await rotate(pairs[program]);
      const [ours, controls] = await Promise.all([rotated.tally(), control.tally()]);
      report(rotations, ours, controls);
      // Each stop has waited for new ones.
      expect(ours.events).toBeGreaterThan(rotations);
      expect(ours.lost).toBeLessThanOrEqual(controls.lost);
      expect(ours.doubled).toBeLessThanOrEqual(controls.doubled);
      expect(await rotated.pods.refusals()).toEqual([]);
      // Both were restarted as often, one with a new key each time and one with the same.
      expect([rotated, control].map(({ pods }) => new Set(pods.keyIDs).size)).toEqual([rotations + 1, 1]);
      expect([rotated, control].map(({ pods }) => pods.keyIDs.length)).toEqual([rotations + 1, rotations + 1]);
      await site.untilOneLives(await site.objects.ready(program));
    },
  );
});
