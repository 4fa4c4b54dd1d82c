import { ANNOTATIONS } from '../api/names.ts';
import type { Action } from '../core/actions.ts';
import type { Effect } from '../core/fold.ts';
import { keyIDsOf } from '../core/journal.ts';
import { journalOf, type Observed } from '../core/observed.ts';
import type { ActionContext } from './action-context.ts';
import { adoptSecret } from './adopt-secret.ts';
import { holdConnection } from './hold-connection.ts';
import { invalidateKeys } from './invalidate-keys.ts';
import { issueKey } from './issue-key.ts';
import { restartConsumers } from './restart-consumers.ts';
import { rewriteSecret } from './rewrite-secret.ts';
import { updateKey } from './update-key.ts';

/** Runs one action and answers what it changed. Throws `Failure`; what it left undone, a later plan finds. */
export async function execute(action: Action, context: ActionContext, signal: AbortSignal): Promise<Effect> {
  const { cluster } = context;
  context.mayAct();
  switch (action.type) {
    case 'claim':
      return claim(context);
    case 'adoptSecret':
      return adoptSecret(action, context, signal);
    case 'issueKey':
      return issueKey(action, context, signal);
    case 'updateKey':
      return updateKey(action, context, signal);
    case 'rewriteSecret':
      return { type: 'secretWritten', secret: await rewriteSecret(action, context) };
    case 'invalidateKeys':
      return invalidateKeys(action, context, signal);
    case 'restartConsumers':
      return restartConsumers(action, context);
    case 'removeSecret':
      await cluster.secrets.remove(action.secret);
      return { type: 'secretRemoved' };
    case 'disownSecret':
      return { type: 'secretWritten', secret: await cluster.secrets.patch(action.secret, { owner: null }) };
    case 'release':
      return release(context);
  }
}

/**
 * The connection is held first: were both deleted while no operator runs, keys of a claimed object could be invalidated
 * by nobody.
 */
async function claim({ cluster, connection, mayAct, observed, operator }: ActionContext): Promise<Effect> {
  if (connection !== undefined) await holdConnection(connection, cluster);
  mayAct();
  return { type: 'claimed', object: await cluster.beatApiKeys.claim(observed.object, operator().installation) };
}

/** The finalizer goes; keys that a user lets live are named in the log and in an event. */
async function release({ cluster, observed, logger, meter }: ActionContext): Promise<Effect> {
  const { object } = observed;
  const abandoned = object.metadata.annotations?.[ANNOTATIONS.abandonKeys] === 'true' ? keysLeftAlive(observed) : [];
  await cluster.beatApiKeys.release(object);
  if (abandoned.length > 0) {
    meter.keysAbandoned(abandoned.length);
    logger.warn({ keyIDs: abandoned }, 'keys were left alive');
  }
  const { finalizers: _finalizers, ...metadata } = object.metadata;
  return { type: 'released', object: { ...object, metadata }, abandoned };
}

function keysLeftAlive(observed: Observed): readonly string[] {
  const journal = journalOf(observed);
  return journal === undefined ? [] : keyIDsOf(journal);
}
