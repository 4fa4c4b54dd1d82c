import type { WorkloadKind } from '../../../src/core/workload.ts';
import type { Objects } from '../objects.ts';
import type { StoredWorkload } from '../stored-kinds.ts';
import type { StoredObject } from '../api-server.ts';
import { workload, type WorkloadOptions } from './workload.ts';

/** Applies a workload and waits until all its pods run. */
export async function runs(
  objects: Objects,
  kind: WorkloadKind,
  name: string,
  options?: WorkloadOptions,
): Promise<StoredWorkload> {
  await objects.apply(workload(kind, objects.namespace, name, options));
  return untilOut(objects, kind, name);
}

/** Waits until all pods of a workload are of its newest template, and run. */
export function untilOut(objects: Objects, kind: WorkloadKind, name: string): Promise<StoredWorkload> {
  return objects.until(kind, name, 'the end of its roll-out', ({ metadata, spec, status = {} }) => {
    if (status.observedGeneration !== metadata.generation) return false;
    const [wanted = 0, updated = 0, available = 0] =
      kind === 'DaemonSet'
        ? [status.desiredNumberScheduled, status.updatedNumberScheduled, status.numberAvailable]
        : [spec.replicas, status.updatedReplicas, status.availableReplicas];
    return updated >= wanted && available >= wanted;
  });
}

/** The pods of a workload that `workload` describes. */
export async function podsOf(objects: Objects, name: string): Promise<readonly StoredObject[]> {
  return (await objects.list('Pod')).filter(({ metadata }) => metadata.labels?.['app'] === name);
}
