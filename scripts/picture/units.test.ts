import { expect, test } from 'vitest';
import { spelt } from './units.ts';

test.each([
  [0, 's', '0 s'],
  [0.0123, 's', '12.3 ms'],
  [90, 's', '1.5 min'],
  [2_592_000, 's', '30 d'],
  [-7_200, 's', '-2 h'],
  [104_857_600, 'bytes', '100 MiB'],
  [1.2345, 'cps', '1.23/s'],
  [12, 'none', '12'],
])('%d %s is %s', (value, unit, text) => {
  expect(spelt(value, unit)).toBe(text);
});
