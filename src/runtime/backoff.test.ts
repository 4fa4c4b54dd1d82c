import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { type Backoff, exponentialBackoff } from './backoff.ts';

const delays = (backoff: Backoff, count: number): number[] => {
  const found: number[] = [];
  for (let step = backoff.next(); found.length < count; step = step.next()) found.push(step.delayMs);
  return found;
};

describe('exponential backoff', () => {
  test('waits for nothing before the first failure', () => {
    expect(exponentialBackoff()).toMatchObject({ failures: 0, delayMs: 0 });
  });

  test('doubles its upper bound from one second to five minutes', () => {
    const bounds = delays(exponentialBackoff({ random: () => 1 }), 11).map((ms) => ms / 1000);
    expect(bounds).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  test('does not change the value it is asked on', () => {
    const start = exponentialBackoff();
    const once = start.next();
    once.next();
    expect(start.failures).toBe(0);
    expect(once.failures).toBe(1);
  });

  test('draws every delay anew', () => {
    const draws = [0.25, 0.75];
    const start = exponentialBackoff({ random: () => draws.shift() ?? 0 });
    expect([start.next().delayMs, start.next().delayMs]).toEqual([250, 750]);
  });

  test.prop([
    fc.integer({ min: 1, max: 10_000 }),
    fc.integer({ min: 10_000, max: 1_000_000 }),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  ])('stays within its bounds however often it fails', (initialMs, maxMs, drawn) => {
    const found = delays(exponentialBackoff({ initialMs, maxMs, random: () => drawn }), 1_100);
    const astray = found.filter((ms, before) => !(ms >= 0 && ms <= Math.min(maxMs, initialMs * 2 ** before)));
    expect(astray).toEqual([]);
  });
});
