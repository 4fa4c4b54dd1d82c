import { KEY_ID_PREFIX } from '../../../src/api/names.ts';
import type { Manifest } from '../manifests.ts';
import type { Objects } from '../objects.ts';
import type { StoredWorkload } from '../stored-kinds.ts';

/** A DaemonSet of one pod; where no node is a played one, of none. */
export function daemonSet(namespace: string, name: string): Manifest {
  const containers = [{ name: 'beat', image: 'registry.k8s.io/pause:3.10' }];
  const nodeSelector = { 'kubernetes.io/hostname': 'node-1', 'beatkeys.test/played-node': 'true' };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers, nodeSelector } },
    },
  };
}

/** Waits until its pod runs; gives it as it is then. */
export function untilRolledOut(objects: Objects, name: string): Promise<StoredWorkload> {
  return objects.until('DaemonSet', name, 'its pod', ({ metadata, status }) => {
    return (
      status?.observedGeneration === metadata.generation &&
      status?.desiredNumberScheduled === (status?.numberAvailable ?? 0)
    );
  });
}

/** What is wrong with a DaemonSet that should have been restarted once since it was like that, for this key. */
export function restartProblems(
  before: StoredWorkload,
  { metadata, spec }: StoredWorkload,
  keyID: string | undefined,
): readonly string[] {
  const noted = spec.template.metadata?.annotations?.[`${KEY_ID_PREFIX}${metadata.name}`];
  const changes = (metadata.generation ?? 0) - (before.metadata.generation ?? 0);
  return [
    ...(noted === keyID ? [] : ['the DaemonSet was restarted for another key']),
    ...(changes === 1 ? [] : [`the DaemonSet was changed ${changes} times`]),
  ];
}
