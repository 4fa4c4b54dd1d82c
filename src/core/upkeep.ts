import type { Plan } from './actions.ts';
import type { Terms } from './connection-view.ts';
import type { Desired } from './desired.ts';
import { keyMark } from './issue.ts';
import type { Journal } from './journal.ts';
import type { KeyRecord } from './key-record.ts';
import { journalOf, ownSecret, type Observed } from './observed.ts';
import { differs, secretPlan, templateDigest } from './secret-plan.ts';
import { working } from './verdict.ts';

/** An update of the key in place where its rights, metadata or expiration are not as desired. */
export function planUpdate(observed: Observed, desired: Desired): Plan | undefined {
  const journal = journalOf(observed);
  const secret = ownSecret(observed);
  if (journal === undefined || secret === undefined) return undefined;
  const { roleDescriptors, userMetadata, expiration, fingerprint } = desired;
  const record = recordOf(observed, journal);
  const edited = record !== undefined && record.contentDigest !== desired.contentDigest;
  const moved = expiration !== undefined && expiration.text !== journal.requestedExpiration;
  if (journal.fingerprint === fingerprint && !moved && !edited) return undefined;
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

/** The server's copy of the key, where the inventory is young enough to tell. */
function recordOf({ operator, inventory }: Observed, journal: Journal): KeyRecord | undefined {
  if (inventory === undefined || inventory.begunAt <= journal.changed + operator.visibilityDelayMs) return undefined;
  return inventory.keys.find(({ id }) => id === journal.keyID);
}

/** The journal with the expiry that the server names: the renewal must not go by one that was altered on either side. */
function corrected(journal: Journal, record: KeyRecord | undefined): Journal {
  if (record === undefined || record.expiration === journal.expires) return journal;
  const { expires: _expires, ...rest } = journal;
  return record.expiration === undefined ? rest : { ...rest, expires: record.expiration };
}

/** A rewrite of the Secret around the same key where labels, annotations, owner, templates or expiry are not as they should. */
export function planRewrite(observed: Observed, desired: Desired, terms: Terms): Plan | undefined {
  const journal = journalOf(observed);
  const secret = ownSecret(observed);
  if (journal === undefined || secret === undefined) return undefined;
  const write = secretPlan(observed.object, desired, secret);
  const template = templateDigest(observed.object, desired, terms);
  const render = template !== journal.template || write.dropped.length > 0;
  const truth = corrected(journal, recordOf(observed, journal));
  if (!render && truth === journal && !differs(write, secret)) return undefined;
  return {
    actions: [{ type: 'rewriteSecret', secret, write, journal: { ...truth, template }, render }],
    verdict: working('Updating', `Secret ${secret.name} is being rewritten around the same key`),
  };
}
