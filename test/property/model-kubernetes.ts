import { isDeepStrictEqual } from 'node:util';
import { ANNOTATIONS, FINALIZER, LABELS } from '../../src/api/names.ts';
import type { BeatApiKey, BeatApiKeyStatus } from '../../src/api/types.ts';
import type { FailureKind } from '../../src/core/failure.ts';
import type { SecretMetadata, SecretWrite } from '../../src/core/secret.ts';
import { failure, wholeSeconds, type Circumstances } from './circumstances.ts';
import { ModelWorkload } from './model-workload.ts';

interface ModelSecret {
  metadata: SecretMetadata;
  data: Readonly<Record<string, string>>;
}

/** A key that went into the Secret. Epoch milliseconds. */
interface Switch {
  readonly id: string;
  readonly at: number;
}

/** One object, the Secret of its name, workloads that take its key up, and the garbage collector. */
export class ModelKubernetes {
  readonly #at: Circumstances;
  #versions = 100;
  object: BeatApiKey | undefined;
  secret: ModelSecret | undefined;
  readonly workloads: readonly ModelWorkload[];
  readonly switches: Switch[] = [];
  /** What the watch showed last. */
  cachedObject: BeatApiKey | undefined;
  cachedSecret: SecretMetadata | undefined;

  constructor(at: Circumstances, object: BeatApiKey, places: readonly Pick<ModelWorkload, 'kind' | 'name'>[] = []) {
    this.#at = at;
    this.object = object;
    this.cachedObject = object;
    this.workloads = places.map((place) => new ModelWorkload(place, at, () => this.secret?.data['id']));
  }

  claim(version: BeatApiKey, installation: string): BeatApiKey {
    const { metadata } = this.#existing();
    if (metadata.resourceVersion !== version.metadata.resourceVersion) throw failure('conflict', 'Kubernetes');
    const annotations = { ...metadata.annotations, [ANNOTATIONS.installation]: installation };
    this.edit({ finalizers: [...(metadata.finalizers ?? []), FINALIZER], annotations });
    this.#at.happened('claim');
    this.cachedObject = this.object;
    return this.#existing();
  }

  release(version: BeatApiKey): void {
    const { object } = this;
    if (object === undefined) return;
    const { finalizers = [] } = object.metadata;
    if (!isDeepStrictEqual(finalizers, version.metadata.finalizers)) throw failure('conflict', 'Kubernetes');
    this.edit({ finalizers: finalizers.filter((one) => one !== FINALIZER) });
    this.#collectGarbage();
    this.#at.happened('release');
    this.cachedObject = this.object;
  }

  writeStatus(status: BeatApiKeyStatus): BeatApiKey {
    this.object = { ...this.#existing(), status };
    this.edit({});
    this.#at.happened('status');
    this.cachedObject = this.object;
    return this.object;
  }

  /** Anybody's change of the object's metadata. */
  edit(metadata: Partial<BeatApiKey['metadata']>): void {
    const object = this.#existing();
    this.object = { ...object, metadata: { ...object.metadata, ...metadata, resourceVersion: this.#version() } };
  }

  /** A user's change of the spec. */
  apply(spec: unknown): void {
    const object = this.#existing();
    if (isDeepStrictEqual(object.spec, spec)) return;
    this.object = { ...object, spec: spec as BeatApiKey['spec'] };
    this.edit({ generation: object.metadata.generation + 1 });
  }

  delete(): void {
    if (this.#existing().metadata.deletionTimestamp !== undefined) return;
    this.edit({ deletionTimestamp: new Date(wholeSeconds(this.#at.now)).toISOString() });
    this.#collectGarbage();
  }

  createSecret(namespace: string, name: string, write: SecretWrite): SecretMetadata {
    this.#begin('exists');
    if (this.secret !== undefined) throw failure('exists', 'Kubernetes');
    const empty = { labels: {}, annotations: {}, ownedDataKeys: [], ownedLabels: [], ownedAnnotations: [] };
    const uid = `secret-${this.#version()}`;
    this.secret = { metadata: { namespace, name, uid, resourceVersion: '', ...empty }, data: {} };
    return this.#write(write);
  }

  patchSecret(version: Pick<SecretMetadata, 'uid' | 'resourceVersion'>, write: SecretWrite): SecretMetadata {
    this.#begin('conflict');
    this.mustBe(version);
    return this.#write(write);
  }

  removeSecret(version: Pick<SecretMetadata, 'uid' | 'resourceVersion'>): void {
    if (this.secret === undefined) return;
    this.mustBe(version);
    this.secret = undefined;
    this.#at.happened('remove Secret');
    this.cachedSecret = undefined;
  }

  /** The precondition of a write. */
  mustBe({ uid, resourceVersion }: Pick<SecretMetadata, 'uid' | 'resourceVersion'>): void {
    const metadata = this.secret?.metadata;
    if (metadata?.uid !== uid || metadata.resourceVersion !== resourceVersion) throw failure('conflict', 'Kubernetes');
  }

  /** Somebody else's change of the Secret; a data key that is touched leaves `ownedDataKeys`. */
  meddle(change: (secret: ModelSecret) => Partial<SecretMetadata> & { readonly data?: ModelSecret['data'] }): void {
    const { secret } = this;
    if (secret === undefined) return;
    const { data = secret.data, ...metadata } = change(secret);
    this.secret = { metadata: { ...secret.metadata, ...metadata, resourceVersion: this.#version() }, data };
  }

  /** The watches catch up; that of Secrets shows those with our label only. */
  watch(): void {
    this.cachedObject = this.object;
    const metadata = this.secret?.metadata;
    this.cachedSecret = metadata?.labels[LABELS.managedBy] === undefined ? undefined : metadata;
    for (const workload of this.workloads) workload.watch();
  }

  #begin(kind: FailureKind): void {
    const { meanwhile, secretWriteConflicts } = this.#at;
    this.#at.meanwhile = undefined;
    meanwhile?.();
    if (!secretWriteConflicts) return;
    this.#at.secretWriteConflicts = false;
    throw failure(kind, 'Kubernetes');
  }

  #write({ data, labels = {}, annotations = {}, owner }: SecretWrite): SecretMetadata {
    const { secret } = this;
    if (secret === undefined) throw new TypeError('there is no Secret');
    const values = data?.reveal() ?? {};
    const before = secret.metadata;
    const { controllerUID, ...rest } = before;
    const uid = owner === undefined ? controllerUID : owner?.uid;
    const metadata: SecretMetadata = {
      ...rest,
      resourceVersion: this.#version(),
      labels: merge(before.labels, labels),
      annotations: merge(before.annotations, annotations),
      ...(uid === undefined ? {} : { controllerUID: uid }),
      // Of what a manager takes away nothing is left to bear a time.
      ...(changes(before.labels, labels) || changes(before.annotations, annotations) || changes(secret.data, values)
        ? { writtenAt: wholeSeconds(this.#at.now) }
        : {}),
      ownedDataKeys: owned(before.ownedDataKeys, secret.data, values),
      ownedLabels: owned(before.ownedLabels, before.labels, labels).filter((name) => !OURS.has(name)),
      ownedAnnotations: owned(before.ownedAnnotations, before.annotations, annotations).filter(
        (name) => !OURS.has(name),
      ),
    };
    this.secret = { metadata, data: merge(secret.data, values) };
    const id = this.secret.data['id'] ?? '';
    if (id !== secret.data['id']) this.switches.push({ id, at: this.#at.now });
    this.#at.happened(`write Secret (${id})`);
    if (this.#at.secretAnswerIsLost) {
      this.#at.secretAnswerIsLost = false;
      throw failure('unavailable', 'Kubernetes', true);
    }
    this.cachedSecret = metadata.labels[LABELS.managedBy] === undefined ? undefined : metadata;
    return metadata;
  }

  #existing(): BeatApiKey {
    if (this.object === undefined) throw failure('notFound', 'Kubernetes');
    return this.object;
  }

  #version(): string {
    return `${++this.#versions}`;
  }

  #collectGarbage(): void {
    const metadata = this.object?.metadata;
    if (metadata?.deletionTimestamp === undefined || (metadata.finalizers ?? []).length > 0) return;
    this.object = undefined;
    if (this.secret?.metadata.controllerUID === metadata.uid) this.secret = undefined;
  }
}

const OURS: ReadonlySet<string> = new Set([...Object.values(LABELS), ...Object.values(ANNOTATIONS)]);

type Texts = Readonly<Record<string, string>>;
type Patch = Readonly<Record<string, string | null>>;

/** A merge patch: `null` removes. */
function merge(before: Texts, patch: Patch): Texts {
  const merged = Object.entries({ ...before, ...patch });
  return Object.fromEntries(merged.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])));
}

const changes = (before: Texts, patch: Patch): boolean =>
  Object.entries(patch).some(([name, value]) => value !== null && before[name] !== value);

/** Who changes a field owns it; writing what is there already changes nothing. */
function owned(names: readonly string[], before: Texts, patch: Patch): readonly string[] {
  const kept = names.filter((name) => patch[name] !== null);
  const changed = Object.keys(patch).filter((name) => changes(before, { [name]: patch[name] ?? null }));
  return [...new Set([...kept, ...changed])];
}
