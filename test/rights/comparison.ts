import type { Grant } from '../../src/kubernetes/rights.ts';
import type { Mode } from './roles.ts';

/** One kind of request that operators of a mode made. */
export interface Used {
  readonly mode: Mode;
  readonly verb: string;
  /** Empty: the core group. */
  readonly group: string;
  /** With its subresource. */
  readonly resource: string;
  /** What the API server's authorizer said. */
  readonly allowed: boolean;
  /** Path of one such request. */
  readonly example: string;
  readonly count: number;
}

/** What was granted and what was used, of one mode. */
export interface Comparison {
  /** Verbs on resources that the Roles grant, and how many of them were used. */
  readonly granted: number;
  readonly used: number;
  readonly requests: number;
  /** Used without being granted, or refused: one sentence each. */
  readonly notGranted: readonly string[];
  /** Granted, and never used. */
  readonly neverUsed: readonly string[];
}

/** Granted to everyone who is logged in, by Kubernetes' own role `system:basic-user`. */
const FOR_EVERYONE = [
  'create authorization.k8s.io selfsubjectaccessreviews',
  'create authorization.k8s.io selfsubjectrulesreviews',
];

/** Holds what operators of a mode asked for against what the chart grants them. */
export function compareRights(grants: readonly Grant[], all: readonly Used[], mode: Mode): Comparison {
  const ofMode = all.filter((used) => used.mode === mode);
  const granted = new Set(
    grants.flatMap(({ rules }) =>
      rules.flatMap(({ group, resource, verbs }) => verbs.map((verb) => `${verb} ${group} ${resource}`)),
    ),
  );
  const keyOf = ({ verb, group, resource }: Used): string => `${verb} ${group} ${resource}`;
  const used = new Set(ofMode.filter(({ allowed }) => allowed).map(keyOf));
  const notGranted = ofMode.flatMap((each) => {
    const key = keyOf(each);
    const known = granted.has(key) || FOR_EVERYONE.includes(key);
    if (known && each.allowed) return [];
    const why = known ? 'was refused, outside of where it is granted' : 'is not granted';
    return [`${spell(key)} ${why}: ${each.example} (${each.count} requests)`];
  });
  return {
    granted: granted.size,
    used: [...granted].filter((key) => used.has(key)).length,
    requests: ofMode.reduce((sum, { count }) => sum + count, 0),
    notGranted,
    neverUsed: [...granted].filter((key) => !used.has(key)).map(spell),
  };
}

/** `patch secrets`, `list daemonsets.apps`. */
function spell(key: string): string {
  const [verb = '', group = '', resource = ''] = key.split(' ');
  const [plural = '', subresource] = resource.split('/');
  return `${verb} ${plural}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
}
