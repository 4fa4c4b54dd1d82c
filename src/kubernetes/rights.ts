import {
  BEAT_API_KEYS,
  CONFIG_MAPS,
  CONNECTIONS,
  EVENTS,
  LEASES,
  NAMESPACES,
  PODS,
  rbacName,
  REPLICA_SETS,
  type Scope,
  SECRETS,
  WORKLOADS,
} from './resource.ts';

/**
 * Everything that the operator does, in RBAC's terms. The chart's Roles, the check at the start and the comparison with
 * the API server's audit log at the end of the tests are all held to this list.
 */

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'patch' | 'delete';

/** What one Role is for. */
export type Purpose =
  'leader-election' | 'installation' | 'objects' | 'secrets' | 'events' | 'consent' | 'consumers' | 'restart-consumers';

/** One line of a Role. */
export interface Rule {
  /** Empty: the core group. */
  readonly group: string;
  /** With its subresource: `beatapikeys/status`. */
  readonly resource: string;
  readonly verbs: readonly Verb[];
  /** The one object that the line is about: our Lease, or the namespace that the Role is in. */
  readonly only?: 'lease' | 'namespace';
}

/** All lines of one Role. */
export interface Grant {
  readonly purpose: Purpose;
  /** The operator's own namespace, or wherever it serves objects. */
  readonly where: 'own' | 'served';
  readonly rules: readonly Rule[];
}

/** One verb on one resource in one place. */
export interface Right {
  readonly verb: Verb;
  readonly group: string;
  readonly resource: string;
  /** Left out: in the whole cluster. */
  readonly namespace?: string;
  /** Left out: whatever the object's name. */
  readonly name?: string;
  /** What in the chart's values grants it. */
  readonly chartValue: string;
}

/** The settings that decide which rights are needed. */
export interface RightsSettings {
  readonly namespaces: Scope;
  readonly operatorNamespace: string;
  readonly lease: { readonly name: string };
  /** Whether workloads are restarted for objects that ask for it. */
  readonly restartConsumers: boolean;
}

type Resource = Parameters<typeof rbacName>[0];

const rule = ({ group, plural }: Resource, ...verbs: readonly Verb[]): Rule => ({ group, resource: plural, verbs });
const status = ({ group, plural }: Resource): Rule => ({ group, resource: `${plural}/status`, verbs: ['patch'] });
const workloads = (...verbs: readonly Verb[]): readonly Rule[] =>
  Object.values(WORKLOADS).map((resource) => rule(resource, ...verbs));

/** The same wherever objects are served. */
const SERVED: readonly Grant[] = [
  {
    purpose: 'objects',
    where: 'served',
    rules: [
      rule(BEAT_API_KEYS, 'get', 'list', 'watch', 'patch'),
      status(BEAT_API_KEYS),
      rule(CONNECTIONS, 'list', 'watch', 'patch'),
      status(CONNECTIONS),
    ],
  },
  {
    purpose: 'secrets',
    where: 'served',
    rules: [
      rule(SECRETS, 'get', 'list', 'watch', 'create', 'patch', 'delete'),
      rule(CONFIG_MAPS, 'get', 'list', 'watch'),
    ],
  },
  { purpose: 'events', where: 'served', rules: [rule(EVENTS, 'create', 'patch')] },
  {
    purpose: 'consumers',
    where: 'served',
    rules: [...workloads('get', 'list', 'watch'), rule(PODS, 'list'), rule(REPLICA_SETS, 'list')],
  },
];

const OWN: readonly Grant[] = [
  {
    purpose: 'leader-election',
    where: 'own',
    // What is created has no name that RBAC could see.
    rules: [rule(LEASES, 'create'), { ...rule(LEASES, 'get', 'patch'), only: 'lease' }],
  },
  { purpose: 'installation', where: 'own', rules: [{ ...rule(NAMESPACES, 'get'), only: 'namespace' }] },
];

/** The labels of namespaces: of all, or of the one that the Role is in, which Kubernetes lets a Role grant. */
const CONSENT: Readonly<Record<'all' | 'listed', Grant>> = {
  all: { purpose: 'consent', where: 'served', rules: [rule(NAMESPACES, 'list', 'watch')] },
  listed: {
    purpose: 'consent',
    where: 'served',
    rules: [{ ...rule(NAMESPACES, 'get', 'watch'), only: 'namespace' }],
  },
};

const RESTARTS: Grant = { purpose: 'restart-consumers', where: 'served', rules: workloads('patch') };

/** What is granted, by the Role that grants it. */
export function grantsFor(
  mode: 'all' | 'listed',
  { restartConsumers }: Pick<RightsSettings, 'restartConsumers'>,
): readonly Grant[] {
  return [...OWN, ...SERVED, CONSENT[mode], ...(restartConsumers ? [RESTARTS] : [])];
}

/** Every right that the operator needs with these settings. */
export function rightsFor(settings: RightsSettings): readonly Right[] {
  const { namespaces, operatorNamespace, lease } = settings;
  return grantsFor(namespaces === 'all' ? 'all' : 'listed', settings).flatMap(({ purpose, where, rules }) => {
    const places = where === 'own' ? [operatorNamespace] : namespaces === 'all' ? [undefined] : namespaces;
    const chartValue =
      purpose === 'restart-consumers'
        ? 'rbac.restartConsumers'
        : where === 'own' || namespaces === 'all'
          ? 'rbac.create'
          : 'rbac.create and watchNamespaces';
    return places.flatMap((namespace) =>
      rules.flatMap(({ group, resource, verbs, only }) => {
        const name = only === 'lease' ? lease.name : only === 'namespace' ? namespace : undefined;
        const place = { ...(namespace === undefined ? {} : { namespace }), ...(name === undefined ? {} : { name }) };
        return verbs.map((verb): Right => ({ verb, group, resource, ...place, chartValue }));
      }),
    );
  });
}

/** As failures name a resource: `secrets`, `beatapikeys.beatkeys.dev/status`. */
export function resourceName({ group, resource }: Pick<Rule, 'group' | 'resource'>): string {
  const [plural = '', subresource] = resource.split('/');
  return rbacName({ group, plural }, subresource);
}
