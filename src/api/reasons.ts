/**
 * Every reason that Beatkeys gives, with the sentence that documents it: a closed list per kind. Adding one is a change
 * of the API; consumers must expect reasons that they do not know.
 */

/** Reasons of the conditions of a BeatApiKey. */
export const BEAT_API_KEY_REASONS = {
  KeyReady: 'The key in the Secret works and is as the spec asks.',
  Issuing: 'The first key is being made.',
  Rotating: 'A successor of the key is being made; the key in the Secret keeps working.',
  Updating: 'The key is being changed in place; its value stays the same.',
  WaitingForInventory:
    'An earlier attempt may have left a key behind; a new one is made after the keys in Elasticsearch have been listed.',
  ConnectionNotFound: 'The ElasticsearchConnection does not exist.',
  ConnectionNotReady: 'The ElasticsearchConnection is there but cannot be used; its own conditions say why.',
  NamespaceNotAllowed: 'The ElasticsearchConnection does not allow this namespace.',
  Unavailable: 'Elasticsearch or the Kubernetes API does not answer; tried again with growing pauses.',
  Throttled: 'Elasticsearch asks for fewer requests, or the rate limit of the connection is reached.',
  InvalidSpec: 'The spec breaks a rule that the message names.',
  Rejected: 'Elasticsearch refuses the key as the spec describes it.',
  PolicyViolation: 'The key would hold or last more than the policy of the connection allows.',
  PrivilegesMissing: "The operator's user lacks privileges that the key asks for; status.missingPrivileges names them.",
  LicenseInsufficient: 'The license of the cluster does not cover field_security or query, which the key asks for.',
  SecretConflict: 'A Secret of that name exists and does not belong to this object.',
  ClaimedByAnotherInstallation: 'Another installation of Beatkeys acts on this object.',
  Forbidden: 'Kubernetes denies the operator what it needs here.',
  MintBudgetExceeded: 'Too many keys had to be made without plan within an hour.',
  OwnerChanged: "Keys of an earlier operator's user remain that this one can neither see nor invalidate.",
  Suspended: 'spec.suspend is set: nothing is done.',
  Deleting: 'The object is being deleted; its keys are being invalidated.',
  DeletionBlocked: 'The object is being deleted but its keys cannot be invalidated yet.',
} as const;

/** Reasons of the conditions of an ElasticsearchConnection. */
export const CONNECTION_REASONS = {
  Connected: 'The cluster is reachable, the credential works and may create keys.',
  Checking: 'The cluster and the credential are being looked at for the first time, or again after a change.',
  InvalidSpec: 'The spec breaks a rule that the message names.',
  CredentialsNotFound: 'The Secret with the credential, or a key of it, does not exist.',
  CertificateNotFound: 'The object with the certificates, or a key of it, does not exist, or holds no certificate.',
  ClusterNotFound: 'The Elasticsearch object that eckRef names, or its Service, does not exist.',
  Unauthorized: 'Elasticsearch does not accept the credential.',
  PrivilegesMissing:
    'The credential works but may not create keys: the cluster privilege manage_own_api_key is needed.',
  Forbidden: 'Kubernetes denies the operator what it needs here.',
  SecurityDisabled: 'The security features or the API keys of the cluster are switched off.',
  NotElasticsearch: 'What answers at the URL is not Elasticsearch.',
  UnsupportedVersion: 'The cluster is older than Beatkeys supports.',
  CertificateInvalid: 'The certificate of the cluster is not trusted, has expired, or is for another name.',
  Unreachable: 'The cluster does not answer; tried again with growing pauses.',
  Throttled: 'Elasticsearch asks for fewer requests.',
  ClusterChanged: 'Another cluster answers than the one pinned; spec.clusterUUID confirms it.',
  InUse: 'The connection is being deleted while BeatApiKeys refer to it.',
  Deleting: 'The connection is being deleted.',
} as const;

/** Why a key was replaced, as in `status.lastRotation.reason`. */
export const ROTATION_REASONS = {
  Expiring: 'The key was near its expiry.',
  Requested: 'spec.rotation.request had a new value.',
  RevokeRequested: 'spec.rotation.revokeRequest had a new value.',
  KeyInvalid: 'Elasticsearch no longer accepted the key.',
  SecretMissing: 'The Secret was gone.',
  SecretAltered: 'The data of the Secret had been altered.',
  OwnerChanged: "The operator's user is another one.",
  ClusterChanged: 'The connection leads to another cluster.',
  KeyNameChanged: 'spec.keyName changed.',
  ExpirationChanged: 'The expiration changed in a way that cannot be done in place.',
} as const;

/** Reasons of events on either kind. */
export const EVENT_REASONS = {
  KeyIssued: 'A first key was made and stored.',
  KeyRotated: 'A new key was made and stored in place of the old one.',
  KeyUpdated: 'The key was changed in place.',
  KeyInvalidated: 'A key was invalidated.',
  SecretUpdated: 'The Secret was rewritten with the same key.',
  SecretAdopted: 'A Secret that was handed over belongs to the object now.',
  ConsumersRestarted: 'A workload was restarted to take up the new key.',
  RetirementWaiting: 'A replaced key has waited for its consumers for more than an hour.',
  RetirementForced:
    'A replaced key was invalidated before its consumers had moved on, since its successor needs replacing.',
  Stalled: 'A person is needed; the message says why.',
  Recovered: 'What was stalled works again.',
  DeletionBlocked: 'The keys of a deleted object cannot be invalidated yet.',
  KeysAbandoned: 'An object was let go while its keys could not be invalidated; the message names their ids.',
  OrphanFound: 'A key of this installation belongs to no object.',
  OrphanInvalidated: 'A key that belonged to no object was invalidated.',
  PlainHTTP: 'A URL of the connection is http: credentials travel in clear.',
  ConnectionFailed: 'The connection cannot be used; the message says why.',
  ConnectionRestored: 'The connection works again.',
} as const;

export type BeatApiKeyReason = keyof typeof BEAT_API_KEY_REASONS;
export type ConnectionReason = keyof typeof CONNECTION_REASONS;
export type RotationReason = keyof typeof ROTATION_REASONS;
export type EventReason = keyof typeof EVENT_REASONS;
/** Reason of a condition of either kind. */
export type Reason = BeatApiKeyReason | ConnectionReason;

/** The reasons of conditions by kind. */
export const REASONS = {
  BeatApiKey: BEAT_API_KEY_REASONS,
  ElasticsearchConnection: CONNECTION_REASONS,
} as const;
