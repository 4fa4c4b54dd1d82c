import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

describe('canonicalJson', () => {
  test.each([
    [{ b: 1, a: { d: [2, { z: 1, y: 2 }], c: null } }, '{"a":{"c":null,"d":[2,{"y":2,"z":1}]},"b":1}'],
    [{ a: undefined, b: [undefined] }, '{"b":[null]}'],
    [{ 10: 'a', 9: 'b', Z: 1, a: 2 }, '{"9":"b","10":"a","Z":1,"a":2}'],
    [undefined, 'null'],
    ['text', '"text"'],
  ])('writes %j as %s', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  test.prop([fc.dictionary(fc.string(), fc.jsonValue())])('does not depend on the order of names', (object) => {
    const turned = Object.fromEntries(Object.entries(object).toReversed());
    expect(canonicalJson(turned)).toBe(canonicalJson(object));
  });

  test.prop([fc.jsonValue()])('loses nothing', (value) => {
    expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
  });

  test('keeps a name that objects have by themselves', () => {
    expect(canonicalJson(JSON.parse('{"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1}}');
  });

  test('refuses cycles', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(() => canonicalJson(cycle)).toThrow(Error);
  });
});
