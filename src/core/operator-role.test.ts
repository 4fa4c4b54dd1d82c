import { expect, test } from 'vitest';
import { beyondCeiling } from './policy.ts';
import { operatorRole } from './operator-role.ts';
import { presetCeiling } from './presets.ts';

const writes = (...names: string[]) => ({ names, privileges: ['create_doc'] });

test('it holds what is lent, and what it takes to make keys', () => {
  expect(operatorRole({ cluster: ['monitor', 'read_ilm'], indices: [writes('a-*')] })).toEqual({
    cluster: ['manage_own_api_key', 'monitor', 'read_ilm'],
    indices: [writes('a-*')],
  });
});

test('equal privileges are one entry', () => {
  const read = { names: ['a-*'], privileges: ['read'] };
  expect(operatorRole({ index: [writes('a-*'), read, writes('b-*', 'a-*')] }).indices).toEqual([
    writes('a-*', 'b-*'),
    read,
  ]);
});

test('any namespace may be meant', () => {
  expect(operatorRole({ indices: [writes('logs-{namespace}-*')] }).indices).toEqual([writes('logs-*-*')]);
});

test('other rights than those of keys come along, and what is no right does not', () => {
  const applications = [{ application: 'apm', privileges: ['event:write'], resources: ['*'] }];
  const role = operatorRole({ applications, run_as: ['jack'], metadata: { team: 'net' } });
  expect(role).toEqual({ cluster: ['manage_own_api_key', 'monitor'], indices: [], applications, run_as: ['jack'] });
});

test('it may invalidate the keys of others where that is asked for', () => {
  expect(operatorRole({}, true).cluster).toContain('manage_api_key');
});

test('what the presets hold is inside', () => {
  expect(beyondCeiling(operatorRole(presetCeiling), 'logging', { presets: presetCeiling })).toEqual([]);
});
