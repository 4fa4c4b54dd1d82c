import { describe, expect, test } from 'vitest';
import { parseRetryAfter } from './retry-after.ts';

describe('a Retry-After header', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  test.each([
    ['3', 3_000],
    ['0', 0],
    ['Thu, 01 Jan 2026 00:00:07 GMT', 7_000],
    ['Thu, 01 Jan 2026 00:00:00 GMT', 0],
    ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
    ['86400', 300_000],
    ['Fri, 01 Jan 2100 00:00:00 GMT', 300_000],
    ['soon', undefined],
    ['-1x', undefined],
    [undefined, undefined],
    [['1', '2'], undefined],
  ])('%j asks for %j ms', (value, ms) => {
    expect(parseRetryAfter(value, now)).toBe(ms);
  });
});
