import { describe, expect, test } from 'vitest';
import type { Attempt } from './failure.ts';
import { outOfReach, type Reach } from './reach.ts';
import {
  BEAT_API_KEYS,
  type ClusterResource,
  CONFIG_MAPS,
  EVERYWHERE,
  LEASES,
  NAMESPACES,
  type NamespacedResource,
  SECRETS,
} from './resource.ts';

type Verb = Attempt['verb'];
type Place = Parameters<typeof outOfReach>[2];

const listed: Reach = { namespaces: ['logging', 'edge'], operatorNamespace: 'beatkeys-system' };
const all: Reach = { namespaces: 'all', operatorNamespace: 'beatkeys-system' };
const NODES: ClusterResource = { namespaced: false, group: '', version: 'v1', plural: 'nodes', kind: 'Node' };

const place = (resource: NamespacedResource<unknown>, namespace: string, name?: string): Place =>
  name === undefined ? { resource, namespace } : { resource, namespace, name };
const UNSERVED = 'namespace payroll is not among those that are served';
const NOWHERE = 'no namespace is named';

describe('Where namespaces are listed', () => {
  test.for<readonly [Verb, Place, string | undefined]>([
    ['list', place(SECRETS, 'logging'), undefined],
    ['get', place(SECRETS, 'edge', 'packetbeat'), undefined],
    ['create', place(SECRETS, 'edge'), undefined],
    ['list', place(SECRETS, EVERYWHERE), NOWHERE],
    ['watch', place(BEAT_API_KEYS, EVERYWHERE), NOWHERE],
    ['list', place(SECRETS, 'payroll'), UNSERVED],
    ['watch', place(SECRETS, 'payroll'), UNSERVED],
    ['get', place(SECRETS, 'payroll', 'admin'), UNSERVED],
    ['get', place(CONFIG_MAPS, 'payroll', 'ca'), UNSERVED],
    ['create', place(SECRETS, 'payroll'), UNSERVED],
    ['patch', place(BEAT_API_KEYS, 'payroll', 'a'), UNSERVED],
    ['delete', place(SECRETS, 'payroll', 'a'), UNSERVED],
    ['patch', place(LEASES, 'beatkeys-system', 'beatkeys'), undefined],
    ['get', place(SECRETS, 'beatkeys-system', 'a'), 'namespace beatkeys-system is not among those that are served'],
    ['get', { resource: NAMESPACES, name: 'logging' }, undefined],
    ['watch', { resource: NAMESPACES, name: 'logging' }, undefined],
    ['get', { resource: NAMESPACES, name: 'beatkeys-system' }, undefined],
    ['get', { resource: NAMESPACES, name: 'payroll' }, UNSERVED],
    ['watch', { resource: NAMESPACES, name: 'payroll' }, UNSERVED],
    ['list', { resource: NAMESPACES }, NOWHERE],
  ])('%s %o', ([verb, where, reason]) => {
    expect(outOfReach(listed, verb, where)).toBe(reason);
  });
});

describe('Where the whole cluster is served', () => {
  test.for<readonly [Verb, Place, string | undefined]>([
    ['list', place(SECRETS, EVERYWHERE), undefined],
    ['watch', place(SECRETS, 'payroll'), undefined],
    ['get', place(SECRETS, 'payroll', 'a'), undefined],
    ['get', { resource: NAMESPACES, name: 'payroll' }, undefined],
    ['list', { resource: NAMESPACES }, undefined],
  ])('%s %o', ([verb, where, reason]) => {
    expect(outOfReach(all, verb, where)).toBe(reason);
  });
});

describe.each([
  ['all', all],
  ['listed', listed],
])('Whatever is served (%s)', (_, reach) => {
  test.each<readonly [string, unknown]>([
    ['an empty namespace', ''],
    ['a namespace that is missing', undefined],
    ['all namespaces', EVERYWHERE],
    ['a path in the place of a namespace', '../kube-system'],
    ['a path through a namespace', 'logging/secrets'],
  ])('one object is not asked for in %s', (_case, namespace) => {
    const where = { resource: SECRETS, namespace, name: 'packetbeat' } as Place;
    for (const verb of ['get', 'patch', 'delete', 'create'] as const)
      expect(outOfReach(reach, verb, where)).toBe(NOWHERE);
  });

  test.each<readonly [string, unknown]>([
    ['no name', undefined],
    ['an empty name', ''],
    ['the name of this folder', '.'],
    ['the name of the folder above', '..'],
    ['a path', 'a/../../kube-system/secrets/b'],
    ['an escaped path', '..%2f'],
  ])('with %s, a question about one object is not one about all', (_case, name) => {
    for (const verb of ['get', 'patch', 'delete'] as const)
      expect(outOfReach(reach, verb, { resource: SECRETS, namespace: 'logging', name } as Place)).toBe(
        'no Secret is named',
      );
  });

  test('a kind of the cluster other than Namespace is never asked for', () => {
    expect(outOfReach(reach, 'list', { resource: NODES })).toBe('Node is not for this operator');
    expect(outOfReach(reach, 'get', { resource: NODES, name: 'node-1' })).toBe('Node is not for this operator');
  });
});
