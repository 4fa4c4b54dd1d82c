import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { DURATION_PATTERN, formatDuration, parseDuration, POSITIVE_DURATION_PATTERN } from './duration.ts';

const SECOND = 1_000;
const units = fc.constantFrom('d', 'h', 'm', 's');

describe('parseDuration', () => {
  test.each([
    ['30d', 2_592_000_000],
    ['12h', 43_200_000],
    ['90m', 5_400_000],
    ['5s', 5_000],
    ['0s', 0],
    ['999999d', 86_399_913_600_000],
  ])('reads %s as %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(['', 'd', '5', '1.5d', '-5d', '+5d', '05d', '5 d', '5D', '5M', '5ms', '1d12h', '1000000s', '5s\n', '٣d'])(
    'does not take %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  test.prop([fc.string()])('gives a safe number or nothing for any text', (text) => {
    const ms = parseDuration(text);
    expect(ms === undefined || Number.isSafeInteger(ms)).toBe(true);
  });

  test.prop([fc.nat(999_999), units])('takes what the patterns take, and nothing else', (count, unit) => {
    const text = `${count}${unit}`;
    expect(new RegExp(DURATION_PATTERN).test(text)).toBe(parseDuration(text) !== undefined);
    expect(new RegExp(POSITIVE_DURATION_PATTERN).test(text)).toBe((parseDuration(text) ?? 0) > 0);
  });
});

describe('formatDuration', () => {
  test.each([
    [2_592_000_000, '30d'],
    [3_600_000, '1h'],
    [5_400_000, '90m'],
    [61_000, '61s'],
    [999, '0s'],
    [-5_000, '0s'],
    [1_728_001_000, '28800m'],
  ])('writes %i ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test.prop([fc.nat(999_999)])('is read back exactly for whole seconds', (seconds) => {
    expect(parseDuration(formatDuration(seconds * SECOND))).toBe(seconds * SECOND);
  });

  test.prop([fc.double({ min: 0, max: Number.MAX_SAFE_INTEGER, noNaN: true })])(
    'never gains time, and can always be read',
    (ms) => {
      const again = parseDuration(formatDuration(ms));
      expect(again).toBeDefined();
      expect(again).toBeLessThanOrEqual(ms);
    },
  );
});
