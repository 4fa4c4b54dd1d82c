import { KEY_ID_PREFIX } from '../api/names.ts';
import type { Pod, Workload, WorkloadKind } from '../core/workload.ts';
import type { KubernetesObject, OwnerReference } from './object.ts';
import type { WorkloadObject } from './resource.ts';

/** What the domain knows of a workload; nothing of the object itself is kept alive. */
export function workloadOf(kind: WorkloadKind, object: WorkloadObject): Workload {
  const { namespace = '', name, uid, generation = 0 } = object.metadata;
  const heldBy = holderOf(kind, object);
  return {
    kind,
    namespace,
    name,
    uid,
    observed: (object.status?.observedGeneration ?? 0) >= generation,
    ...countsOf(kind, object),
    ...(heldBy === undefined ? {} : { heldBy }),
    keyIDs: keyIDsOf(object.spec.template.metadata?.annotations),
  };
}

/** What the domain knows of a pod; metadata is enough. */
export function podOf({ metadata }: KubernetesObject): Pod {
  const { name, creationTimestamp = '', annotations } = metadata;
  return { name, created: Date.parse(creationTimestamp), keyIDs: keyIDsOf(annotations) };
}

/**
 * True when the workload controls the pod. A Deployment does so through ReplicaSets, which the deployment controller
 * names after itself and the hash of their template (`generateReplicaSetName` of kube-controller-manager).
 */
export function controls({ kind, name, uid }: Workload, pod: KubernetesObject): boolean {
  if (kind !== 'Deployment') return controllerOf(pod)?.uid === uid;
  const hash = pod.metadata.labels?.['pod-template-hash'];
  const set = replicaSetOf(pod);
  return hash !== undefined && set?.name === `${name.slice(0, LONGEST_NAME - hash.length - 1)}-${hash}`;
}

/** What the object's controller is. */
export function controllerOf({ metadata }: KubernetesObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find((reference) => reference.controller === true);
}

/** The ReplicaSet that controls the pod. */
export function replicaSetOf(pod: KubernetesObject): OwnerReference | undefined {
  const controller = controllerOf(pod);
  return controller?.kind === 'ReplicaSet' && controller.apiVersion.startsWith('apps/') ? controller : undefined;
}

/** A name in DNS (RFC 1123), as ReplicaSets have. */
const LONGEST_NAME = 253;

/** The same for all that have none, which is most workloads of a cluster. */
const NO_KEY_IDS: Workload['keyIDs'] = Object.freeze({});

function countsOf(
  kind: WorkloadKind,
  { spec, status = {} }: WorkloadObject,
): Pick<Workload, 'desired' | 'updated' | 'available'> {
  if (kind === 'DaemonSet') {
    const { desiredNumberScheduled = 0, updatedNumberScheduled = 0, numberAvailable = 0 } = status;
    return { desired: desiredNumberScheduled, updated: updatedNumberScheduled, available: numberAvailable };
  }
  const { updatedReplicas = 0, availableReplicas = 0 } = status;
  return { desired: spec.replicas ?? 1, updated: updatedReplicas, available: availableReplicas };
}

function holderOf(kind: WorkloadKind, { spec }: WorkloadObject): Workload['heldBy'] {
  if (kind === 'Deployment') return spec.paused === true ? 'paused' : undefined;
  const { type, rollingUpdate } = spec.updateStrategy ?? {};
  if (type === 'OnDelete') return 'OnDelete';
  return kind === 'StatefulSet' && (rollingUpdate?.partition ?? 0) > 0 ? 'partition' : undefined;
}

function keyIDsOf(annotations: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const entries = Object.entries(annotations).filter(([name]) => name.startsWith(KEY_ID_PREFIX));
  return entries.length === 0 ? NO_KEY_IDS : Object.fromEntries(entries);
}
