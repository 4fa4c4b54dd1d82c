import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { isInside, isPlain } from './name-patterns.ts';

describe('inside', () => {
  test.for<readonly [string, readonly string[]]>([
    ['packetbeat-8*', ['packetbeat-*']],
    ['packetbeat-*', ['*']],
    ['a?c', ['a*c']],
    ['a*b', ['x', 'a*', '*b']],
    ['a*', ['a', 'a?*']],
    ['a**', ['a*']],
    ['?*', ['*']],
  ])('%s of %s', ([pattern, limits]) => expect(isInside(pattern, limits)).toBe(true));
});

describe('not inside', () => {
  test.for<readonly [string, readonly string[]]>([
    ['packetbeat*', ['packetbeat-*']],
    ['a*c', ['a?c']],
    ['*', ['a*', 'b*']],
    ['ab', ['a', 'b']],
    ['a', []],
    ['a?', ['a']],
  ])('%s of %s', ([pattern, limits]) => expect(isInside(pattern, limits)).toBe(false));
});

test.for([String.raw`a\*`, '/a.*/', '-a', '<a-{now/d}>', 'a::failures', 'a😀'])('%s is not plain', (name) => {
  expect(isPlain(name)).toBe(false);
});

const pattern = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 5 }).map((parts) => parts.join(''));
const name = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 7 }).map((parts) => parts.join(''));
/** A regular expression with the same meaning. */
const matcher = (one: string): RegExp => new RegExp(`^${one.replaceAll('*', '.*').replaceAll('?', '.')}$`);

property.prop([pattern, fc.array(pattern, { maxLength: 3 }), fc.array(name, { maxLength: 40 })], { numRuns: 3000 })(
  'what is inside matches no name that the limits do not',
  (one, limits, names) => {
    if (!isInside(one, limits)) return;
    for (const each of names) {
      if (matcher(one).test(each)) expect(limits.some((limit) => matcher(limit).test(each))).toBe(true);
    }
  },
);

/** Every name of three letters, at most six long, tells two patterns of at most four parts apart. */
const short = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 4 }).map((parts) => parts.join(''));
const allNames = Array.from({ length: 7 }, (_, length) =>
  Array.from({ length: 3 ** length }, (__, n) => n.toString(3).padStart(length, '0').slice(0, length)),
)
  .flat()
  .map((digits) => digits.replaceAll('0', 'a').replaceAll('1', 'b').replaceAll('2', 'c'));

property.prop([short, short], { numRuns: 500 })(
  'what is not inside matches a name that the limit does not',
  (one, limit) => {
    if (isInside(one, [limit])) return;
    expect(allNames.some((each) => matcher(one).test(each) && !matcher(limit).test(each))).toBe(true);
  },
);
