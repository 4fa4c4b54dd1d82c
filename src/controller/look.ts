import { FINALIZER } from '../api/names.ts';
import { consumersOnKey, keyIDAnnotation } from '../core/consumers.ts';
import { secretName, type Desired } from '../core/desired.ts';
import { Failure } from '../core/failure.ts';
import { journalOf, type CloseLook, type Observed } from '../core/observed.ts';
import type { Question } from '../core/questions.ts';
import { known, unknown, type Reading } from '../core/reading.ts';
import { isConsistent } from '../core/render.ts';
import { isLive } from '../core/key-record.ts';
import { isSurelyVisible } from '../core/visibility.ts';
import { notConnected } from './equipment.ts';
import { isMadeFor } from './key-mark.ts';
import { digest } from '../lib/digest.ts';
import type { Sensitive } from '../runtime/sensitive.ts';
import type { ConnectionState } from './connection-state.ts';
import { lookAtConsumers, peekConsumers } from './consumers.ts';
import { lookAtHandover } from './look-at-handover.ts';
import { viewSecret } from './observe.ts';
import type { PassContext } from './pass-context.ts';
import type { PassMemory } from './pass-memory.ts';
import type { KeyStore } from './ports.ts';

/** Where answers come from. */
export interface LookContext extends PassContext {
  readonly connection: ConnectionState | undefined;
  readonly memory: PassMemory;
}

/**
 * Answers one question first-hand. `undefined`: the object is gone, or is another one of the same name by now. Throws
 * `Failure` where nobody could be asked.
 */
export async function look(
  question: Question,
  observed: Observed,
  desired: Desired | undefined,
  context: LookContext,
  signal: AbortSignal,
): Promise<Observed | undefined> {
  const close = (answer: Partial<CloseLook>): Observed => ({ ...observed, close: { ...observed.close, ...answer } });
  const { namespace, name, uid } = observed.object.metadata;
  switch (question) {
    case 'object': {
      const object = await context.cluster.beatApiKeys.read(namespace, name);
      if (object?.metadata.uid !== uid) return undefined;
      return { ...close({ object: true }), object, consumers: peekConsumers(object, context.cluster.workloads) };
    }
    case 'secret': {
      // Nothing was made for an object without our finalizer: what lags a moment behind is told by the write's conflict.
      const freshness = observed.object.metadata.finalizers?.includes(FINALIZER) === true ? undefined : 'cached';
      const metadata = await context.cluster.secrets.readMetadata(namespace, secretName(observed.object), freshness);
      return {
        ...close({ secret: true }),
        secret: known(viewSecret(observed.object, metadata, context.cluster.beatApiKeys.cache)),
      };
    }
    case 'handedOver': {
      const { cluster, connection } = context;
      return close({ handedOver: await lookAtHandover(observed, cluster, connection?.store, signal) });
    }
    case 'consumers':
      return { ...close({ consumers: true }), ...(await consumers(observed, context)) };
    case 'missingPrivileges':
      return close({ missingPrivileges: await missingPrivileges(desired, context, signal) });
    case 'keyLives':
      return close({ keyLives: await reading(context, (store) => keyLives(observed, store, context, signal)) });
    case 'valuesIntact':
      return close({ valuesIntact: await valuesIntact(observed, desired, context, signal) });
  }
}

/** That all pods of a consumer are on the current key is so until the key changes: they are not looked at twice for that. */
async function consumers(
  observed: Observed,
  { cluster, memory }: LookContext,
): Promise<Pick<Observed, 'consumers' | 'moved'>> {
  const seen = { consumers: await lookAtConsumers(observed.object, cluster.workloads) };
  const journal = journalOf(observed);
  if (journal === undefined) return seen;
  const moved = consumersOnKey(seen.consumers ?? [], journal, keyIDAnnotation(observed.object));
  memory.keepMoved(observed.object.metadata.uid, moved);
  return { ...seen, moved };
}

/** Asked once for equal descriptors within an interval, whatever the number of objects. */
async function missingPrivileges(
  desired: Desired | undefined,
  context: LookContext,
  signal: AbortSignal,
): Promise<Reading<readonly string[]>> {
  const { connection, cluster, settings } = context;
  if (desired === undefined) return known([]);
  const asked = digest(desired.roleDescriptors);
  const now = cluster.now();
  // An answer is good for one interval, after which every object is looked at anyway.
  const since = now - settings.driftIntervalMs;
  const kept = connection?.missingPrivileges(asked, since);
  if (kept !== undefined) return kept;
  const answer = await reading(context, async (store) => {
    const trial = await store.tryPrivileges('own', desired.roleDescriptors, signal);
    if (trial.accepted) return trial.missing;
    throw new Failure({ kind: 'denied', system: 'Elasticsearch', operation: 'check own privileges', code: 'HTTP 401' });
  });
  connection?.keepPrivileges(asked, answer, now, since);
  return answer;
}

async function keyLives(
  observed: Observed,
  store: KeyStore,
  { cluster, operator }: LookContext,
  signal: AbortSignal,
): Promise<boolean> {
  const journal = journalOf(observed);
  if (journal === undefined) return false;
  const asked = cluster.now();
  const record = await store.get(journal.keyID, signal);
  if (record === undefined) return !isSurelyVisible(journal.created, asked, operator().visibilityDelayMs);
  // Whoever may edit the Secret may write any id into its journal.
  return isMadeFor(observed, record) && isLive(record, cluster.now());
}

/** The values are read once for each version of the Secret, and tried at Elasticsearch. */
async function valuesIntact(
  observed: Observed,
  desired: Desired | undefined,
  context: LookContext,
  signal: AbortSignal,
): Promise<Reading<boolean>> {
  const { cluster, memory } = context;
  const { namespace, uid } = observed.object.metadata;
  const journal = journalOf(observed);
  const found = await cluster.secrets.readData(namespace, secretName(observed.object));
  if (found === undefined || journal === undefined || desired === undefined) return known(false);
  const { resourceVersion } = found.metadata;
  if (memory.isIntact(uid, resourceVersion)) return known(true);
  const consistent = found.data
    .map((data) => isConsistent(data, journal.keyID) && hasTemplates(data, desired))
    .reveal();
  if (!consistent) return known(false);
  const credential: Sensitive = found.data.map((data) => data['encoded'] ?? '');
  const answer = await reading(context, async (store) => {
    const trial = await store.tryPrivileges(credential, desired.roleDescriptors, signal);
    return trial.accepted;
  });
  if (answer.known && answer.value) memory.keepIntact(uid, resourceVersion);
  return answer;
}

const hasTemplates = (data: Readonly<Record<string, string>>, { secret }: Desired): boolean =>
  Object.keys(secret.templates).every((key) => key in data);

/** Elasticsearch's word. That it refuses the question as wrong is an answer too; any other failure ends the pass. */
async function reading<T>(context: LookContext, ask: (store: KeyStore) => Promise<T>): Promise<Reading<T>> {
  const store = context.connection?.store;
  if (store === undefined) throw notConnected('connect');
  try {
    return known(await ask(store));
  } catch (error) {
    if (error instanceof Failure && error.kind === 'rejected') return unknown(error);
    throw error;
  }
}
