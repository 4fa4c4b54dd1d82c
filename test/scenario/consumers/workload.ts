import type { WorkloadKind } from '../../../src/core/workload.ts';
import type { Manifest } from '../manifests.ts';

/** How a workload differs from the plain one. */
export interface WorkloadOptions {
  /** The Secret that its pods read; left out: the one of the workload's name. */
  readonly secret?: string;
  /** Joins its spec. */
  readonly spec?: object;
  /** Annotations of its pods. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Joins the spec of its pods. */
  readonly pod?: object;
}

/** What a kind has beside selector and template: two pods, or one on each node, that are replaced all at once. */
const PLAIN: Readonly<Record<WorkloadKind, object>> = {
  DaemonSet: { updateStrategy: { rollingUpdate: { maxUnavailable: '100%' } } },
  Deployment: { replicas: 2 },
  StatefulSet: { replicas: 2, serviceName: 'none', podManagementPolicy: 'Parallel' },
};

/** A workload as users write it whose pods take a key from a Secret into their environment. */
export function workload(
  kind: WorkloadKind,
  namespace: string,
  name: string,
  { secret = name, spec = {}, annotations, pod = {} }: WorkloadOptions = {},
): Manifest {
  const labels = { app: name };
  const valueFrom = { secretKeyRef: { name: secret, key: 'api_key' } };
  const beat = { name: 'beat', image: 'registry.invalid/beat', env: [{ name: 'API_KEY', valueFrom }] };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace },
    spec: {
      ...PLAIN[kind],
      ...spec,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, ...(annotations === undefined ? {} : { annotations }) },
        spec: { containers: [beat], ...pod },
      },
    },
  };
}
