import type { Plan } from './actions.ts';
import type { Terms } from './connection-view.ts';
import type { Desired } from './desired.ts';
import { keyMark } from './issue.ts';
import type { Journal } from './journal.ts';
import { journalOf, ownSecret, type Observed } from './observed.ts';
import { differs, secretPlan, templateDigest } from './secret-plan.ts';
import { working } from './verdict.ts';

/** An update of the key in place where its rights, metadata or expiration are not as desired. */
export function planUpdate(observed: Observed, desired: Desired): Plan | undefined {
  const journal = journalOf(observed);
  const secret = ownSecret(observed);
  if (journal === undefined || secret === undefined) return undefined;
  if (journal.fingerprint === desired.fingerprint && !editedElsewhere(observed, journal, desired)) return undefined;
  const { roleDescriptors, userMetadata, expiration, fingerprint } = desired;
  const moved = expiration !== undefined && expiration.text !== journal.requestedExpiration;
  const { changed: _changed, expires, ...kept } = journal;
  return {
    actions: [
      {
        type: 'updateKey',
        id: journal.keyID,
        change: {
          roleDescriptors,
          userMetadata,
          mark: keyMark(observed, desired, journal.reason),
          ...(moved ? { expiration: expiration.text } : {}),
        },
        secret,
        ...(expires === undefined ? {} : { expires }),
        journal: {
          ...kept,
          fingerprint,
          ...(expiration === undefined ? {} : { requestedExpiration: expiration.text }),
        },
      },
    ],
    verdict: working('Updating', `key ${journal.keyID} is being changed in place`),
  };
}

/** True where the server's copy of the key says something else than the object, and the inventory is young enough to tell. */
function editedElsewhere({ operator, inventory }: Observed, journal: Journal, desired: Desired): boolean {
  if (inventory === undefined || inventory.begunAt <= journal.changed + operator.visibilityDelayMs) return false;
  const record = inventory.keys.find(({ id }) => id === journal.keyID);
  return record !== undefined && record.contentDigest !== desired.contentDigest;
}

/** A rewrite of the Secret around the same key where labels, annotations, owner or templates are not as desired. */
export function planRewrite(observed: Observed, desired: Desired, terms: Terms): Plan | undefined {
  const journal = journalOf(observed);
  const secret = ownSecret(observed);
  if (journal === undefined || secret === undefined) return undefined;
  const write = secretPlan(observed.object, desired, secret);
  const template = templateDigest(observed.object, desired, terms);
  const render = template !== journal.template || write.dropped.length > 0;
  if (!render && !differs(write, secret)) return undefined;
  return {
    actions: [{ type: 'rewriteSecret', secret, write, journal: { ...journal, template }, render }],
    verdict: working('Updating', `Secret ${secret.name} is being rewritten around the same key`),
  };
}
