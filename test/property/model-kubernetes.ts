import { isDeepStrictEqual } from 'node:util';
import { ANNOTATIONS, FINALIZER, LABELS } from '../../src/api/names.ts';
import type { BeatApiKey } from '../../src/api/types.ts';
import type { FailureKind } from '../../src/core/failure.ts';
import type { SecretMetadata, SecretWrite } from '../../src/core/secret.ts';
import { failure, type Circumstances } from './circumstances.ts';

interface ModelSecret {
  metadata: SecretMetadata;
  data: Readonly<Record<string, string>>;
}

/** One object, the Secret of its name, and the garbage collector. */
export class ModelKubernetes {
  readonly #at: Circumstances;
  #versions = 100;
  object: BeatApiKey | undefined;
  secret: ModelSecret | undefined;
  /** What the watch showed last. */
  cachedSecret: SecretMetadata | undefined;

  constructor(at: Circumstances, object: BeatApiKey) {
    this.#at = at;
    this.object = object;
  }

  claim(installation: string): BeatApiKey {
    const { metadata } = this.#existing();
    const annotations = { ...metadata.annotations, [ANNOTATIONS.installation]: installation };
    this.edit({ finalizers: [...(metadata.finalizers ?? []), FINALIZER], annotations });
    this.#at.happened();
    return this.#existing();
  }

  release(): void {
    const { metadata } = this.#existing();
    this.edit({ finalizers: (metadata.finalizers ?? []).filter((one) => one !== FINALIZER) });
    this.#collectGarbage();
    this.#at.happened();
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
    this.edit({ deletionTimestamp: new Date(this.#at.now).toISOString().replace(/\.\d+/, '') });
    this.#collectGarbage();
  }

  createSecret(namespace: string, name: string, write: SecretWrite): SecretMetadata {
    this.#mayConflict('exists');
    if (this.secret !== undefined) throw failure('exists', 'Kubernetes');
    const empty = { labels: {}, annotations: {}, ownedDataKeys: [], ownedLabels: [], ownedAnnotations: [] };
    const uid = `secret-${this.#version()}`;
    this.secret = { metadata: { namespace, name, uid, resourceVersion: '', ...empty }, data: {} };
    return this.#write(write);
  }

  patchSecret(version: SecretMetadata, write: SecretWrite): SecretMetadata {
    this.#mayConflict('conflict');
    const { secret } = this;
    if (secret?.metadata.uid !== version.uid || secret.metadata.resourceVersion !== version.resourceVersion) {
      throw failure('conflict', 'Kubernetes');
    }
    return this.#write(write);
  }

  removeSecret(version: SecretMetadata): void {
    if (this.secret?.metadata.resourceVersion !== version.resourceVersion) throw failure('conflict', 'Kubernetes');
    this.secret = undefined;
    this.#at.happened();
  }

  /** Somebody else's change of the Secret; a data key that is touched leaves `ownedDataKeys`. */
  meddle(change: (secret: ModelSecret) => Partial<SecretMetadata> & { readonly data?: ModelSecret['data'] }): void {
    const { secret } = this;
    if (secret === undefined) return;
    const { data = secret.data, ...metadata } = change(secret);
    this.secret = { metadata: { ...secret.metadata, ...metadata, resourceVersion: this.#version() }, data };
  }

  /** The watch catches up; it shows Secrets with our label only. */
  watch(): void {
    const metadata = this.secret?.metadata;
    this.cachedSecret = metadata?.labels[LABELS.ownerUID] === undefined ? undefined : metadata;
  }

  #write({ data, labels = {}, annotations = {}, owner }: SecretWrite): SecretMetadata {
    const { secret } = this;
    if (secret === undefined) throw new TypeError('there is no Secret');
    const values = data?.reveal() ?? {};
    const before = secret.metadata;
    const { controllerUID, ...rest } = before;
    const uid = owner === undefined ? controllerUID : owner?.uid;
    this.secret = {
      metadata: {
        ...rest,
        resourceVersion: this.#version(),
        labels: merge(before.labels, labels),
        annotations: merge(before.annotations, annotations),
        ...(uid === undefined ? {} : { controllerUID: uid }),
        ownedDataKeys: owned(before.ownedDataKeys, secret.data, values),
        ownedLabels: owned(before.ownedLabels, before.labels, labels).filter((name) => !OURS.has(name)),
        ownedAnnotations: owned(before.ownedAnnotations, before.annotations, annotations).filter(
          (name) => !OURS.has(name),
        ),
      },
      data: merge(secret.data, values),
    };
    this.#at.happened();
    return this.secret.metadata;
  }

  #mayConflict(kind: FailureKind): void {
    if (!this.#at.secretWriteConflicts) return;
    this.#at.secretWriteConflicts = false;
    throw failure(kind, 'Kubernetes');
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

/** Who changes a field owns it; writing what is there already changes nothing. */
function owned(names: readonly string[], before: Texts, patch: Patch): readonly string[] {
  const kept = names.filter((name) => patch[name] !== null);
  const changed = Object.keys(patch).filter((name) => patch[name] !== null && before[name] !== patch[name]);
  return [...new Set([...kept, ...changed])];
}
