import type { BeatApiKey, ElasticsearchConnection } from '../../src/api/types.ts';
import type { StoredObject } from './api-server.ts';

/** The kinds of objects that tests make and look at, and where the API server has them. */

/** A Secret as it is stored: values in base64. */
export interface StoredSecret extends StoredObject {
  readonly type: string;
  readonly data?: Readonly<Record<string, string>>;
}

export interface StoredEvent extends StoredObject {
  readonly reason: string;
  readonly note: string;
  readonly regarding: { readonly name: string };
}

/** A DaemonSet, Deployment or StatefulSet; each has some of the counts. */
export interface StoredWorkload extends StoredObject {
  readonly metadata: StoredObject['metadata'] & {
    readonly managedFields?: readonly { readonly manager: string; readonly fieldsV1?: object }[];
  };
  readonly spec: {
    readonly replicas?: number;
    readonly template: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } };
  };
  readonly status?: NonNullable<StoredObject['status']> & {
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberAvailable?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
  };
}

/** The kinds that tests look at, and where the API server has them. */
export interface Kinds {
  readonly BeatApiKey: BeatApiKey;
  readonly ElasticsearchConnection: ElasticsearchConnection;
  readonly Secret: StoredSecret;
  readonly Event: StoredEvent;
  readonly Lease: StoredObject;
  readonly Pod: StoredObject;
  readonly DaemonSet: StoredWorkload;
  readonly Deployment: StoredWorkload;
  readonly StatefulSet: StoredWorkload;
}
export type Kind = keyof Kinds;

/** Kinds that tests make and do not look at. */
type OtherKind = 'ConfigMap' | 'ResourceQuota' | 'Role' | 'RoleBinding' | 'Service' | 'ServiceAccount';

const PLACES: Readonly<Record<Kind | OtherKind, readonly [apiVersion: string, plural: string]>> = {
  BeatApiKey: ['beatkeys.dev/v1alpha1', 'beatapikeys'],
  ElasticsearchConnection: ['beatkeys.dev/v1alpha1', 'elasticsearchconnections'],
  Secret: ['v1', 'secrets'],
  Event: ['events.k8s.io/v1', 'events'],
  Lease: ['coordination.k8s.io/v1', 'leases'],
  Pod: ['v1', 'pods'],
  DaemonSet: ['apps/v1', 'daemonsets'],
  Deployment: ['apps/v1', 'deployments'],
  StatefulSet: ['apps/v1', 'statefulsets'],
  ConfigMap: ['v1', 'configmaps'],
  ResourceQuota: ['v1', 'resourcequotas'],
  Role: ['rbac.authorization.k8s.io/v1', 'roles'],
  RoleBinding: ['rbac.authorization.k8s.io/v1', 'rolebindings'],
  Service: ['v1', 'services'],
  ServiceAccount: ['v1', 'serviceaccounts'],
};

const isKnown = (kind: string): kind is keyof typeof PLACES => kind in PLACES;

/** The path of all objects of a kind in a namespace. Throws where tests do not know the kind. */
export function collection(kind: string, namespace: string, apiVersion?: string): string {
  if (!isKnown(kind)) throw new Error(`it is not known where objects of kind ${kind} are`);
  const [usual, plural] = PLACES[kind];
  const version = apiVersion ?? usual;
  return `/${version.includes('/') ? 'apis' : 'api'}/${version}/namespaces/${namespace}/${plural}`;
}
