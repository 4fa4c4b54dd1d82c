import { BEAT_API_KEY, LABELS } from '../api/names.ts';
import type { BeatApiKey } from '../api/types.ts';
import { requestIdentity, secretName, type DesiredOrProblems } from '../core/desired.ts';
import { ours } from '../core/fold.ts';
import type { Observed, SecretView } from '../core/observed.ts';
import { known } from '../core/reading.ts';
import type { SecretMetadata } from '../core/secret.ts';
import type { Connections } from './connections.ts';
import { peekConsumers } from './consumers.ts';
import type { PassContext } from './pass-context.ts';
import type { PassMemory } from './pass-memory.ts';
import type { Cache } from './ports.ts';
import { connectionKey } from './triggers.ts';

/**
 * Everything about an object that the process has at hand: no request is made. A Secret that the cache does not hold is
 * taken for absent here; no action follows from that before it was read live (`openQuestions`).
 */
export function observe(
  object: BeatApiKey,
  desired: DesiredOrProblems,
  connections: Connections,
  memory: PassMemory,
  { cluster, operator, settings }: PassContext,
): Observed {
  const { namespace, uid } = object.metadata;
  const reference = connectionKey(object);
  const connection = reference === undefined ? undefined : connections.find(reference);
  const metadata = cluster.secrets.cache.get(`${namespace}/${secretName(object)}`);
  const unsettledSince = memory.unsettledSince(uid);
  // What was found intact is so until another version is written: a person's extra data key raises no doubt twice.
  const intact = metadata !== undefined && memory.isIntact(uid, metadata.resourceVersion);
  const mintedAt = memory.mintedAt(uid);
  const moved = memory.moved(uid);
  const refusal = desired.ok
    ? memory.refusal(uid, requestIdentity(desired.value), connection?.version ?? '')
    : undefined;
  const namespaceLabels = cluster.namespaces.get(namespace)?.labels;
  const view = connection?.view ?? { state: 'absent' };
  const serverless = view.state === 'ready' && view.contact.serverless;
  return {
    operator: serverless ? { ...operator(), visibilityDelayMs: settings.serverlessVisibilityDelayMs } : operator(),
    object,
    namespaceLabels,
    connection: view,
    secret: known(viewSecret(object, metadata, cluster.beatApiKeys.cache)),
    consumers: peekConsumers(object, cluster.workloads),
    inventory: connection?.inventoryOf(uid),
    close: intact ? { valuesIntact: known(true) } : {},
    claimedNow: false,
    gone: [],
    ...(unsettledSince === undefined ? {} : { unsettledSince }),
    ...(mintedAt === undefined ? {} : { mintedAt }),
    ...(moved === undefined ? {} : { moved }),
    ...(refusal === undefined ? {} : { refusal }),
  };
}

/**
 * Whose Secret it is, judged by uid alone: our label or the controller reference names this object, and neither names
 * another. Names prove nothing. `objects` tell whether another that is named is there: who was ever given a Secret by
 * this process, or was there when it started, was seen by it.
 */
export function viewSecret(
  object: BeatApiKey,
  metadata: SecretMetadata | undefined,
  objects: Pick<Cache<BeatApiKey>, 'values'>,
): SecretView {
  if (metadata === undefined) return { state: 'absent' };
  const claims = [metadata.labels[LABELS.ownerUID], metadata.controllerUID].filter((uid) => uid !== undefined);
  const isOurs = claims.length > 0 && claims.every((uid) => uid === object.metadata.uid);
  if (isOurs) return ours(metadata);
  const holder = metadata.otherController ?? otherHolder(object, claims, objects);
  return { state: 'foreign', metadata, ...(holder === undefined ? {} : { holder }) };
}

/** Who else is named is an object of the same namespace, or nothing is that is there. */
function otherHolder(
  { metadata: { namespace, uid } }: BeatApiKey,
  claims: readonly string[],
  objects: Pick<Cache<BeatApiKey>, 'values'>,
): string | undefined {
  const others = claims.filter((claim) => claim !== uid);
  if (others.length === 0) return undefined;
  for (const { metadata } of objects.values()) {
    if (metadata.namespace === namespace && others.includes(metadata.uid))
      return `${BEAT_API_KEY.kind} ${metadata.name}`;
  }
  return undefined;
}
