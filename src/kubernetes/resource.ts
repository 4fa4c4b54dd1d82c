import { BEAT_API_KEY, ELASTICSEARCH_CONNECTION, GROUP, VERSION } from '../api/names.ts';
import type { BeatApiKey, ElasticsearchConnection } from '../api/types.ts';
import type { WorkloadKind } from '../core/workload.ts';
import type { LabelSelector } from './label-selector.ts';
import type { KubernetesObject } from './object.ts';

/** Which namespaces an operator serves. */
export type Scope = 'all' | readonly string[];

/** All namespaces; no namespace can be named so. */
export const EVERYWHERE = '*';

declare const object: unique symbol;

/** A resource whose objects live in namespaces; `T` is the object's form. */
export interface NamespacedResource<T = KubernetesObject> {
  readonly namespaced: true;
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly [object]?: T;
}

/** A resource whose objects live in no namespace. */
export interface ClusterResource<T = KubernetesObject> extends Omit<NamespacedResource<T>, 'namespaced'> {
  readonly namespaced: false;
}

/** One object. */
export type ObjectPath<T = KubernetesObject> =
  | { readonly resource: NamespacedResource<T>; readonly namespace: string; readonly name: string }
  | { readonly resource: ClusterResource<T>; readonly namespace?: never; readonly name: string };

/**
 * Objects to list or watch: of one namespace, or of `EVERYWHERE`; or one object without a namespace, by its name. A
 * Namespace is asked for so, since Kubernetes takes a request for one as made in it, where a Role can grant it.
 */
export type CollectionPath<T = KubernetesObject> =
  | { readonly resource: NamespacedResource<T>; readonly namespace: string; readonly name?: string }
  | { readonly resource: ClusterResource<T>; readonly namespace?: never; readonly name?: string };

/** A lock that is held by renewing it (coordination.k8s.io/v1). */
export interface Lease extends KubernetesObject {
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

export interface Secret extends KubernetesObject {
  readonly type?: string;
  readonly immutable?: boolean;
  readonly data?: Readonly<Record<string, string>>;
}

export interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

/** A DaemonSet, Deployment or StatefulSet (apps/v1); which fields there are depends on the kind, and a count of 0 is left out. */
export interface WorkloadObject extends KubernetesObject {
  readonly spec: {
    readonly selector: LabelSelector;
    readonly template: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } };
    readonly replicas?: number;
    readonly paused?: boolean;
    readonly updateStrategy?: { readonly type?: string; readonly rollingUpdate?: { readonly partition?: number } };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberAvailable?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
  };
}

const OWN = { namespaced: true, group: GROUP, version: VERSION } as const;
const CORE = { namespaced: true, group: '', version: 'v1' } as const;
const APPS = { namespaced: true, group: 'apps', version: 'v1' } as const;

export const BEAT_API_KEYS: NamespacedResource<BeatApiKey> = {
  ...OWN,
  plural: BEAT_API_KEY.plural,
  kind: BEAT_API_KEY.kind,
};
export const CONNECTIONS: NamespacedResource<ElasticsearchConnection> = {
  ...OWN,
  plural: ELASTICSEARCH_CONNECTION.plural,
  kind: ELASTICSEARCH_CONNECTION.kind,
};
export const SECRETS: NamespacedResource<Secret> = { ...CORE, plural: 'secrets', kind: 'Secret' };
export const CONFIG_MAPS: NamespacedResource<ConfigMap> = { ...CORE, plural: 'configmaps', kind: 'ConfigMap' };
export const NAMESPACES: ClusterResource = { ...CORE, namespaced: false, plural: 'namespaces', kind: 'Namespace' };
export const LEASES: NamespacedResource<Lease> = {
  ...CORE,
  group: 'coordination.k8s.io',
  plural: 'leases',
  kind: 'Lease',
};
export const EVENTS: NamespacedResource = { ...CORE, group: 'events.k8s.io', plural: 'events', kind: 'Event' };
export const PODS: NamespacedResource = { ...CORE, plural: 'pods', kind: 'Pod' };
export const REPLICA_SETS: NamespacedResource = { ...APPS, plural: 'replicasets', kind: 'ReplicaSet' };
export const WORKLOADS: Readonly<Record<WorkloadKind, NamespacedResource<WorkloadObject>>> = {
  DaemonSet: { ...APPS, plural: 'daemonsets', kind: 'DaemonSet' },
  Deployment: { ...APPS, plural: 'deployments', kind: 'Deployment' },
  StatefulSet: { ...APPS, plural: 'statefulsets', kind: 'StatefulSet' },
};

/** `group/version`, as `apiVersion` spells it. */
function apiVersionOf({ group, version }: Pick<NamespacedResource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The path of a collection in the URL. */
export function collectionURL({ resource, namespace }: CollectionPath<unknown>): string {
  const root = resource.group === '' ? '/api' : '/apis';
  const scope =
    namespace === undefined || namespace === EVERYWHERE ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}/${apiVersionOf(resource)}${scope}/${resource.plural}`;
}

/** The path of an object, or of a subresource of it, in the URL. */
export function objectURL(path: ObjectPath<unknown>, subresource?: string): string {
  const collection = collectionURL(path);
  const suffix = subresource === undefined ? '' : `/${subresource}`;
  return `${collection}/${encodeURIComponent(path.name)}${suffix}`;
}

/**
 * The path of a watch in the URL. That of one object by its name is deprecated in favour of a field selector, but is part
 * of `v1`, and with a field selector no Role of the namespace grants it.
 */
export function watchURL(path: CollectionPath<unknown>): string {
  if (path.resource.namespaced || path.name === undefined) return collectionURL(path);
  return objectURL({ resource: path.resource, name: path.name }).replace('/api/v1/', '/api/v1/watch/');
}

/** How RBAC names a resource: `secrets`, `beatapikeys.beatkeys.dev/status`. */
export function rbacName(resource: Pick<NamespacedResource, 'group' | 'plural'>, subresource?: string): string {
  const name = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
  return subresource === undefined ? name : `${name}/${subresource}`;
}
