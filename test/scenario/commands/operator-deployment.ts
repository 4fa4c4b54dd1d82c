import { RELEASE } from '../../rights/chart.ts';
import type { Manifest } from '../manifests.ts';

/**
 * The Deployment that the chart makes, as far as commands read it: the operators of tests run beside the cluster, and
 * the pods of this one only pretend to be one.
 */
export function operatorDeployment(
  namespace: string,
  version: string,
  settings: Readonly<Record<string, string>>,
): Manifest {
  const labels = { 'app.kubernetes.io/name': 'beatkeys', 'app.kubernetes.io/version': version };
  const env = Object.entries(settings).map(([name, value]) => ({ name, value }));
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: RELEASE, namespace, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: RELEASE } },
      template: {
        metadata: { labels: { app: RELEASE } },
        spec: {
          serviceAccountName: RELEASE,
          containers: [{ name: 'operator', image: `ghcr.io/beatkeys/beatkeys:${version}`, env }],
        },
      },
    },
  };
}
