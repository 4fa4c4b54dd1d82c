import { expect, test } from 'vitest';
import { anElasticsearchConnection } from '../../test/builders/elasticsearch-connection.ts';
import type { ElasticsearchConnectionSpec } from '../api/types.ts';
import { beyondCeiling } from '../core/policy.ts';
import { presetCeiling } from '../core/presets.ts';
import { wantedRole, type RoleOptions } from './role.ts';

const usual: RoleOptions = { forNamespaces: [], manageApiKey: false };
const roleOf = (given: Partial<ElasticsearchConnectionSpec>, options: Partial<RoleOptions> = {}) => {
  const object = anElasticsearchConnection(given);
  return wantedRole(object, object.spec, { ...usual, ...options });
};
const policy = { roleDescriptor: { indices: [{ names: ['logs-{namespace}-*'], privileges: ['create_doc'] }] } };
const names = (wanted: ReturnType<typeof roleOf>) => wanted.role.indices?.flatMap((entry) => entry.names);

test('without a policy it is that of the presets, and bears the name of the connection', () => {
  const { name, role, notes } = roleOf({});
  expect(name).toBe('beatkeys.logging.main');
  expect(role.metadata).toEqual({ beatkeys: { connection: 'logging/main' } });
  expect(beyondCeiling(presetCeiling, 'logging', { role: { indices: role.indices ?? [] } })).toEqual([]);
  expect(role.cluster).toContain('manage_own_api_key');
  expect(role.cluster).not.toContain('manage_api_key');
  expect(notes).toEqual([]);
});

test('{namespace} is the namespaces that may use the connection, as far as they are named', () => {
  expect(names(roleOf({ policy }))).toEqual(['logs-logging-*']);
  const selector = { matchLabels: { 'kubernetes.io/metadata.name': 'edge' } };
  expect(names(roleOf({ policy, allowedNamespaces: { from: 'Selector', selector } }))).toEqual([
    'logs-logging-*',
    'logs-edge-*',
  ]);
});

test('{namespace} is anything where anybody may use the connection, and that is noted', () => {
  const wide = roleOf({ policy, allowedNamespaces: { from: 'All' } });
  expect(names(wide)).toEqual(['logs-*-*']);
  expect(wide.notes).toEqual([expect.stringContaining('--for-namespace')]);
  expect(roleOf({ allowedNamespaces: { from: 'All' } }).notes).toEqual([]);
});

test('{namespace} is what was said', () => {
  const narrow = roleOf({ policy, allowedNamespaces: { from: 'All' } }, { forNamespaces: ['edge'] });
  expect(names(narrow)).toEqual(['logs-edge-*']);
  expect(narrow.notes).toEqual([]);
});

test('name and manage_api_key are as asked for', () => {
  const { name, role } = roleOf({}, { name: 'mine', manageApiKey: true });
  expect(name).toBe('mine');
  expect(role.cluster).toContain('manage_api_key');
});
