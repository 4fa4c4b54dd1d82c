import { expect, test } from 'vitest';
import { beyondCeiling } from './policy.ts';
import { dependsOnNamespace, operatorRole } from './operator-role.ts';
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

test('any namespace may be meant, or only some', () => {
  const ceiling = { indices: [writes('logs-{namespace}-*', 'shared')] };
  expect(operatorRole(ceiling).indices).toEqual([writes('logs-*-*', 'shared')]);
  expect(operatorRole(ceiling, { namespaces: ['one', 'two'] }).indices).toEqual([
    writes('logs-one-*', 'logs-two-*', 'shared'),
  ]);
});

test('in a regular expression any namespace is any name', () => {
  expect(operatorRole({ indices: [writes('/logs-{namespace}-.+/')] }).indices).toEqual([
    writes('/logs-[a-z0-9-]+-.+/'),
  ]);
});

test('a ceiling depends on the namespace where it has a place for it', () => {
  expect(dependsOnNamespace({ index: [writes('a', 'logs-{namespace}')] })).toBe(true);
  expect(dependsOnNamespace({ cluster: ['monitor'], indices: [writes('logs-*')] })).toBe(false);
});

test('other rights than those of keys come along, and what is no right does not', () => {
  const applications = [{ application: 'apm', privileges: ['event:write'], resources: ['*'] }];
  const role = operatorRole({ applications, run_as: ['jack'], metadata: { team: 'net' } });
  expect(role).toEqual({ cluster: ['manage_own_api_key', 'monitor'], indices: [], applications, run_as: ['jack'] });
});

test('it may invalidate the keys of others where that is asked for', () => {
  expect(operatorRole({}, { invalidatesAny: true }).cluster).toContain('manage_api_key');
});

test('what the presets hold is inside', () => {
  expect(beyondCeiling(operatorRole(presetCeiling), 'logging', { presets: presetCeiling })).toEqual([]);
});
