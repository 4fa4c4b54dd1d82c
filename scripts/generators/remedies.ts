import type { BeatApiKeyReason, ConnectionReason, EventReason, RotationReason } from '../../src/api/reasons.ts';

/** What a person does about each reason; a reason without one does not compile. */

const NOTHING = 'Nothing.';

/** Of the conditions of a BeatApiKey. */
export const BEAT_API_KEY_REMEDIES: Readonly<Record<BeatApiKeyReason, string>> = {
  KeyReady:
    'Nothing. Where the message goes on, it names a consumer that could not be restarted, or replaced keys that only an administrator can invalidate.',
  Issuing: 'Wait some seconds. Longer: the events of the object and the conditions of its connection.',
  Rotating: 'Wait. The key in the Secret works.',
  Updating: 'Wait. The key in the Secret works, and no pod has to restart.',
  WaitingForInventory:
    'Wait for one list of keys, `BEATKEYS_DRIFT_INTERVAL` at most. Longer: the connection is not ready.',
  ConnectionNotFound:
    'Create the connection, or mend `spec.connectionRef`: name and namespace. It cannot be changed, so delete the object and create it anew.',
  ConnectionNotReady:
    '`kubectl describe elasticsearchconnection`: mend what its conditions say. The key in the Secret works on.',
  NamespaceNotAllowed:
    'The owner of the connection decides: label the namespace as `spec.allowedNamespaces.selector` asks, or widen it. Keys that are there work until they expire.',
  Unavailable:
    'Wait: it is tried again. Longer than some minutes: can the operator reach Elasticsearch and the API server?',
  Throttled: 'Wait: it is tried again. Often: raise `spec.limits` of the connection, or give Elasticsearch more room.',
  InvalidSpec: 'Mend the field that the message names. The key in the Secret works as it was.',
  Rejected:
    'Mend what Elasticsearch names: mostly a privilege that it does not know. `beatkeys render` shows the request.',
  PolicyViolation:
    'Ask for less, or have the owner of the connection widen `spec.policy`. `beatkeys render` says the same without a cluster.',
  PrivilegesMissing:
    "Give the operator's user what `status.missingPrivileges` names (`beatkeys role --apply`), or ask for less. An API key never holds more than its user.",
  LicenseInsufficient: 'Take `field_security` and `query` out of the role descriptors, or upgrade the license.',
  SecretConflict:
    'Hand the Secret over, delete it, or name another in a new object (`spec.secret.name` cannot be changed). To hand it over: `kubectl annotate secret NAME beatkeys.dev/adopt=NAMESPACE/OBJECT` ([Restore](restore.md)).',
  ClaimedByAnotherInstallation:
    'Let one installation serve the namespace. If the other is gone for good, remove the annotation `beatkeys.dev/installation`; keys that it made must be invalidated by hand.',
  Forbidden:
    'Give the operator the right that the message names ([Rights](rights.md)), or remove the quota or admission rule that refuses.',
  MintBudgetExceeded:
    'Find out what kills the keys or the Secret: the events say which (`KeyInvalid`, `SecretMissing`, `SecretAltered`); often two tools that write one Secret. It goes on after an hour, or when the spec changes.',
  OwnerChanged:
    'Invalidate the named keys as an administrator, or give the user `manage_api_key` (`beatkeys role --manage-api-key`).',
  Suspended: 'Set `spec.suspend` to false, or remove it. While it is set, the key may expire.',
  Deleting: 'Wait some seconds.',
  DeletionBlocked:
    'Mend the connection; the object goes by itself then. Elasticsearch is gone for good: `kubectl annotate beatapikey NAME beatkeys.dev/abandon-keys=true` gives the keys up, and the event `KeysAbandoned` names them.',
};

/** Of the conditions of an ElasticsearchConnection. */
export const CONNECTION_REMEDIES: Readonly<Record<ConnectionReason, string>> = {
  Connected: NOTHING,
  Checking: 'Wait some seconds.',
  InvalidSpec: 'Mend the field that the message names.',
  CredentialsNotFound:
    'Create the Secret in the namespace of the connection, with the data keys that the message names. It is noticed at once.',
  CertificateNotFound:
    'Create the ConfigMap or Secret that `spec.tls.caRef` names, with certificates in PEM; for a cluster of ECK the message says what ECK has to make.',
  ClusterNotFound: 'Is the Elasticsearch object of that name in the namespace of the connection, and is ECK running?',
  Unauthorized:
    'Put the right password into the Secret: `beatkeys role --apply --rotate-password` makes a new one. Is the user enabled?',
  PrivilegesMissing: 'Give the user `manage_own_api_key` and `monitor`: `beatkeys role --apply` makes the role.',
  Forbidden: 'Give the operator the right that the message names ([Rights](rights.md)).',
  SecurityDisabled: 'Switch on `xpack.security.enabled` and `xpack.security.authc.api_key.enabled`.',
  NotElasticsearch: 'Mend `spec.urls`: Kibana, a proxy or a login page answers there.',
  UnsupportedVersion: 'Upgrade the cluster to 8.5 or later.',
  CertificateInvalid:
    'Trust the authority by `spec.tls.caRef`, set `spec.tls.serverName` where the name differs, or renew the certificate of the cluster.',
  Unreachable:
    'Wait: it is tried again. Longer: URL, Service, NetworkPolicy, firewall; the message says how far it got.',
  Throttled:
    'Wait: it is tried again. Often: Elasticsearch has too little room, or `spec.limits.concurrentRequests` is too high.',
  ClusterChanged:
    'Is the URL the right one? If the cluster was meant to change, set `spec.clusterUUID` to the one that the message names: every key is then made anew ([Move clusters](how-to/move-clusters.md)).',
  InUse:
    'Delete the BeatApiKeys that refer to it first: `kubectl get beatapikeys -A --field-selector spec.connectionRef.name=NAME` finds them.',
  Deleting: 'Wait some seconds.',
};

/** Of `status.lastRotation.reason`. */
export const ROTATION_REMEDIES: Readonly<Record<RotationReason, string>> = {
  Expiring: NOTHING,
  Requested: NOTHING,
  RevokeRequested: NOTHING,
  KeyInvalid: 'Who invalidated it? The audit log of Elasticsearch says.',
  SecretMissing: 'Who deleted it? Pods that started meanwhile waited for it.',
  SecretAltered:
    'Who wrote it? `kubectl get secret NAME --show-managed-fields` says. Two tools must not write one Secret.',
  OwnerChanged: 'Keys of the former user may have to be invalidated by an administrator: see the message of `Ready`.',
  ClusterChanged: 'The keys in the former cluster are left there: invalidate them there if it lives on.',
  KeyNameChanged: NOTHING,
  ExpirationChanged: NOTHING,
};

/** Of events. */
export const EVENT_REMEDIES: Readonly<Record<EventReason, string>> = {
  KeyIssued: NOTHING,
  KeyRotated: 'See that the pods take the new key up: [consumers](consumers.md).',
  KeyUpdated: NOTHING,
  KeyInvalidated: NOTHING,
  SecretUpdated: NOTHING,
  SecretAdopted: 'Where it names a key that was left alone: invalidate that one when nobody uses it any more.',
  ConsumersRestarted: NOTHING,
  RetirementWaiting:
    'Mend what it waits for: [the table of consumers](consumers.md#what-it-waits-for). The old key works until then.',
  RetirementForced: 'Restart the pods that still have the old key: they are refused.',
  Stalled: 'Do what the table of conditions says of the reason in the note.',
  Recovered: NOTHING,
  DeletionBlocked: 'As the condition of that name.',
  KeysAbandoned: 'Invalidate the named ids in Elasticsearch if it lives; they work until they expire.',
  OrphanFound:
    '[Keys that belong to no object](orphans.md): it is invalidated after the grace unless you say otherwise.',
  OrphanInvalidated: NOTHING,
  PlainHTTP: 'Use https.',
  ConnectionFailed: 'Do what the table of conditions says of the reason.',
  ConnectionRestored: NOTHING,
};
