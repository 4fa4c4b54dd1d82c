import { beforeAll, describe, expect, test, vi } from 'vitest';
import { aYear, type Life, type YearOptions } from './year.ts';

const runs = Number(process.env['PROPERTY_RUNS'] ?? 100);
const timeout = 120_000 + runs * 2_000;
vi.setConfig({ hookTimeout: timeout, testTimeout: timeout });

const held: YearOptions['consumer'] = (workload) => {
  workload.heldBy = 'OnDelete';
};
const countOf = ({ events }: Life, reason: string): number => events.filter((one) => one === reason).length;

interface Year extends YearOptions {
  /** From the switch to the end of the key that was replaced, hours. */
  readonly endsAfter: readonly [least: number, most: number];
}

/** Keys of 30 days, renewed by default, of so many objects as make it sure that their jitters differ. */
const years: readonly (readonly [string, Year])[] = [
  ['for which nobody is waited', { count: Math.ceil(runs / 10), endsAfter: [1, 1.01] }],
  [
    'whose consumer takes a day to roll out',
    { count: Math.ceil(runs / 20), consumer: () => undefined, endsAfter: [20, 28] },
  ],
  // It expires in the hands of the pods that nobody replaced.
  ['whose consumer never moves on', { count: Math.ceil(runs / 20), consumer: held, endsAfter: [10 * 24, 11.6 * 24] }],
];

describe.for(years)('in a year of a key %s', ([, options]) => {
  let lives: readonly Life[];
  beforeAll(async () => {
    lives = await aYear(options);
  });

  test('18 or 19 rotations follow one another, each in good time and at a pace of its own', () => {
    for (const { rotations, intervals, late } of lives) {
      expect([18, 19]).toContain(rotations);
      expect(new Set(intervals).size).toBe(1);
      expect(late).toEqual([]);
    }
    expect(new Set(lives.flatMap(({ intervals }) => intervals)).size).toBeGreaterThan(1);
  });

  test('two keys live at most, one of which waits to end, and ends', () => {
    const [least, most] = options.endsAfter;
    for (const { mostAlive, mostWaiting, retiredAfter } of lives) {
      expect(mostAlive).toBe(2);
      expect(mostWaiting).toBeLessThanOrEqual(1);
      for (const hours of retiredAfter.slice(0, -1)) {
        expect(hours).toBeGreaterThanOrEqual(least);
        expect(hours).toBeLessThanOrEqual(most);
      }
    }
  });

  test('a consumer is restarted once for each key, and its delay is told once', () => {
    for (const life of lives) {
      const expected = options.consumer === undefined ? 0 : life.rotations;
      expect(countOf(life, 'ConsumersRestarted')).toBe(expected);
      // The last one may not have waited for long.
      expect(countOf(life, 'RetirementWaiting')).toBeGreaterThanOrEqual(Math.max(0, expected - 1));
      expect(countOf(life, 'RetirementWaiting')).toBeLessThanOrEqual(expected);
      expect(countOf(life, 'RetirementForced')).toBe(0);
    }
  });
});

describe('with keys that are renewed so early that those before them would live on, and a consumer that never moves on', () => {
  const spec = { rotation: { renewBefore: '25d' } };

  test('a renewal waits as long as it can, then ends the oldest and says so; nothing piles up', async () => {
    for (const life of await aYear({ count: Math.ceil(runs / 50), spec, consumer: held })) {
      expect(life.late).toEqual([]);
      expect(life.mostWaiting).toBe(1);
      // Its end follows the switch.
      expect([life.mostAlive, life.mostLeftAlive]).toEqual([3, 2]);
      // The first renewal comes in its time. Then one is forced half way to the expiry, and the next one waits for the
      // expiry of the key that was replaced so late.
      const [first = 0, ...others] = life.intervals;
      expect(first).toBeLessThanOrEqual(5);
      for (const days of others) expect(days).toBeGreaterThan(12);
      // Where the key that waits expires at that very time, no force is needed.
      expect(countOf(life, 'RetirementForced')).toBeGreaterThanOrEqual(1);
    }
  });
});
