import { describe, expect, test } from 'vitest';
import { isWithinBounds } from './json-bounds.ts';

const BOUNDS = { depth: 3, values: 10 };

describe('a JSON text', () => {
  test.each([
    ['a value', '1'],
    ['an empty text', ''],
    ['as deep as may be', '[[[1]]]'],
    ['brackets in a text', '["[[[[[[[[", "{{{{{{", "]]]]"]'],
    ['commas in a text', '[",,,,,,,,,,,,,,,,,,,,"]'],
    ['a text with escaped quotes', String.raw`["a\",[[[[[[[[[\\\"[[[[[[", "\\"]`],
    ['a text that does not end', '["[[[[[[[[[[[['],
  ])('with %s is within bounds', (_what, text) => expect(isWithinBounds(text, BOUNDS)).toBe(true));

  test.each([
    ['one level too many', '[[[[1]]]]'],
    ['objects that are too deep', '{"a":{"b":{"c":{}}}}'],
    ['levels that are never closed', '[['.repeat(1_000_000)],
    ['too many values', '[1,2,3,4,5,6,7,8,9,10]'],
    ['too many lists', '[[],[],[],[],[],[]]'],
    ['too many after a text that ends with a backslash', String.raw`["\\",1,2,3,4,5,6,7,8,9]`],
  ])('with %s is not', (_what, text) => expect(isWithinBounds(text, BOUNDS)).toBe(false));
});
