import type { Terms } from '../../src/core/connection-view.ts';
import type { Desired } from '../../src/core/desired.ts';
import { desire } from '../../src/core/desired.ts';
import type { Journal } from '../../src/core/journal.ts';
import { templateDigest } from '../../src/core/secret-plan.ts';
import type { BeatApiKey } from '../../src/api/types.ts';
import { someTerms } from './connection-view.ts';

/** The journal of `key-1`, made at the beginning of 2026, which never expires. */
export function aJournal(options: Partial<Journal> = {}): Journal {
  return {
    keyID: 'key-1',
    keyName: 'logging/packetbeat',
    owner: { username: 'beatkeys', realm: 'native1' },
    clusterUUID: 'cluster-1',
    created: Date.UTC(2026, 0, 1),
    changed: Date.UTC(2026, 0, 1),
    stored: Date.UTC(2026, 0, 1),
    fingerprint: 'fingerprint-1',
    template: 'template-1',
    reason: 'FirstIssue',
    superseded: [],
    ...options,
  };
}

/** What `desire` resolves; throws where the spec has a problem. */
export function desiredOf(object: BeatApiKey): Desired {
  const desired = desire(object);
  if (!desired.ok) throw new TypeError(desired.problems.map(({ path, message }) => `${path} ${message}`).join('; '));
  return desired.value;
}

/** A journal that is exactly as the object asks. */
export function aSatisfiedJournal(
  object: BeatApiKey,
  options: Partial<Journal> = {},
  terms: Terms = someTerms(),
): Journal {
  const desired = desiredOf(object);
  const { keyName, fingerprint, expiration, request, revokeRequest } = desired;
  const created = options.created ?? Date.UTC(2026, 0, 1);
  return aJournal({
    keyName,
    fingerprint,
    template: templateDigest(object, desired, terms),
    ...(expiration === undefined ? {} : { requestedExpiration: expiration.text, expires: created + expiration.ms }),
    ...(request === undefined ? {} : { handledRequest: request }),
    ...(revokeRequest === undefined ? {} : { handledRevokeRequest: revokeRequest }),
    stored: created,
    ...options,
    created,
  });
}
