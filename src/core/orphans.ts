import { LABELS } from '../api/names.ts';
import { keyIDsOf, readJournal } from './journal.ts';
import { isLive, type KeyRecord } from './key-record.ts';
import type { SecretMetadata } from './secret.ts';

/** Who answers for keys: objects for all of theirs, Secrets for those that they name. */
export interface Answerable {
  /** Uids of the objects that are there. */
  readonly objects: ReadonlySet<string>;
  /** Ids of the keys that Secrets hold or have replaced. */
  readonly keyIDs: ReadonlySet<string>;
  /** Owners of Secrets that do not tell their keys, since their annotations were damaged. */
  readonly unclear: ReadonlySet<string>;
}

/** What objects and Secrets of this installation answer for. */
export function answerable(objectUIDs: Iterable<string>, secrets: Iterable<SecretMetadata>): Answerable {
  const keyIDs = new Set<string>();
  const unclear = new Set<string>();
  for (const { annotations, labels, controllerUID } of secrets) {
    const journal = readJournal(annotations);
    const owner = labels[LABELS.ownerUID] ?? controllerUID;
    if (journal !== undefined) for (const id of keyIDsOf(journal)) keyIDs.add(id);
    else if (owner !== undefined) unclear.add(owner);
  }
  return { objects: new Set(objectUIDs), keyIDs, unclear };
}

/** Living keys that nobody answers for. An attempt that may still be under way (`attemptLimitMs`) is none. */
export function orphansAmong(
  keys: Iterable<KeyRecord>,
  { objects, keyIDs, unclear }: Answerable,
  attemptLimitMs: number,
  now: number,
): readonly KeyRecord[] {
  return [...keys].filter(
    (key) =>
      isLive(key, now) &&
      key.creation + attemptLimitMs < now &&
      !objects.has(key.mark.uid) &&
      !keyIDs.has(key.id) &&
      !unclear.has(key.mark.uid),
  );
}

/** When each orphan was first seen, by id, epoch milliseconds: what was seen before keeps its time, what went is forgotten. */
export function firstSeen(
  before: ReadonlyMap<string, number>,
  orphans: readonly KeyRecord[],
  now: number,
): ReadonlyMap<string, number> {
  return new Map(orphans.map(({ id }) => [id, before.get(id) ?? now]));
}
