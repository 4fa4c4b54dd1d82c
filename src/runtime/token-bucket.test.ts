import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { FakeClock } from '../../test/builders/fake-clock.ts';
import { TokenBucket } from './token-bucket.ts';

const bucketOf = (perMinute: number, burst: number) => {
  const clock = new FakeClock();
  return { clock, bucket: new TokenBucket({ perMinute, burst, clock }) };
};

describe('a token bucket', () => {
  test('gives its burst at once and then the rate', async () => {
    const { clock, bucket } = bucketOf(60, 3);
    const given: number[] = [];
    const takes = Array.from({ length: 5 }, () => bucket.take().then(() => given.push(clock.monotonic())));
    await clock.advance(10_000);
    await Promise.all(takes);
    expect(given).toEqual([0, 0, 0, 1_000, 2_000]);
  });

  test('tells a caller how long it will be delayed, and says nothing when it is not', async () => {
    const { clock, bucket } = bucketOf(60, 1);
    const delays: number[] = [];
    const onDelay = (ms: number): void => void delays.push(ms);
    const takes = [1, 2, 3].map(() => bucket.take(undefined, onDelay));
    expect([delays, bucket.waiting]).toEqual([[1_000, 2_000], 2]);
    await clock.advance(2_000);
    await Promise.all(takes);
  });

  test('answers a caller who does not want to wait when to ask again', async () => {
    const { clock, bucket } = bucketOf(60, 1);
    expect([bucket.tryTake(), bucket.tryTake()]).toEqual([0, 1_000]);
    await clock.advance(1_000);
    expect(bucket.tryTake()).toBe(0);
  });

  test('lets nobody who does not wait pass by those who do', async () => {
    const { clock, bucket } = bucketOf(60, 1);
    await bucket.take();
    const waiting = bucket.take();
    expect(bucket.tryTake()).toBe(2_000);
    await clock.advance(1_000);
    await waiting;
  });

  test('uses no token for a caller who gave up', async () => {
    const { clock, bucket } = bucketOf(60, 1);
    await bucket.take();
    const controller = new AbortController();
    const gone = bucket.take(controller.signal);
    controller.abort(new Error('enough'));
    await expect(gone).rejects.toThrow('enough');
    expect(clock.sleepers).toBe(0);
    await clock.advance(1_000);
    expect(bucket.tryTake()).toBe(0);
  });

  test('serves who comes in the moment after the last one gave up', async () => {
    const { clock, bucket } = bucketOf(60, 1);
    await bucket.take();
    const controller = new AbortController();
    const gone = bucket.take(controller.signal);
    controller.abort(new Error('enough'));
    const next = bucket.take();
    await expect(gone).rejects.toThrow('enough');
    await clock.advance(1_000);
    await next;
  });

  test('refuses a signal that has aborted', async () => {
    const { bucket } = bucketOf(60, 1);
    await expect(bucket.take(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    expect(bucket.tryTake()).toBe(0);
  });

  test.each([
    { perMinute: 0, burst: 1 },
    { perMinute: -1, burst: 1 },
    { perMinute: Number.NaN, burst: 1 },
    { perMinute: 1, burst: 0.5 },
  ])('that would never give a token is refused: $perMinute a minute, burst $burst', ({ perMinute, burst }) => {
    expect(() => bucketOf(perMinute, burst)).toThrow(RangeError);
  });

  const arrivals = fc.array(
    fc.record({ pauseMs: fc.nat(3_000), givesUpAfterMs: fc.option(fc.nat(5_000), { nil: undefined }) }),
    { maxLength: 40 },
  );
  test.prop([fc.integer({ min: 1, max: 600 }), fc.integer({ min: 1, max: 10 }), arrivals], { numRuns: 60 })(
    'gives tokens in order, as soon as it may, and never more than rate and burst allow',
    async (perMinute, burst, callers) => {
      const { clock, bucket } = bucketOf(perMinute, burst);
      const given: { index: number; at: number }[] = [];
      const takes: Promise<unknown>[] = [];
      for (const [index, { pauseMs, givesUpAfterMs }] of callers.entries()) {
        await clock.advance(pauseMs);
        const controller = new AbortController();
        const take = bucket.take(controller.signal).then(
          () => given.push({ index, at: clock.monotonic() }),
          () => undefined,
        );
        if (givesUpAfterMs !== undefined) void clock.sleep(givesUpAfterMs).then(() => controller.abort());
        takes.push(take);
      }
      await clock.advance(callers.length * (60_000 / perMinute) + 10_000);
      await Promise.all(takes);

      expect(given.map(({ index }) => index)).toEqual(given.map(({ index }) => index).toSorted((a, b) => a - b));
      const intervalMs = 60_000 / perMinute;
      for (const [first, { at: from }] of given.entries()) {
        for (const [last, { at: to }] of given.entries()) {
          if (last < first) continue;
          expect(last - first + 1).toBeLessThanOrEqual(burst + (to - from) / intervalMs + 1e-6);
        }
      }
      expect(bucket.waiting).toBe(0);
      expect(clock.sleepers).toBe(0);
      const patient = callers.filter(({ givesUpAfterMs }) => givesUpAfterMs === undefined).length;
      expect(given.length).toBeGreaterThanOrEqual(patient);
    },
  );
});
