import type { ConnectionReason } from '../api/reasons.ts';
import type { ElasticsearchConnection, ElasticsearchConnectionSpec } from '../api/types.ts';
import { caSource, eckService, urlsOf } from './connection-terms.ts';
import type { Contact } from './contact.ts';
import type { Failure } from './failure.ts';

/** How a connection stands. */
export interface ConnectionVerdict {
  readonly state: 'ready' | 'waiting' | 'stalled';
  readonly reason: ConnectionReason;
  readonly message: string;
}

/** Codes that the Elasticsearch adapter gives to what a person has to mend, and the reasons that say so. */
const REASON_OF_CODE: Readonly<Record<string, ConnectionReason>> = {
  MissingManageOwnApiKey: 'PrivilegesMissing',
  MissingMonitor: 'PrivilegesMissing',
  SecurityDisabled: 'SecurityDisabled',
  ApiKeysDisabled: 'SecurityDisabled',
  NotElasticsearch: 'NotElasticsearch',
  UnsupportedVersion: 'UnsupportedVersion',
  ClusterMismatch: 'ClusterChanged',
  Redirect: 'NotElasticsearch',
  UnreadableAnswer: 'NotElasticsearch',
  CERT_AUTHORITY_UNREADABLE: 'CertificateNotFound',
};

/** What a failed look at the cluster, or a failed read of what the connection refers to, means for the connection. */
export function verdictOfContactFailure(
  failure: Failure,
  object: ElasticsearchConnection,
  spec: ElasticsearchConnectionSpec,
): ConnectionVerdict {
  const eck = spec.eckRef === undefined ? undefined : verdictOnECK(failure, object.metadata.namespace, spec.eckRef);
  if (eck !== undefined) return eck;
  const what = failure.detail || `${failure.system}: ${failure.operation}: ${failure.code}`;
  const message = `${whereToMend(failure, object, spec)}${what}`;
  const reason = REASON_OF_CODE[failure.code] ?? (failure.code.startsWith('CERT_') ? 'CertificateInvalid' : undefined);
  if (reason !== undefined) return { state: 'stalled', reason, message };
  switch (failure.kind) {
    case 'denied':
      return { state: 'stalled', reason: failure.system === 'Kubernetes' ? 'Forbidden' : 'Unauthorized', message };
    case 'unsupported':
    case 'rejected':
    case 'notFound':
      return { state: 'stalled', reason: 'NotElasticsearch', message };
    case 'throttled':
      return { state: 'waiting', reason: 'Throttled', message };
    case 'unavailable':
    case 'conflict':
    case 'exists':
    case 'aborted':
      return { state: 'waiting', reason: 'Unreachable', message };
  }
}

/** Of a cluster of ECK only the name of its Service is asked for: what that leads to says what is there. */
function verdictOnECK(
  { system, code }: Failure,
  namespace: string,
  eckRef: { readonly name: string },
): ConnectionVerdict | undefined {
  if (system === 'Kubernetes') return undefined;
  const service = `Service ${eckService(eckRef)} in namespace ${namespace}`;
  if (code === 'ENOTFOUND') {
    const message = `spec.eckRef: DNS knows no ${service}; ECK makes it for an Elasticsearch ${eckRef.name}`;
    return { state: 'waiting', reason: 'ClusterNotFound', message };
  }
  if (code !== 'ECONNREFUSED') return undefined;
  return { state: 'waiting', reason: 'Unreachable', message: `spec.eckRef: no pod is ready behind ${service}` };
}

/** The part of the spec that a person has to look at, where the failure has one. */
function whereToMend(
  { system, code }: Failure,
  { metadata }: ElasticsearchConnection,
  spec: ElasticsearchConnectionSpec,
): string {
  if (system === 'Kubernetes') return '';
  if (code === 'HTTP 401') return `spec.auth.basic (Secret ${spec.auth.basic.secretRef.name}): `;
  const source = caSource(spec);
  if (code === 'CERT_AUTHORITY_UNREADABLE' && source !== undefined)
    return `${spec.tls?.caRef === undefined ? 'spec.eckRef' : 'spec.tls.caRef'} (data key ${source.keys.join(' or ')} of ${source.kind} ${source.name} in namespace ${metadata.namespace}): `;
  return '';
}

/** The verdict on a cluster that answered well: it must also be the one that was pinned. */
export function verdictOfContact(
  object: ElasticsearchConnection,
  spec: ElasticsearchConnectionSpec,
  contact: Contact,
): ConnectionVerdict {
  const pinned = spec.clusterUUID ?? object.status?.clusterUUID;
  if (pinned !== undefined && pinned !== contact.clusterUUID) {
    return {
      state: 'stalled',
      reason: 'ClusterChanged',
      message: `cluster ${contact.clusterUUID} answers, ${pinned} is ${spec.clusterUUID === undefined ? 'the one met first' : 'the one in spec.clusterUUID'}; set spec.clusterUUID to ${contact.clusterUUID} if the change is meant: every key is then made anew`,
    };
  }
  const plain = urlsOf(object, spec).some((url) => url.startsWith('http://'))
    ? '; credentials travel in clear, since spec.urls has http://'
    : '';
  return {
    state: 'ready',
    reason: 'Connected',
    message: `Elasticsearch ${contact.version}, user ${contact.owner.username} of realm ${contact.owner.realm}${plain}`,
  };
}
