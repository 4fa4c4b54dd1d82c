import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { isInside as isInsideSet, isPlain, patternSet } from './name-patterns.ts';

const isInside = (pattern: string, limits: readonly string[]): boolean =>
  isInsideSet(pattern, patternSet(limits), { left: 1_000_000 });

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

property.prop([short, fc.array(short, { maxLength: 3 })], { numRuns: 1000 })(
  'what is not inside matches a name that no limit does',
  (one, limits) => {
    if (isInside(one, limits)) return;
    const isBeyond = (each: string): boolean =>
      matcher(one).test(each) && !limits.some((limit) => matcher(limit).test(each));
    expect(allNames.some(isBeyond)).toBe(true);
  },
);

test('what would take too long counts as not inside', () => {
  const limits = patternSet(Array.from({ length: 20 }, (_, index) => `*a${'?'.repeat(index)}b`));
  const effort = { left: 5_000 };
  expect(isInsideSet('*a*b', limits, effort)).toBe(false);
  expect(effort.left).toBeGreaterThan(-100);
});

test('many limits that are alike cost no more than one of them and its letters', () => {
  const limits = patternSet(Array.from({ length: 40 }, (_, index) => `logs-*-logging-${index}*`));
  const effort = { left: 20_000 };
  expect(isInsideSet('logs-17-*-logging-1?', limits, effort)).toBe(true);
  expect(effort.left).toBeGreaterThan(0);
});
