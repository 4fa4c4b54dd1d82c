import type { FoundKey } from './census.ts';
import type { KeyState } from './key-state.ts';
import { instant } from './moment.ts';
import { compare } from './selection.ts';
import { table } from './table.ts';

/** A key as `beatkeys list` shows it; nothing of it is secret. Times are RFC 3339. */
export interface ListedKey {
  readonly id: string;
  readonly name: string;
  /** `namespace/name` of the BeatApiKey that it was made for. */
  readonly beatApiKey: string;
  readonly owner: { readonly username: string; readonly realm: string };
  readonly created: string;
  readonly expires: string | null;
  readonly status: KeyState;
  readonly connections: readonly string[];
}

export const SORTS = ['object', 'name', 'user', 'created', 'expires', 'status'] as const;
export type Sort = (typeof SORTS)[number];

export function listedKey({ record, connections }: FoundKey, status: KeyState): ListedKey {
  const { id, name, mark, owner, creation, expiration } = record;
  return {
    ...{ id, name, beatApiKey: `${mark.namespace}/${mark.name}`, owner },
    created: instant(creation),
    expires: expiration === undefined ? null : instant(expiration),
    ...{ status, connections },
  };
}

const BY: Readonly<Record<Sort, (key: ListedKey) => string>> = {
  object: ({ beatApiKey }) => beatApiKey,
  name: ({ name }) => name,
  user: ({ owner }) => `${owner.username}/${owner.realm}`,
  created: ({ created }) => created,
  // Behind every date.
  expires: ({ expires }) => expires ?? '~',
  status: ({ status }) => status,
};

/** What is equal is sorted by object, then by age, then by id. */
export function sortKeys(keys: readonly ListedKey[], sort: Sort): readonly ListedKey[] {
  const ranks = (key: ListedKey): readonly string[] => [BY[sort](key), key.beatApiKey, key.created, key.id];
  return keys.toSorted((one, other) => {
    const others = ranks(other);
    return ranks(one).reduce((found, rank, index) => found || compare(rank, others[index] ?? ''), 0);
  });
}

const HEAD = ['NAME', 'BEATAPIKEY', 'USER', 'REALM', 'CREATED', 'EXPIRES', 'STATUS', 'ID', 'CONNECTION'];

export const keyTable = (keys: readonly ListedKey[]): string =>
  table(
    HEAD,
    keys.map(({ id, name, beatApiKey, owner, created, expires, status, connections }) => [
      ...[name, beatApiKey, owner.username, owner.realm, created, expires ?? 'never', status, id],
      connections.join(','),
    ]),
  );
