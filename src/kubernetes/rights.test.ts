import { describe, expect, test } from 'vitest';
import { grantsFor, resourceName, rightsFor, type Right } from './rights.ts';

const settings = { operatorNamespace: 'home', lease: { name: 'beatkeys' }, restartConsumers: false };
const spell = ({ verb, namespace = 'everywhere', name = '*', ...of }: Right): string =>
  `${verb} ${resourceName(of)} ${namespace}/${name}`;

describe('What the operator needs', () => {
  test('in listed namespaces is nothing outside of them and its own', () => {
    const rights = rightsFor({ ...settings, namespaces: ['logging', 'edge'] });
    expect(new Set(rights.map(({ namespace }) => namespace))).toEqual(new Set(['home', 'logging', 'edge']));
    expect(rights.filter(({ namespace }) => namespace === 'home').map(spell)).toEqual([
      'create leases.coordination.k8s.io home/*',
      'get leases.coordination.k8s.io home/beatkeys',
      'patch leases.coordination.k8s.io home/beatkeys',
      'get namespaces home/home',
    ]);
  });

  test('in the whole cluster is its own namespace, and everywhere what it serves', () => {
    const rights = rightsFor({ ...settings, namespaces: 'all' });
    expect(new Set(rights.map(({ namespace }) => namespace))).toEqual(new Set(['home', undefined]));
    expect(rights.map(spell)).toContain('list secrets everywhere/*');
  });

  test('to restart consumers is asked for where it is set, and says what grants it', () => {
    const namespaces = ['logging'];
    const [without, by] = [false, true].map((restartConsumers) =>
      rightsFor({ ...settings, namespaces, restartConsumers }),
    );
    const more = by?.slice(without?.length) ?? [];
    expect(more.map(spell)).toEqual([
      'patch daemonsets.apps logging/*',
      'patch deployments.apps logging/*',
      'patch statefulsets.apps logging/*',
    ]);
    expect(new Set(more.map(({ chartValue }) => chartValue))).toEqual(new Set(['rbac.restartConsumers']));
  });

  test.each(['all', 'listed'] as const)('is no token, no command in a pod, and no write to rights (%s)', (mode) => {
    const rules = grantsFor(mode, { restartConsumers: true }).flatMap(({ rules: each }) => each);
    const verbs = new Map(rules.map((rule) => [resourceName(rule), rule.verbs]));
    expect([...verbs.keys()].filter((name) => /token|exec|role|webhook|customresource|admission/.test(name))).toEqual(
      [],
    );
    expect(
      [...verbs.values()]
        .flat()
        .filter((verb) => !['get', 'list', 'watch', 'create', 'patch', 'delete'].includes(verb)),
    ).toEqual([]);
    expect(rules.filter((rule) => rule.verbs.includes('delete')).map(resourceName)).toEqual(['secrets']);
    expect(verbs.get('namespaces')?.filter((verb) => ['create', 'patch', 'delete'].includes(verb))).toEqual([]);
  });
});
