/** A part that an overlay may add to the base. */
export interface Part {
  /** Its folder in deploy/kustomize/components. */
  readonly name: string;
  /** What it is, as the first lines of its kustomization.yaml. */
  readonly about: string;
  /** Values of the chart that make it. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Namespace of the base. */
export const NAMESPACE = 'beatkeys-system';

/** What the base has, besides the chart's defaults: each of these is a part. */
export const BASE_VALUES = { metrics: { service: { enabled: false } } };

const spread = (topologyKey: string) => ({ topologyKey, maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' });
const labelled = (namespace: string) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
});

/** All parts, by name. */
export const PARTS: readonly Part[] = [
  {
    name: 'high-availability',
    about:
      'Two pods on different nodes and zones where that can be, of which one stands by, and of which one always stays.',
    values: {
      replicaCount: 2,
      podDisruptionBudget: { enabled: true },
      topologySpreadConstraints: [spread('kubernetes.io/hostname'), spread('topology.kubernetes.io/zone')],
    },
  },
  {
    name: 'listed-namespaces',
    about: `Serves listed namespaces and nothing else, without rights on the whole cluster. An example: copy it, put your namespaces in the place of \`logging\`, and list those of connections as well as those of keys. A \`namespace:\` of an overlay would move the Roles in it, so change ${NAMESPACE} in the copy, too.`,
    values: { watchNamespaces: [NAMESPACE, 'logging'] },
  },
  {
    name: 'metrics',
    about: 'A Service for Prometheus.',
    values: { metrics: { service: { enabled: true } } },
  },
  {
    name: 'monitoring',
    about:
      'For the Prometheus Operator: a PodMonitor, and a PrometheusRule, whose expressions name the namespace beatkeys-system.',
    values: { metrics: { ...BASE_VALUES.metrics, podMonitor: { enabled: true }, prometheusRule: { enabled: true } } },
  },
  {
    name: 'network-policy',
    about:
      'Only the traffic that is needed: names, API server, Elasticsearch, and metrics for the namespace `monitoring`. Add the addresses of your servers.',
    values: { networkPolicy: { enabled: true, ingress: { from: [labelled('monitoring')] } } },
  },
  {
    name: 'restart-consumers',
    about: 'Lets the operator restart DaemonSets, Deployments and StatefulSets, for `consumers` with `restart: true`.',
    values: { rbac: { restartConsumers: true } },
  },
];
