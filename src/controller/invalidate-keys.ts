import { ANNOTATIONS } from '../api/names.ts';
import type { InvalidateKeys } from '../core/actions.ts';
import { Failure } from '../core/failure.ts';
import type { Effect } from '../core/fold.ts';
import { journalAnnotations, readJournal } from '../core/journal.ts';
import { isSurelyVisible } from '../core/visibility.ts';
import type { ActionContext } from './action-context.ts';
import { notConnected } from './equipment.ts';
import { isMadeFor, recordOf } from './key-mark.ts';
import type { KeyStore } from './ports.ts';

/** Between two requests for keys that are not visible yet, milliseconds. */
const PAUSE_MS = 500;

/**
 * Invalidates by id, then lets the journal forget. An id that the answer does not list is dead or gone if it is so
 * old that every search must find it; a younger one may just not be visible yet, and is asked for again. A key that was not made
 * for this object is left alone, whatever the journal says.
 */
export async function invalidateKeys(
  action: InvalidateKeys,
  context: ActionContext,
  signal: AbortSignal,
): Promise<Effect> {
  const { cluster, connection, logger, meter } = context;
  const store = connection?.store;
  if (store === undefined) throw notConnected('invalidate API keys');
  const proven = await madeForObject(action.keys, store, context, signal);
  if (proven.length < action.keys.length) {
    const keyIDs = action.keys.filter((key) => !proven.includes(key)).map(({ id }) => id);
    logger.warn({ keyIDs }, 'keys that the Secret names are gone or were not made for its object: left alone');
  }
  const invalidated: string[] = [];
  const began = cluster.now();
  for (let left = proven; left.length > 0;) {
    const asked = cluster.now();
    const listed = await store.invalidate(
      left.map(({ id }) => id),
      signal,
    );
    meter.keysInvalidated(action.cause, listed.length);
    invalidated.push(...listed);
    left = left.filter(
      ({ id, since }) => !listed.includes(id) && !isSurelyVisible(since, asked, context.operator().visibilityDelayMs),
    );
    if (left.length > 0) await waitForVisibility(asked - began, context, signal);
  }
  const ids = action.keys.map(({ id }) => id);
  if (action.remember === undefined) return { type: 'keysInvalidated', ids, invalidated };
  return { type: 'keysInvalidated', ids, invalidated, secret: await forget(action.remember, context) };
}

type Named = InvalidateKeys['keys'][number];

/**
 * The keys whose mark names this object. Whoever may edit the Secret may write any id into its journal, and with
 * `manage_api_key` the operator could invalidate every key of the cluster.
 */
async function madeForObject(
  keys: readonly Named[],
  store: KeyStore,
  context: ActionContext,
  signal: AbortSignal,
): Promise<readonly Named[]> {
  const listed = new Set(context.observed.inventory?.keys.map(({ id }) => id));
  const proven: Named[] = [];
  for (const key of keys) {
    if (listed.has(key.id) || (await isProven(key, store, context, signal))) proven.push(key);
  }
  return proven;
}

async function isProven(
  { id, since }: Named,
  store: KeyStore,
  context: ActionContext,
  signal: AbortSignal,
): Promise<boolean> {
  const { cluster, observed } = context;
  const began = cluster.now();
  for (;;) {
    const asked = cluster.now();
    const record = await recordOf(id, store, signal);
    if (record !== undefined) return record !== 'unmarked' && isMadeFor(observed, record);
    if (isSurelyVisible(since, asked, context.operator().visibilityDelayMs)) return false;
    await waitForVisibility(asked - began, context, signal);
  }
}

/** For a moment in this pass; after that the pass comes again with backoff, so that it holds up nobody else. */
async function waitForVisibility(
  waitedMs: number,
  { clock, operator }: ActionContext,
  signal: AbortSignal,
): Promise<void> {
  if (waitedMs <= operator().visibilityDelayMs) return clock.sleep(PAUSE_MS, signal);
  throw new Failure({
    kind: 'conflict',
    system: 'Elasticsearch',
    operation: 'invalidate API keys',
    code: 'NotVisibleYet',
  });
}

async function forget({ secret, superseded }: NonNullable<InvalidateKeys['remember']>, { cluster }: ActionContext) {
  const journal = readJournal(secret.annotations, secret.writtenAt);
  const annotations =
    journal === undefined
      ? { [ANNOTATIONS.superseded]: null }
      : journalAnnotations({ ...journal, superseded, changed: cluster.now() });
  return cluster.secrets.patch(secret, { annotations });
}
