import { POSITIVE_DURATION_PATTERN } from '../../src/lib/duration.ts';
import type { JSONSchema } from './json-schema.ts';

const text = (pattern: string, maxLength?: number): JSONSchema => ({
  type: 'string',
  pattern,
  ...(maxLength === undefined ? {} : { maxLength }),
});
const whole = (minimum: number, maximum: number): JSONSchema => ({ type: 'integer', minimum, maximum });
const oneOf = (...values: readonly (string | boolean)[]): JSONSchema => ({ enum: values });
const list = (items: JSONSchema): JSONSchema => ({ type: 'array', items });
const mapOf = (values: JSONSchema): JSONSchema => ({ type: 'object', additionalProperties: values });
/** Kubernetes' own type, which the API server checks. */
const open = (title: string): JSONSchema => ({ title, type: 'object' });
/** The same with all of its fields: a typing error in one must not pass. */
const closed = (title: string, properties: Readonly<Record<string, JSONSchema>>, required?: readonly string[]) => ({
  ...(title === '' ? {} : { title }),
  type: 'object' as const,
  additionalProperties: false,
  properties,
  ...(required === undefined ? {} : { required }),
});

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const string: JSONSchema = { type: 'string' };
const boolean: JSONSchema = { type: 'boolean' };
const duration: JSONSchema = { title: 'duration', ...text(POSITIVE_DURATION_PATTERN) };
const labels = mapOf({ type: 'string', maxLength: 63 });
const annotations = mapOf(string);
const label = text(`^(${LABEL})?$`, 63);
const subdomain = (empty: boolean) => {
  const name = `${LABEL}(\\.${LABEL})*`;
  return text(empty ? `^(${name})?$` : `^${name}$`, 253);
};
const port = whole(1, 65_535);
const ports: JSONSchema = { ...list(port), minItems: 1 };
const id: JSONSchema = { type: 'integer', minimum: 0 };
const quantities = mapOf({ type: ['string', 'number'] });
/** A number or a percentage; empty: not set. */
const share: JSONSchema = { type: ['integer', 'string'], minimum: 0, pattern: '^([0-9]+%)?$' };
const peers = list(
  closed('NetworkPolicyPeer', {
    podSelector: open('LabelSelector'),
    namespaceSelector: open('LabelSelector'),
    ipBlock: open('IPBlock'),
  }),
);
const pullSecrets = list(closed('LocalObjectReference', { name: string }, ['name']));
const named = (title: string) => ({ title, type: 'object' as const, required: ['name'] });

const seccompProfile = closed('SeccompProfile', {
  type: oneOf('RuntimeDefault', 'Localhost', 'Unconfined'),
  localhostProfile: string,
});
const appArmorProfile = closed('AppArmorProfile', {
  type: oneOf('RuntimeDefault', 'Localhost', 'Unconfined'),
  localhostProfile: string,
});
const ofPodAndContainer = {
  appArmorProfile,
  runAsGroup: id,
  runAsNonRoot: boolean,
  runAsUser: id,
  seccompProfile,
  seLinuxOptions: open('SELinuxOptions'),
  windowsOptions: open('WindowsSecurityContextOptions'),
};
const podSecurityContext = closed('PodSecurityContext', {
  ...ofPodAndContainer,
  fsGroup: id,
  fsGroupChangePolicy: oneOf('Always', 'OnRootMismatch'),
  seLinuxChangePolicy: oneOf('MountOption', 'Recursive'),
  supplementalGroups: list(id),
  supplementalGroupsPolicy: oneOf('Merge', 'Strict'),
  sysctls: list(open('Sysctl')),
});
const securityContext = closed('SecurityContext', {
  ...ofPodAndContainer,
  allowPrivilegeEscalation: boolean,
  capabilities: closed('Capabilities', { add: list(string), drop: list(string) }),
  privileged: boolean,
  procMount: oneOf('Default', 'Unmasked'),
  readOnlyRootFilesystem: boolean,
});
const probe = (name: string): Readonly<Record<string, JSONSchema>> => ({
  [`${name}.periodSeconds`]: whole(1, 3_600),
  [`${name}.timeoutSeconds`]: whole(1, 3_600),
  [`${name}.failureThreshold`]: whole(1, 1_000),
});
/** Prometheus' own grammar. */
const scrapeTime = text('^([0-9]+(ms|s|m|h))?$');
const monitor = (name: string): Readonly<Record<string, JSONSchema>> => ({
  [`${name}.labels`]: labels,
  [`${name}.interval`]: scrapeTime,
  [`${name}.scrapeTimeout`]: scrapeTime,
  [`${name}.relabelings`]: list(open('RelabelConfig')),
  [`${name}.metricRelabelings`]: list(open('RelabelConfig')),
});

/**
 * What values.yaml cannot say of its values: their types, where these are not plain `true`, `false` or any text, and what
 * is allowed. A map that has an entry here is set as a whole.
 */
export const VALUE_TYPES: Readonly<Record<string, JSONSchema>> = {
  'global.imagePullSecrets': pullSecrets,
  nameOverride: label,
  fullnameOverride: label,
  commonLabels: labels,
  'image.repository': { type: 'string', minLength: 1 },
  'image.tag': text('^([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?$'),
  'image.digest': text('^(sha256:[0-9a-f]{64})?$'),
  'image.pullPolicy': oneOf('Always', 'IfNotPresent', 'Never'),
  imagePullSecrets: pullSecrets,
  watchNamespaces: list(text('^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$')),
  replicaCount: whole(0, 20),
  'leaderElection.leaseName': subdomain(false),
  'leaderElection.leaseDuration': duration,
  'leaderElection.renewDeadline': duration,
  'leaderElection.retryPeriod': duration,
  installation: text('^[A-Za-z0-9._-]{0,128}$'),
  driftInterval: duration,
  visibilityDelay: duration,
  visibilityDelayServerless: duration,
  attemptLimit: duration,
  'orphans.policy': oneOf('invalidate', 'report-only'),
  'orphans.grace': duration,
  concurrency: whole(1, 1_000),
  stopGrace: duration,
  logLevel: oneOf('debug', 'info', 'warn', 'error'),
  'telemetry.host': { type: 'string', minLength: 1 },
  'telemetry.port': port,
  'serviceAccount.name': subdomain(true),
  'serviceAccount.annotations': annotations,
  'serviceAccount.labels': labels,
  deploymentAnnotations: annotations,
  podLabels: labels,
  podAnnotations: annotations,
  strategy: closed('DeploymentStrategy', {
    type: oneOf('RollingUpdate', 'Recreate'),
    rollingUpdate: closed('RollingUpdateDeployment', { maxSurge: share, maxUnavailable: share }),
  }),
  revisionHistoryLimit: whole(0, 100),
  terminationGracePeriodSeconds: whole(0, 86_400),
  resources: closed('ResourceRequirements', {
    limits: quantities,
    requests: quantities,
    claims: list(named('ResourceClaim')),
  }),
  nodeHeapPercent: whole(0, 90),
  podSecurityContext,
  securityContext,
  openshift: oneOf('auto', 'always', 'never'),
  ...probe('startupProbe'),
  ...probe('livenessProbe'),
  ...probe('readinessProbe'),
  nodeSelector: annotations,
  tolerations: list(open('Toleration')),
  affinity: open('Affinity'),
  topologySpreadConstraints: list({ ...open('TopologySpreadConstraint'), required: ['topologyKey'] }),
  hostUsers: oneOf('', true, false),
  dnsPolicy: oneOf('', 'ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'),
  dnsConfig: closed('PodDNSConfig', {
    nameservers: list(string),
    searches: list(string),
    options: list(closed('PodDNSConfigOption', { name: string, value: string })),
  }),
  hostAliases: list(closed('HostAlias', { ip: string, hostnames: list(string) }, ['ip', 'hostnames'])),
  'podDisruptionBudget.minAvailable': share,
  'podDisruptionBudget.maxUnavailable': share,
  'networkPolicy.ingress.from': peers,
  'networkPolicy.egress.dns.to': peers,
  'networkPolicy.egress.dns.ports': ports,
  'networkPolicy.egress.apiServer.to': peers,
  'networkPolicy.egress.apiServer.ports': ports,
  'networkPolicy.egress.elasticsearch.to': peers,
  'networkPolicy.egress.elasticsearch.ports': ports,
  'networkPolicy.egress.extra': list(open('NetworkPolicyEgressRule')),
  'metrics.service.port': port,
  'metrics.service.annotations': annotations,
  'metrics.service.labels': labels,
  ...monitor('metrics.serviceMonitor'),
  ...monitor('metrics.podMonitor'),
  'metrics.prometheusRule.labels': labels,
  'metrics.prometheusRule.ruleLabels': annotations,
  'metrics.prometheusRule.disabled': list(text('^Beatkeys[A-Za-z]+$')),
  'metrics.prometheusRule.runbookURL': text('^https?://'),
  'metrics.dashboard.namespace': label,
  'metrics.dashboard.labels': labels,
  'metrics.dashboard.annotations': annotations,
  extraEnv: list(closed('EnvVar', { name: string, value: string, valueFrom: open('EnvVarSource') }, ['name'])),
  extraArgs: list(string),
  extraVolumes: list(named('Volume')),
  extraVolumeMounts: list({ ...named('VolumeMount'), required: ['name', 'mountPath'] }),
  extraObjects: list({ type: ['object', 'string'] }),
};

/** Blocks that hold other keys than ours. */
export const OPEN_BLOCKS: readonly string[] = ['global'];
