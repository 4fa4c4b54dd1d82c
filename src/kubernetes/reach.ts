import type { Attempt } from './failure.ts';
import {
  type ClusterResource,
  EVERYWHERE,
  LEASES,
  NAMESPACES,
  type NamespacedResource,
  type Scope,
} from './resource.ts';

/** How far the operator's own requests may go, whatever its account is allowed. */
export interface Reach {
  /** Namespaces whose objects are served. */
  readonly namespaces: Scope;
  /** The operator's own namespace: of it, the Lease and the Namespace itself. */
  readonly operatorNamespace: string;
}

interface Place {
  readonly resource: NamespacedResource<unknown> | ClusterResource<unknown>;
  readonly namespace?: string;
  readonly name?: string;
}

/** The names that Kubernetes gives to namespaces (RFC 1123). */
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * Why this must not be asked, in one sentence part; `undefined` where it may. A call without a namespace, or without the
 * name of the object that it is about, would be one about all of them: in the URL it is the same path, shorter.
 */
export function outOfReach(
  { namespaces, operatorNamespace }: Reach,
  verb: Attempt['verb'],
  { resource, namespace, name }: Place,
): string | undefined {
  const many = verb === 'list' || verb === 'watch';
  if (!many && verb !== 'create' && !isName(name)) return `no ${resource.kind} is named`;
  if (!resource.namespaced) return outOfReachInCluster({ namespaces, operatorNamespace }, many, { resource, name });
  if (namespace === EVERYWHERE && many && namespaces === 'all') return undefined;
  if (typeof namespace !== 'string' || !NAMESPACE.test(namespace)) return 'no namespace is named';
  if (namespaces === 'all' || namespaces.includes(namespace)) return undefined;
  if (namespace === operatorNamespace && resource === LEASES) return undefined;
  return `namespace ${namespace} is not among those that are served`;
}

/** Of what lives in no namespace only Namespaces are read, and where a list of them is served, each by its name. */
function outOfReachInCluster(
  { namespaces, operatorNamespace }: Reach,
  many: boolean,
  { resource, name }: { readonly resource: Place['resource']; readonly name: string | undefined },
): string | undefined {
  if (resource !== NAMESPACES) return `${resource.kind} is not for this operator`;
  if (namespaces === 'all' || (name !== undefined && namespaces.includes(name))) return undefined;
  if (!many && name === operatorNamespace) return undefined;
  return name === undefined ? 'no namespace is named' : `namespace ${name} is not among those that are served`;
}

/** What Kubernetes takes for a name in a path. */
function isName(name: string | undefined): boolean {
  return typeof name === 'string' && name !== '' && name !== '.' && name !== '..' && !/[/%]/.test(name);
}
