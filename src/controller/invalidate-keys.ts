import { ANNOTATIONS } from '../api/names.ts';
import type { InvalidateKeys } from '../core/actions.ts';
import { Failure } from '../core/failure.ts';
import type { Effect } from '../core/fold.ts';
import { journalAnnotations, readJournal } from '../core/journal.ts';
import type { ActionContext } from './action-context.ts';

/**
 * Invalidates by id, then lets the journal forget. An id that the answer does not list is dead or gone if it is older
 * than searches lag behind; a younger one may just not be visible yet, and is asked for again.
 */
export async function invalidateKeys(
  action: InvalidateKeys,
  context: ActionContext,
  signal: AbortSignal,
): Promise<Effect> {
  const { cluster, clock, connection, meter, operator } = context;
  const store = connection?.store;
  if (store === undefined) {
    throw new Failure({
      kind: 'unavailable',
      system: 'Elasticsearch',
      operation: 'invalidate API keys',
      code: 'NotConnected',
    });
  }
  for (let left = action.keys; left.length > 0;) {
    const asked = cluster.now();
    const listed = await store.invalidate(
      left.map(({ id }) => id),
      signal,
    );
    meter.keysInvalidated(action.cause, listed.length);
    left = left.filter(({ id, since }) => !listed.includes(id) && asked - since <= operator().visibilityDelayMs);
    if (left.length > 0) await clock.sleep(PAUSE_MS, signal);
  }
  const ids = action.keys.map(({ id }) => id);
  if (action.remember === undefined) return { type: 'keysInvalidated', ids };
  return { type: 'keysInvalidated', ids, secret: await forget(action.remember, context) };
}

/** Between two requests for keys that are not visible yet, milliseconds. */
const PAUSE_MS = 500;

async function forget({ secret, superseded }: NonNullable<InvalidateKeys['remember']>, { cluster }: ActionContext) {
  const journal = readJournal(secret.annotations);
  const annotations =
    journal === undefined
      ? { [ANNOTATIONS.superseded]: null }
      : journalAnnotations({ ...journal, superseded, changed: cluster.now() });
  return cluster.secrets.patch(secret, { annotations });
}
