import { grantsFor, type Purpose } from '../../../src/kubernetes/rights.ts';
import { controlPlane } from '../../testbed/current.ts';
import { mustKubectl } from '../../testbed/kubernetes/client.ts';

/** One line of a Role, in RBAC's terms. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** What the chart grants for these purposes. */
const rulesFor = (...purposes: readonly Purpose[]): readonly Rule[] =>
  grantsFor('listed', { restartConsumers: false })
    .filter(({ purpose }) => purposes.includes(purpose))
    .flatMap(({ rules }) => rules)
    .map(({ group, resource, verbs }) => ({ apiGroups: [group], resources: [resource], verbs }));
/** Everything that the operator does, but for Secrets and consumers. */
const RIGHTS = [
  ...rulesFor('leader-election', 'installation', 'objects', 'events', 'consent'),
  ...rulesFor('secrets').filter(({ resources }) => !resources.includes('secrets')),
];
const READ = ['get', 'list', 'watch'] as const;

/** An account that the operator can act as, whose rights over Secrets can be changed. */
export interface RestrictedUser {
  readonly token: string;
  /** Lets it do this with Secrets, beside reading them. */
  mayAlso(...verbs: readonly string[]): Promise<void>;
  /** Lets it do this in one namespace, in the place of what was granted there before. */
  grant(namespace: string, ...rules: readonly Rule[]): Promise<void>;
}

/** Makes a ServiceAccount in `namespace` with rights in these namespaces only. */
export async function createRestrictedUser(
  namespace: string,
  namespaces: readonly string[],
  ...verbs: readonly string[]
): Promise<RestrictedUser> {
  const plane = controlPlane();
  const name = `restricted-${namespace}`;
  const apiGroup = 'rbac.authorization.k8s.io';
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  const apply = (...items: readonly object[]) =>
    mustKubectl(plane, ['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const role = (namespace: string, of: string, rules: readonly Rule[]) => ({
    apiVersion: `${apiGroup}/v1`,
    kind: 'Role',
    metadata: { name: of, namespace },
    rules,
  });
  const mayAlso = async (...more: readonly string[]) => {
    const secrets = { apiGroups: [''], resources: ['secrets'], verbs: [...READ, ...more] };
    await apply(...namespaces.map((each) => role(each, name, [...RIGHTS, secrets])));
  };
  const binding = (namespace: string, of: string) => ({
    apiVersion: `${apiGroup}/v1`,
    kind: 'RoleBinding',
    metadata: { name: of, namespace },
    roleRef: { apiGroup, kind: 'Role', name: of },
    subjects,
  });
  await apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } });
  await mayAlso(...verbs);
  await apply(...namespaces.map((each) => binding(each, name)));
  const token = await mustKubectl(plane, ['create', 'token', name, '-n', namespace]);
  return {
    token: token.trim(),
    mayAlso,
    grant: async (namespace, ...rules) => {
      const granted = `${name}-granted`;
      await apply(role(namespace, granted, rules), binding(namespace, granted));
    },
  };
}
