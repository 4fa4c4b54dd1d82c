import type { BeatApiKey, BeatApiKeyStatus, ElasticsearchConnection, RoleDescriptors } from '../api/types.ts';
import type { Contact } from '../core/contact.ts';
import type { KeyChange, KeyRecord, KeyRequest } from '../core/key-record.ts';
import type { Reading } from '../core/reading.ts';
import type { SecretMetadata, SecretWrite } from '../core/secret.ts';
import type { Pod, Workload, WorkloadKind, WorkloadPlace } from '../core/workload.ts';
import type { Sensitive } from '../runtime/sensitive.ts';

/**
 * The doors outward. Every method throws `Failure` (core/failure.ts) and nothing else; "is not there" is `undefined`
 * where a method says so, and never a stand-in for "could not look".
 */

/** `namespace/name`. */
export type ObjectKey = string;

/** What changed in a cache; `before` is missing for an addition, `after` for a removal. */
export interface CacheChange<T> {
  readonly key: ObjectKey;
  readonly before?: T;
  readonly after?: T;
}

/** A watched kind, as of the last event; reads never leave the process. */
export interface Cache<T> {
  get(key: ObjectKey): T | undefined;
  values(): Iterable<T>;
  /** The listener only takes note; it must not throw and not block. */
  subscribe(listener: (change: CacheChange<T>) => void): void;
}

/** The part of a Namespace that consent is decided on. */
export interface NamespaceLabels {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface BeatApiKeys {
  readonly cache: Cache<BeatApiKey>;
  /** A live read. */
  read(namespace: string, name: string): Promise<BeatApiKey | undefined>;
  /** Adds finalizer and installation annotation in one JSON Patch that tests the resourceVersion. */
  claim(object: BeatApiKey, installation: string): Promise<BeatApiKey>;
  /** Removes the finalizer, by JSON Patch with test; an object that is gone already is success. */
  release(object: BeatApiKey): Promise<void>;
  /** Replaces the status as a whole, by JSON Patch that tests the uid. */
  writeStatus(object: BeatApiKey, status: BeatApiKeyStatus): Promise<BeatApiKey>;
}

export interface ElasticsearchConnections {
  readonly cache: Cache<ElasticsearchConnection>;
  hold(object: ElasticsearchConnection): Promise<ElasticsearchConnection>;
  release(object: ElasticsearchConnection): Promise<void>;
  writeStatus(
    object: ElasticsearchConnection,
    status: NonNullable<ElasticsearchConnection['status']>,
  ): Promise<ElasticsearchConnection>;
}

/** Identity of one version of a Secret, carried by every write as precondition. */
export interface SecretVersion {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** A Secret with its values. */
export interface WholeSecret {
  readonly metadata: SecretMetadata;
  readonly data: Sensitive<Readonly<Record<string, string>>>;
  readonly type: string;
  readonly immutable: boolean;
}

export interface Secrets {
  /** Secrets with our label, metadata only. */
  readonly cache: Cache<SecretMetadata>;
  /** `freshness`: `cached` may be some moments old, and costs the API server less; left out: the latest. */
  readMetadata(namespace: string, name: string, freshness?: 'cached'): Promise<SecretMetadata | undefined>;
  /** The one read of values; keys are decoded from base64 to text. */
  readData(namespace: string, name: string): Promise<WholeSecret | undefined>;
  /** `POST`; a name that is taken fails as `exists`. */
  create(namespace: string, name: string, write: SecretWrite): Promise<SecretMetadata>;
  /** Merge patch with uid and resourceVersion; in data, labels and annotations `null` removes a key. */
  patch(version: SecretVersion, write: SecretWrite): Promise<SecretMetadata>;
  /** Fails as `patch`, or as `create` where there is no version to patch, would fail; nothing is written. */
  rehearse(
    place: SecretVersion | { readonly namespace: string; readonly name: string },
    write: SecretWrite,
  ): Promise<void>;
  /** DELETE with uid and resourceVersion as preconditions; one that is gone already is success. */
  remove(version: SecretVersion): Promise<void>;
}

/** Secrets and ConfigMaps that connections name: credentials and certificates. */
export interface References {
  /** Values of one object, decoded to text. */
  read(
    kind: 'Secret' | 'ConfigMap',
    namespace: string,
    name: string,
  ): Promise<Sensitive<Readonly<Record<string, string>>> | undefined>;
  /** Watches exactly these objects (metadata only) from now on, and tells when one of them changes. */
  watch(references: readonly Reference[]): void;
  subscribe(listener: (reference: Reference) => void): void;
}
export interface Reference {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly namespace: string;
  readonly name: string;
}

/** Workloads that take a key up. */
export interface Workloads {
  /** Watches workloads of these kinds from now on; a kind once followed stays so. */
  follow(kinds: Iterable<WorkloadKind>): void;
  /** As of the last event; unknown while the kind has not been listed. `undefined`: there is none of that name. */
  peek(place: WorkloadPlace): Reading<Workload | undefined>;
  /** The listener hears where something that `Workload` shows has changed; it must not throw and not block. */
  subscribe(listener: (place: WorkloadPlace) => void): void;
  /** A live read. */
  read(place: WorkloadPlace): Promise<Workload | undefined>;
  /** The pods that it controls and that have not ended, read live. */
  pods(workload: Workload): Promise<readonly Pod[]>;
  /**
   * Notes the key id in the pod template, which makes its controller replace the pods. The same value again changes
   * nothing. Another workload of that name: `conflict`.
   */
  restart(workload: Workload, annotation: string, keyID: string): Promise<Workload>;
}

export interface EventNote {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  /** What was done or tried: `Issue`, `Rotate`, `Validate`. */
  readonly action: string;
  readonly note: string;
}
/** Events never block and never fail a pass. */
export interface Recorder {
  record(regarding: BeatApiKey | ElasticsearchConnection, event: EventNote): void;
}

/** Kubernetes as the domain needs it. */
export interface Cluster {
  readonly beatApiKeys: BeatApiKeys;
  readonly connections: ElasticsearchConnections;
  readonly secrets: Secrets;
  readonly namespaces: Cache<NamespaceLabels>;
  readonly references: References;
  readonly workloads: Workloads;
  readonly events: Recorder;
  /** The API server's clock as far as its answers tell, epoch milliseconds. */
  now(): number;
}

/** A key fresh from Elasticsearch. */
export interface CreatedKey {
  readonly id: string;
  /** The secret half (`api_key` of the answer). */
  readonly secret: Sensitive;
  readonly expiration?: number;
}

/** What a credential may do of what was asked. */
export type Trial =
  | { readonly accepted: false }
  /** `missing` names what it lacks: `cluster: read_ilm`, `indices packetbeat-*: create_doc`. */
  | { readonly accepted: true; readonly missing: readonly string[] };

/** Elasticsearch behind one connection. No call is ever retried in here. */
export interface KeyStore {
  /** Looks at every URL: reachable, Elasticsearch, new enough, the same cluster, authenticated, may create keys. */
  contact(signal: AbortSignal): Promise<Contact>;
  /** `mayBegin` is asked when the key's turn has come; what it throws, this throws, and nothing was sent. */
  create(request: KeyRequest, signal: AbortSignal, mayBegin?: () => void): Promise<CreatedKey>;
  /**
   * `_has_privileges` with the operator's own credential, or with a key (its `encoded` form: base64 of `id:api_key`).
   * The operator's credential not being accepted is a failure, `denied`.
   */
  tryPrivileges(credential: 'own' | Sensitive, wanted: RoleDescriptors, signal: AbortSignal): Promise<Trial>;
  /** In place; `notFound`: not the operator's own key, or made too short a while ago to be visible. */
  update(id: string, change: KeyChange, signal: AbortSignal): Promise<void>;
  /** Asks for these ids; answers those that Elasticsearch says it invalidated now. */
  invalidate(ids: readonly string[], signal: AbortSignal): Promise<readonly string[]>;
  /** By id, among the operator's own keys. */
  get(id: string, signal: AbortSignal): Promise<KeyRecord | undefined>;
  /** Every key with this installation's mark that lives or was created within the last hour. */
  inventory(installation: string, signal: AbortSignal): Promise<readonly KeyRecord[]>;
  /**
   * False while calls fail at once with `CircuitOpen`, since the cluster did not answer several times in a row. The
   * listener hears of every change; it must not throw. Answers how to stop listening.
   */
  readonly available: boolean;
  onAvailability(listener: (available: boolean) => void): () => void;
  /** Ends what is idle; what is under way may finish. */
  close(): Promise<void>;
}

/** All that is needed to speak to one cluster. */
export interface ElasticsearchTarget {
  readonly urls: readonly string[];
  readonly ca?: string;
  readonly serverName?: string;
  readonly username: string;
  readonly password: Sensitive;
  readonly concurrentRequests: number;
  readonly createdKeysPerMinute: number;
}

export interface Elasticsearch {
  open(target: ElasticsearchTarget): KeyStore;
}
