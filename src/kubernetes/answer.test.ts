import { expect, test } from 'vitest';
import { parseJSON } from './answer.ts';

test('what is no JSON is nothing', () => {
  expect(parseJSON('404 page not found\n')).toBeUndefined();
  expect(parseJSON('{"a":1}')).toEqual({ a: 1 });
});
