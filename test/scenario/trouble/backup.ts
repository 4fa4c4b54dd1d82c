import type { Manifest } from '../manifests.ts';
import type { StoredObject } from '../api-server.ts';
import type { Objects } from '../objects.ts';

/**
 * The objects and the operator's Secrets of a namespace as a backup tool would create them again: what belongs to one
 * life of an object (uid, versions, times, owners, status) is left out, and the API server gives new uids. Velero's rule:
 * https://github.com/vmware-tanzu/velero/blob/v1.17.0/pkg/restore/restore.go (resetMetadata, resetStatus).
 */
export async function backUp(objects: Objects): Promise<readonly Manifest[]> {
  const secrets = await objects.list('Secret');
  const ours = secrets.filter(({ metadata }) => metadata.labels?.['beatkeys.dev/owner-uid'] !== undefined);
  return [
    ...ours.map((secret) => asBackedUp('v1', 'Secret', secret)),
    ...(await objects.list('BeatApiKey')).map((object) => asBackedUp('beatkeys.dev/v1alpha1', 'BeatApiKey', object)),
  ];
}

function asBackedUp(apiVersion: string, kind: string, { status: _status, ...stored }: StoredObject): Manifest {
  const { name, namespace, labels, annotations, finalizers } = stored.metadata;
  return { ...stored, apiVersion, kind, metadata: { name, namespace, labels, annotations, finalizers } };
}

/** Takes every finalizer of the operator's away, as people do when a deletion hangs. */
async function dropFinalizers(objects: Objects): Promise<void> {
  for (const { metadata } of await objects.list('BeatApiKey')) {
    await objects.patch('BeatApiKey', metadata.name, { metadata: { finalizers: null } });
  }
}

/** Loses the namespace and all that is in it while no operator runs, and makes an empty one of that name. */
export async function loseNamespace(objects: Objects): Promise<void> {
  await dropFinalizers(objects);
  await objects.kubectl(['delete', 'namespace', objects.namespace, '--timeout=90s']);
  await objects.kubectl(['create', 'namespace', objects.namespace]);
}
