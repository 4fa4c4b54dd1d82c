import type { Plan } from './actions.ts';
import type { Terms } from './connection-view.ts';
import type { Desired } from './desired.ts';
import type { Journal } from './journal.ts';
import type { KeyRecord } from './key-record.ts';
import { keyMark } from './key-request.ts';
import { journalOf, ownSecret, type Observed } from './observed.ts';
import { ownedBy, superseded, supersededKeys } from './ownership.ts';
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

/**
 * The journal with the owners of replaced keys that the server names: whoever wrote another into it would keep a key
 * alive that this user can invalidate. An owner never changes, so a list of any age tells it.
 */
function withTrueOwners(journal: Journal, { inventory }: Observed): Journal {
  const owners = new Map(inventory?.keys.map(({ id, owner }) => [id, owner]));
  const replaced = supersededKeys(journal);
  const isTrue = (key: (typeof replaced)[number]): boolean => ownedBy(key, { owner: owners.get(key.id) ?? key.owner });
  if (replaced.every(isTrue)) return journal;
  const truth = replaced.map((key) => superseded({ ...key, owner: owners.get(key.id) ?? key.owner }, journal, key));
  return { ...journal, superseded: truth };
}

/** A rewrite of the Secret around the same key where what it carries beside the key's values is not as it should be. */
export function planRewrite(observed: Observed, desired: Desired, terms: Terms): Plan | undefined {
  const journal = journalOf(observed);
  const secret = ownSecret(observed);
  if (journal === undefined || secret === undefined) return undefined;
  const write = secretPlan(observed.object, desired, secret);
  const template = templateDigest(observed.object, desired, terms);
  const render = template !== journal.template || write.dropped.length > 0;
  const truth = withTrueOwners(corrected(journal, recordOf(observed, journal)), observed);
  if (!render && truth === journal && !differs(write, secret)) return undefined;
  return {
    actions: [{ type: 'rewriteSecret', secret, write, journal: { ...truth, template }, render }],
    verdict: working('Updating', `Secret ${secret.name} is being rewritten around the same key`),
  };
}
