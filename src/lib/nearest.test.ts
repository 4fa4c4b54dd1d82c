import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { nearest } from './nearest.ts';

const FIELDS = ['names', 'privileges', 'field_security', 'query', 'allow_restricted_indices'];

describe('nearest', () => {
  test.each([
    ['field_securty', 'field_security'],
    ['fieldSecurity', 'field_security'],
    ['nams', 'names'],
    ['naems', 'names'],
    ['QUERY', 'query'],
    ['privilege', 'privileges'],
  ])('takes %s for %s', (given, meant) => {
    expect(nearest(given, FIELDS)).toBe(meant);
  });

  test.each(['', 'description', 'x', 'indices', 'quarrel'])('does not guess what %j was meant to be', (given) => {
    expect(nearest(given, FIELDS)).toBeUndefined();
  });

  test('knows nothing where nothing is known', () => {
    expect(nearest('names', [])).toBeUndefined();
  });

  test.prop([fc.string(), fc.array(fc.string())])('names something known, or nothing', (given, known) => {
    const meant = nearest(given, known);
    expect(meant === undefined || known.includes(meant)).toBe(true);
  });

  test.prop([fc.constantFrom(...FIELDS)])('finds a known name itself', (name) => {
    expect(nearest(name, FIELDS)).toBe(name);
  });
});
