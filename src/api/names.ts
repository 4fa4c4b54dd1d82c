/** Every name that Beatkeys puts into Kubernetes or Elasticsearch, declared once. */

export const GROUP = 'beatkeys.dev';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;

/** `managedFields` manager of everything that the operator writes, except status. */
export const FIELD_MANAGER = 'beatkeys';
/** `managedFields` manager of status, so that status never owns a field of a user's apply. */
export const STATUS_FIELD_MANAGER = 'beatkeys-status';

/** `managedFields` manager of the annotation in pod templates, so that users see whose it is and GitOps tools can leave it. */
export const RESTART_FIELD_MANAGER = 'beatkeys-restart';

/** `managedFields` manager of what a person sets by the command line. */
export const CLI_FIELD_MANAGER = 'beatkeys-cli';

/** What annotations of pod templates begin with whose value is a key id. */
export const KEY_ID_PREFIX = 'beatkeys.dev/';

/** Keeps a BeatApiKey until its keys are invalidated. */
export const FINALIZER = 'beatkeys.dev/invalidate';
/** Keeps an ElasticsearchConnection while objects refer to it. */
export const CONNECTION_FINALIZER = 'beatkeys.dev/in-use';

export const ANNOTATIONS = {
  /** On a BeatApiKey: the installation that acts on it; no other does. */
  installation: 'beatkeys.dev/installation',
  /** On a BeatApiKey: "true" lets it go although its keys cannot be invalidated. */
  abandonKeys: 'beatkeys.dev/abandon-keys',
  /** On a Secret: `namespace/name` of the BeatApiKey that it is handed over to. */
  adopt: 'beatkeys.dev/adopt',
  /** The journal, on the Secret. */
  keyID: 'beatkeys.dev/key-id',
  keyName: 'beatkeys.dev/key-name',
  keyOwner: 'beatkeys.dev/key-owner',
  keyCreated: 'beatkeys.dev/key-created',
  keyExpires: 'beatkeys.dev/key-expires',
  keyChanged: 'beatkeys.dev/key-changed',
  keyStored: 'beatkeys.dev/key-stored',
  clusterUUID: 'beatkeys.dev/cluster-uuid',
  requestedExpiration: 'beatkeys.dev/requested-expiration',
  fingerprint: 'beatkeys.dev/fingerprint',
  rotationReason: 'beatkeys.dev/rotation-reason',
  handledRequest: 'beatkeys.dev/handled-request',
  handledRevokeRequest: 'beatkeys.dev/handled-revoke-request',
  superseded: 'beatkeys.dev/superseded',
  /** Digest of what the Secret's data was rendered from. */
  template: 'beatkeys.dev/template',
} as const;

export const LABELS = {
  managedBy: 'app.kubernetes.io/managed-by',
  ownerUID: 'beatkeys.dev/owner-uid',
} as const;
export const MANAGED_BY = 'beatkeys';

/**
 * What labels and annotations of a Secret template may not start with: our own, Kubernetes', and those by which Argo CD,
 * Flux, Helm and kubectl know what is theirs and may prune it.
 */
export const RESERVED_PREFIXES = [
  'beatkeys.dev/',
  'app.kubernetes.io/managed-by',
  'app.kubernetes.io/instance',
  'kubernetes.io/',
  'k8s.io/',
  'kubectl.kubernetes.io/',
  'argocd.argoproj.io/',
  'kustomize.toolkit.fluxcd.io/',
  'helm.toolkit.fluxcd.io/',
  'meta.helm.sh/',
] as const;

/** Data keys that every Secret carries. */
export const DATA_KEYS = ['api_key', 'encoded', 'id', 'key'] as const;

/** The entry of a key's metadata in Elasticsearch that is the operator's mark. */
export const METADATA_KEY = 'beatkeys';

/** `kubectl get beatkeys` lists both kinds. */
export const CATEGORY = 'beatkeys';

/** Names of a kind as the API server spells them. */
export interface KindNames {
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortName: string;
}
export const BEAT_API_KEY: KindNames = {
  kind: 'BeatApiKey',
  plural: 'beatapikeys',
  singular: 'beatapikey',
  shortName: 'bak',
};
export const ELASTICSEARCH_CONNECTION: KindNames = {
  kind: 'ElasticsearchConnection',
  plural: 'elasticsearchconnections',
  singular: 'elasticsearchconnection',
  shortName: 'esconn',
};
