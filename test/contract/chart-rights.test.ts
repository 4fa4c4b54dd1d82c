import { describe, expect, test } from 'vitest';
import { grantsFor, resourceName, type Grant } from '../../src/kubernetes/rights.ts';
import { renderChart, RELEASE, type ChartObject, type ChartRule, type ChartValues } from '../rights/chart.ts';
import { controlPlane } from '../testbed/current.ts';

const OWN = 'beatkeys-system';
const LISTED = ['logging', 'edge'];
const render = (values?: ChartValues) =>
  renderChart(controlPlane().helmPath, OWN, { crds: { enabled: false }, ...values });

const ofKind = (objects: readonly ChartObject[], kind: string) => objects.filter((object) => object.kind === kind);
const component = ({ metadata }: ChartObject) => metadata.labels?.['app.kubernetes.io/component'];

/** Each verb on each resource, with the name that it is limited to. */
function spellRules(rules: readonly ChartRule[] = []): readonly string[] {
  return rules
    .flatMap(({ apiGroups, resources, verbs, resourceNames = ['*'] }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          verbs.flatMap((verb) => resourceNames.map((name) => `${verb} ${resourceName({ group, resource })} ${name}`)),
        ),
      ),
    )
    .toSorted();
}

/** The same of what the operator needs, in a namespace. */
function spellGrants(grants: readonly Grant[], namespace = ''): readonly string[] {
  return grants
    .flatMap(({ rules }) => rules)
    .flatMap(({ verbs, only, ...of }) => {
      const name = only === 'lease' ? 'beatkeys' : only === 'namespace' ? namespace : '*';
      return verbs.map((verb) => `${verb} ${resourceName(of)} ${name}`);
    })
    .toSorted();
}

describe.each([false, true])('The chart, with rbac.restartConsumers: %s', (restartConsumers) => {
  const rbac = { restartConsumers };
  const byPurpose = (grants: readonly Grant[], namespace?: string): object =>
    Object.fromEntries(grants.map((grant) => [grant.purpose, spellGrants([grant], namespace)] as const));
  const byComponent = (roles: readonly ChartObject[]): object =>
    Object.fromEntries(roles.map((role) => [component(role) ?? '', spellRules(role.rules)] as const));

  test('grants in the whole cluster what the operator needs, in roles of one purpose each', async () => {
    const objects = await render({ rbac });
    const grants = grantsFor('all', { restartConsumers });
    const own = grants.filter(({ where }) => where === 'own');
    expect(byComponent(ofKind(objects, 'Role'))).toEqual(byPurpose(own, OWN));
    const operator = ofKind(objects, 'ClusterRole').filter((role) => component(role) !== undefined);
    expect(byComponent(operator)).toEqual(byPurpose(grants.filter(({ where }) => where === 'served')));
  });

  test('grants in each listed namespace what the operator needs, and nothing outside', async () => {
    const objects = await render({ rbac, watchNamespaces: LISTED });
    const grants = grantsFor('listed', { restartConsumers });
    const roles = ofKind(objects, 'Role');
    const inNamespace = (name: string) => roles.filter(({ metadata }) => metadata.namespace === name);
    expect(new Set(roles.map(({ metadata }) => metadata.namespace))).toEqual(new Set([OWN, ...LISTED]));
    const own = grants.filter(({ where }) => where === 'own');
    expect(byComponent(inNamespace(OWN))).toEqual(byPurpose(own, OWN));
    for (const namespace of LISTED) {
      const rules = inNamespace(namespace).flatMap((role) => role.rules ?? []);
      const served = grants.filter(({ where }) => where === 'served');
      expect(spellRules(rules)).toEqual(spellGrants(served, namespace));
      expect(inNamespace(namespace).map(component)).toEqual([
        'served',
        ...(restartConsumers ? ['restart-consumers'] : []),
      ]);
    }
    expect(objects.filter(({ metadata }) => metadata.namespace === undefined)).toEqual([]);
  });

  test.each([
    ['whole cluster', []],
    ['listed namespaces', LISTED],
  ])('binds each role to the account and to nobody else (%s)', async (_, watchNamespaces) => {
    const objects = await render({ rbac, watchNamespaces });
    const name = ({ kind, metadata }: ChartObject) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
    const roles = objects.filter((object) => object.kind.endsWith('Role') && component(object) !== undefined);
    const bindings = objects.filter(({ kind }) => kind.endsWith('RoleBinding'));
    expect(bindings.map(name).toSorted()).toEqual(roles.map((role) => name(role).replace(' ', 'Binding ')).toSorted());
    for (const binding of bindings) {
      expect(binding).toMatchObject({
        roleRef: { kind: binding.kind.replace('Binding', ''), name: binding.metadata.name },
        subjects: [{ kind: 'ServiceAccount', name: RELEASE, namespace: OWN }],
      });
    }
  });
});

describe('What the chart makes can be chosen', () => {
  test('no rights at all, and an account that is there already', async () => {
    const objects = await render({ rbac: { create: false }, serviceAccount: { create: false, name: 'mine' } });
    expect(objects.filter(({ kind }) => /Role|ServiceAccount/.test(kind))).toEqual([]);
    const bound = await render({ serviceAccount: { create: false, name: 'mine' } });
    for (const binding of ofKind(bound, 'ClusterRoleBinding'))
      expect(binding).toMatchObject({ subjects: [{ name: 'mine', namespace: OWN }] });
  });

  test("an account's annotations", async () => {
    const [account] = ofKind(
      await render({ serviceAccount: { annotations: { 'example.com/role': 'a' } } }),
      'ServiceAccount',
    );
    expect(account?.metadata).toMatchObject({ namespace: OWN, annotations: { 'example.com/role': 'a' } });
  });
});

describe("Kubernetes' own roles for people", () => {
  const aggregated = async (values?: ChartValues) =>
    ofKind(await render(values), 'ClusterRole').filter((role) => component(role) === undefined);

  test('get BeatApiKeys, and nothing of connections, Secrets or of what is written in a status', async () => {
    const roles = await aggregated();
    expect(roles.map(({ metadata }) => metadata.name)).toEqual([`${RELEASE}-view`, `${RELEASE}-edit`]);
    const [view, edit] = roles.map(({ rules }) => spellRules(rules));
    expect(view).toEqual(
      ['beatapikeys', 'beatapikeys/status']
        .flatMap((resource) =>
          ['get', 'list', 'watch'].map((verb) => `${verb} ${resourceName({ group: 'beatkeys.dev', resource })} *`),
        )
        .toSorted(),
    );
    expect(edit).toEqual(
      ['create', 'delete', 'deletecollection', 'patch', 'update'].map((verb) => `${verb} beatapikeys.beatkeys.dev *`),
    );
  });

  test.each<readonly [string, ChartValues, readonly string[]]>([
    ['view', { rbac: { aggregateToEdit: false } }, [`${RELEASE}-view`]],
    ['edit', { rbac: { aggregateToView: false } }, [`${RELEASE}-edit`]],
    ['neither', { rbac: { aggregateToView: false, aggregateToEdit: false } }, []],
    ['neither where namespaces are listed', { watchNamespaces: LISTED }, []],
  ])('get them as chosen: %s', async (_, values, names) => {
    expect((await aggregated(values)).map(({ metadata }) => metadata.name)).toEqual(names);
  });
});
