import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { isJsonObject } from './json.ts';

describe('isJsonObject', () => {
  test.prop([fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 }))])('takes every object in JSON', (object) => {
    expect(isJsonObject(object, 32)).toBe(true);
  });

  test.each([
    ['a list', []],
    ['null', null],
    ['text', '{}'],
    ['a date', new Date()],
    ['a map', new Map()],
    ['what JSON has no word for', { a: undefined }],
    ['a number that JSON has no word for', { a: [Number.NaN] }],
    ['a big integer', { a: 1n }],
  ])('does not take %s', (_name, value) => {
    expect(isJsonObject(value, 32)).toBe(false);
  });

  test('counts how deep objects and lists are nested', () => {
    expect(isJsonObject({ a: [{ b: 1 }] }, 3)).toBe(true);
    expect(isJsonObject({ a: [{ b: 1 }] }, 2)).toBe(false);
  });

  test('does not follow a cycle', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = [cycle];
    expect(isJsonObject(cycle, 32)).toBe(false);
  });
});
