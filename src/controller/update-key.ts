import { randomUUID } from 'node:crypto';
import type { UpdateKey } from '../core/actions.ts';
import { Failure } from '../core/failure.ts';
import type { Effect } from '../core/fold.ts';
import { journalAnnotations } from '../core/journal.ts';
import type { Observed } from '../core/observed.ts';
import type { ActionContext } from './action-context.ts';
import { equipped } from './equipment.ts';
import { isMadeFor } from './key-mark.ts';
import type { KeyStore } from './ports.ts';

/**
 * Changes the key in place, then the journal. Killed in between, the next pass changes the key to the same again. Where
 * Elasticsearch does not know the key any more, a fresh inventory is asked for, which tells what became of it.
 */
export async function updateKey(action: UpdateKey, context: ActionContext, signal: AbortSignal): Promise<Effect> {
  const { cluster, connection, connections, observed, operator, meter } = context;
  const { store, desired } = equipped(context);
  const mark = { ...action.change.mark, attempt: randomUUID() };
  try {
    await mustBeMadeFor(observed, action.id, store, signal);
    await store.update(action.id, { ...action.change, mark }, signal);
  } catch (error) {
    if (error instanceof Failure && error.kind === 'notFound' && connection !== undefined) {
      const now = cluster.now();
      connections.wantInventory(connection.key, now + operator().visibilityDelayMs, now);
    }
    throw error;
  }
  meter.keyUpdated();
  // An update counts the expiration from now, and its answer does not say until when; nothing else moves it.
  const moved = action.change.expiration !== undefined;
  const expires = moved ? await readExpiration(action.id, store, signal) : action.expires;
  const journal = { ...action.journal, changed: cluster.now(), ...(expires === undefined ? {} : { expires }) };
  const secret = await cluster.secrets.patch(action.secret, { annotations: journalAnnotations(journal) });
  const key = {
    id: action.id,
    name: journal.keyName,
    creation: journal.created,
    invalidated: false,
    owner: journal.owner,
    mark,
    contentDigest: desired.contentDigest,
  };
  return { type: 'keyUpdated', secret, key: expires === undefined ? key : { ...key, expiration: expires } };
}

/** The journal must not lose it, since renewal is counted from it. */
async function readExpiration(id: string, store: KeyStore, signal: AbortSignal): Promise<number> {
  const record = await store.get(id, signal);
  if (record?.expiration !== undefined) return record.expiration;
  throw new Failure({ kind: 'conflict', system: 'Elasticsearch', operation: 'read API key', code: 'NoExpiration' });
}

/**
 * Whoever may edit the Secret may write any id into its journal: a key of another object is none of this one's, and is
 * never changed. One that is not visible yet, or not the operator's own, Elasticsearch itself does not find.
 */
async function mustBeMadeFor(observed: Observed, id: string, store: KeyStore, signal: AbortSignal): Promise<void> {
  if (observed.inventory?.keys.some((key) => key.id === id) === true) return;
  const record = await store.get(id, signal);
  if (record === undefined || isMadeFor(observed, record)) return;
  throw new Failure({
    kind: 'notFound',
    system: 'Elasticsearch',
    operation: 'update API key',
    code: 'OtherKey',
    detail: 'the key that the Secret names was made for another object',
  });
}
