import { describe, expect, test } from 'vitest';
import { digest } from './digest.ts';

describe('digest', () => {
  test('is the beginning of the SHA-256 of the canonical JSON', () => {
    expect(digest({}, 64)).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
    expect(digest({})).toBe('44136fa355b3678a1146ad16f7e8649e');
    expect(digest({}, 8)).toBe('44136fa3');
  });

  test('is equal for equal data in another order, and differs for other data', () => {
    expect(digest({ a: 1, b: 2 })).toBe(digest({ b: 2, a: 1 }));
    expect(digest({ a: 1, b: 2 })).not.toBe(digest({ a: 1, b: 3 }));
    expect(digest(['a', 'b'])).not.toBe(digest(['b', 'a']));
  });
});
