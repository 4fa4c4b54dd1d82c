import { DATA_KEYS, LABELS, MANAGED_BY } from '../../src/api/names.ts';
import type { BeatApiKey } from '../../src/api/types.ts';
import { retains } from '../../src/core/desired.ts';
import { journalAnnotations, type Journal } from '../../src/core/journal.ts';
import type { SecretMetadata } from '../../src/core/secret.ts';
import { aBeatApiKey } from './beat-api-key.ts';
import { aSatisfiedJournal, desiredOf } from './journal.ts';

export type SecretOptions = Partial<SecretMetadata> & {
  readonly object?: BeatApiKey;
  /** `null`: no journal at all. */
  readonly journal?: Journal | null;
};

/** The Secret of an object (left out: `aBeatApiKey()`), exactly as the operator would have written it. */
export function aSecret({ object = aBeatApiKey(), journal, ...options }: SecretOptions = {}): SecretMetadata {
  const { namespace, uid } = object.metadata;
  const { secret } = desiredOf(object);
  const written = journal === null ? {} : journalAnnotations(journal ?? aSatisfiedJournal(object));
  const annotations = Object.entries({ ...secret.annotations, ...written });
  return {
    namespace,
    name: secret.name,
    uid: 'secret-uid-1',
    resourceVersion: '10',
    labels: { ...secret.labels, [LABELS.managedBy]: MANAGED_BY, [LABELS.ownerUID]: uid },
    annotations: Object.fromEntries(
      annotations.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])),
    ),
    ...(retains(object) ? {} : { controllerUID: uid }),
    ownedDataKeys: [...DATA_KEYS, ...Object.keys(secret.templates)],
    ownedLabels: Object.keys(secret.labels),
    ownedAnnotations: Object.keys(secret.annotations),
    ...options,
  };
}

/** A Secret of the name of `aBeatApiKey()` that somebody else made. */
export function aForeignSecret(options: Partial<SecretMetadata> = {}): SecretMetadata {
  const { controllerUID: _controller, ...unowned } = aSecret({ journal: null });
  return { ...unowned, labels: {}, ownedDataKeys: [], ...options };
}
