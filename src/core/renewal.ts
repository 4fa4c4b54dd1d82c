import { createHash } from 'node:crypto';
import type { Desired } from './desired.ts';
import type { Journal } from './journal.ts';

/** At most this part of the lifetime earlier than `renewBefore` says, so that keys of one birth do not renew at once. */
const JITTER = 0.05;

/** A number from 0 to 1 that is always the same for one object. */
const share = (uid: string): number => createHash('sha256').update(uid).digest().readUInt32BE(0) / 0xffff_ffff;

/**
 * When the key is to be replaced, epoch milliseconds: `renewBefore` ahead of its expiry, less a jitter that is fixed per
 * object, but never before the key is a tenth of its lifetime old. `undefined` for a key that never expires.
 */
export function renewalTime(uid: string, journal: Journal, desired: Desired): number | undefined {
  if (journal.expires === undefined) return undefined;
  // A key may expire although the spec does not ask for it, where the server or an edit of the key set the time.
  const lifetime = desired.expiration?.ms ?? journal.expires - journal.created;
  const renewBefore = desired.expiration === undefined ? lifetime / 3 : desired.renewBeforeMs;
  const early = renewBefore + share(uid) * JITTER * lifetime;
  return Math.floor(Math.max(journal.expires - early, journal.expires - 0.9 * lifetime));
}

/**
 * When a scheduled renewal goes ahead although a replaced key still waits for its retirement: half way between the
 * renewal and the expiry. Epoch milliseconds.
 */
export function renewalCannotWait(renewal: number, journal: Journal): number {
  return Math.floor(renewal + ((journal.expires ?? renewal) - renewal) / 2);
}
