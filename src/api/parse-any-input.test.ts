import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { CONNECTION, KEY } from '../../test/builders/specs.ts';
import { describeProblems, parseBeatApiKeySpec, parseElasticsearchConnectionSpec } from './parse.ts';

const withRole = (role: unknown) => ({ connectionRef: { name: 'main' }, roleDescriptors: { writer: role } });

describe('any input', () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSet: true,
    withTypedArray: true,
    withSparseArray: true,
  });
  const parsers = [parseBeatApiKeySpec, parseElasticsearchConnectionSpec];

  test.prop([anything])('is parsed without throwing', (value) => {
    for (const parse of parsers) {
      const parsed = parse(value);
      if (!parsed.ok) expect(describeProblems(parsed.problems)).toMatch(/^spec.*[^.]$/s);
    }
  });

  test.prop([fc.constantFrom(...Object.keys(KEY)), anything])(
    'in one field is parsed without throwing',
    (field, value) => {
      parseBeatApiKeySpec({ ...KEY, [field]: value });
    },
  );

  test.prop([fc.constantFrom(...Object.keys(CONNECTION)), anything])(
    'in one field of a connection too',
    (field, value) => {
      parseElasticsearchConnectionSpec({ ...CONNECTION, [field]: value });
    },
  );

  test.prop([fc.dictionary(fc.string(), anything)])(
    'in a role descriptor grants nothing that Elasticsearch would not know',
    (role) => {
      const parsed = parseBeatApiKeySpec(withRole(role));
      if (parsed.ok) expect(parsed.value.roleDescriptors).toEqual({ writer: role });
    },
  );

  test('that throws when it is read is a problem, not an error', () => {
    const trap = {
      get connectionRef(): never {
        throw new Error('hunter2');
      },
    };
    expect(parseBeatApiKeySpec(trap)).toEqual({
      ok: false,
      problems: [{ path: 'spec', message: 'must be plain JSON' }],
    });
  });
});
