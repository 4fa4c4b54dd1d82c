import { expect, test } from 'vitest';
import { keyTable, sortKeys, type ListedKey } from './key-table.ts';

const key = (id: string, options: Partial<ListedKey> = {}): ListedKey => ({
  ...{ id, name: 'logging/a', beatApiKey: 'logging/a', owner: { username: 'beatkeys', realm: 'native1' } },
  ...{ created: '2026-01-01T00:00:00Z', expires: null, status: 'Active', connections: ['beatkeys-system/main'] },
  ...options,
});
const ids = (keys: readonly ListedKey[]) => keys.map(({ id }) => id);

test('keys are sorted by what was asked for, and then always in the same order', () => {
  const keys = [
    key('1', { beatApiKey: 'logging/b' }),
    key('2', { created: '2026-01-02T00:00:00Z', expires: '2026-02-01T00:00:00Z' }),
    key('3', { status: 'Retiring', expires: '2026-01-20T00:00:00Z' }),
    key('0'),
  ];
  expect(ids(sortKeys(keys, 'object'))).toEqual(['0', '3', '2', '1']);
  expect(ids(sortKeys(keys, 'expires'))).toEqual(['3', '2', '0', '1']);
  expect(ids(sortKeys(keys, 'status'))).toEqual(['0', '2', '1', '3']);
  for (const sort of ['object', 'name', 'user', 'created', 'expires', 'status'] as const)
    expect(sortKeys(keys.toReversed(), sort)).toEqual(sortKeys(keys, sort));
});

test('a table has a line for each, and says never', () => {
  expect(keyTable([key('AAAA')]).split('\n')).toEqual([
    'NAME        BEATAPIKEY   USER       REALM     CREATED                EXPIRES   STATUS   ID     CONNECTION',
    'logging/a   logging/a    beatkeys   native1   2026-01-01T00:00:00Z   never     Active   AAAA   beatkeys-system/main',
    '',
  ]);
});
