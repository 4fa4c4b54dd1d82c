import type { BeatApiKey } from '../api/types.ts';
import { readJournal } from '../core/journal.ts';
import { isLive, type KeyOwner, type KeyRecord } from '../core/key-record.ts';
import { answerable, orphansAmong } from '../core/orphans.ts';
import { mayInvalidate } from '../core/ownership.ts';
import type { SecretMetadata } from '../core/secret.ts';
import { nameOf } from './objects.ts';

/** How a key stands. `Unknown`: who answers for it cannot be seen, or an attempt to store it may be under way. */
export const KEY_STATES = ['Active', 'Expiring', 'Expired', 'Retiring', 'Orphaned', 'Invalidated', 'Unknown'] as const;
export type KeyState = (typeof KEY_STATES)[number];

/** Who answers for keys, as far as the caller may see it. */
export interface Answerers {
  readonly objects: readonly BeatApiKey[];
  /** Secrets with the operator's label; `undefined`: they may not be seen. */
  readonly secrets: readonly SecretMetadata[] | undefined;
  /** Whether objects and Secrets of all namespaces were seen; otherwise somebody else may answer for a key. */
  readonly everywhere: boolean;
  /** The longest that an attempt to store a key may take, milliseconds. */
  readonly attemptLimitMs: number;
}

/** The state of keys at `now`, epoch milliseconds. */
export function keyStates(answerers: Answerers, now: number): (key: KeyRecord) => KeyState {
  const { objects, secrets, everywhere, attemptLimitMs } = answerers;
  const answers = answerable(uidsOf(objects), secrets ?? []);
  const byUID = new Map(objects.map((object) => [object.metadata.uid, object]));
  const current = new Set(
    secrets === undefined
      ? objects.map(({ status }) => status?.keyID)
      : secrets.map(({ annotations }) => readJournal(annotations)?.keyID),
  );
  return (key) => {
    if (key.invalidated) return 'Invalidated';
    if (!isLive(key, now)) return 'Expired';
    const object = byUID.get(key.mark.uid);
    if (current.has(key.id)) return isExpiring(key, object, now) ? 'Expiring' : 'Active';
    if (object !== undefined || answers.keyIDs.has(key.id)) return 'Retiring';
    const isOrphan = everywhere && orphansAmong([key], answers, attemptLimitMs, now).length > 0;
    return isOrphan ? 'Orphaned' : 'Unknown';
  };
}

const uidsOf = (objects: readonly BeatApiKey[]): readonly string[] => objects.map(({ metadata }) => metadata.uid);

/** The time to replace it has come: the object says when, or a third of the lifetime is left, as by default. */
function isExpiring({ id, creation, expiration }: KeyRecord, object: BeatApiKey | undefined, now: number): boolean {
  if (expiration === undefined) return false;
  const { keyID, renewalTime } = object?.status ?? {};
  if (keyID === id && renewalTime !== undefined) return Date.parse(renewalTime) <= now;
  return expiration - now < (expiration - creation) / 3;
}

/** Who would invalidate a key. */
interface Deleter {
  readonly owner: KeyOwner;
  readonly manageApiKey: boolean;
}

/** Why a key must not be invalidated as an orphan, by the operator's own rules; `undefined`: it is one. */
export function whyNoOrphan(key: KeyRecord, answerers: Answerers, deleter: Deleter, now: number): string | undefined {
  const { objects, secrets, everywhere, attemptLimitMs } = answerers;
  if (!isLive(key, now)) return 'it is dead already';
  const object = objects.find(({ metadata }) => metadata.uid === key.mark.uid);
  if (object !== undefined)
    return `BeatApiKey ${nameOf(object)} answers for it: delete that, or have it replaced by beatkeys rotate`;
  const holder = (secrets ?? []).find((secret) => answerable([], [secret]).keyIDs.has(key.id));
  if (holder !== undefined) return `it is in use: ${holding(holder, key)}`;
  const damaged = (secrets ?? []).find((secret) => answerable([], [secret]).unclear.has(key.mark.uid));
  if (damaged !== undefined) return `${named(damaged)} is of its object, and does not tell which keys it holds`;
  if (!everywhere)
    return 'whether somebody uses it cannot be seen: that takes the right to list BeatApiKeys and Secrets of all namespaces';
  if (orphansAmong([key], answerable(uidsOf(objects), secrets ?? []), attemptLimitMs, now).length === 0)
    return `it was made less than ${attemptLimitMs / 1000} s ago, and may be on its way into a Secret`;
  if (!mayInvalidate(key, deleter))
    return `it belongs to user ${key.owner.username}, and user ${deleter.owner.username} lacks the cluster privilege manage_api_key`;
  return undefined;
}

const named = ({ namespace, name }: SecretMetadata): string => `Secret ${namespace}/${name}`;

const holding = (secret: SecretMetadata, { id }: KeyRecord): string =>
  readJournal(secret.annotations)?.keyID === id
    ? `${named(secret)} holds it`
    : `${named(secret)} notes it as a key that was replaced`;
