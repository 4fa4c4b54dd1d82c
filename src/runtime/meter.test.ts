import { expect, test } from 'vitest';
import { codeClass } from './meter.ts';

test.each([
  [200, '2xx'],
  [201, '2xx'],
  [304, '3xx'],
  [404, '4xx'],
  [409, '4xx'],
  [429, '429'],
  [503, '5xx'],
  [599, '5xx'],
  [101, 'none'],
  [0, 'none'],
  [999, 'none'],
  [undefined, 'none'],
])('status %s is of class %s', (status, expected) => {
  expect(codeClass(status)).toBe(expected);
});
