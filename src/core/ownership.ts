import type { Contact } from './contact.ts';
import type { Journal, Superseded } from './journal.ts';
import type { KeyOwner } from './key-record.ts';

/** What belongs to a user of Elasticsearch. */
export interface Owned {
  readonly owner: KeyOwner;
}

/** True for keys of one user: Elasticsearch lets nobody else see, update and invalidate them as its own. */
export const ownedBy = ({ owner }: Owned, other: Owned): boolean =>
  owner.username === other.owner.username && owner.realm === other.owner.realm;

/** True where the operator's user can invalidate the key; those of another user need `manage_api_key`. */
export const mayInvalidate = (key: Owned, contact: Pick<Contact, 'owner' | 'manageApiKey'>): boolean =>
  contact.manageApiKey || ownedBy(key, contact);

/** The journal's replaced keys with their owner spelt out: it is noted only where it is not the owner of the key. */
export const supersededKeys = ({ superseded, owner }: Journal): readonly (Superseded & Owned)[] =>
  superseded.map((key) => ({ owner, ...key }));

/** A replaced key as a journal notes it whose own key is `successor`. Times are epoch milliseconds. */
export function superseded(
  key: Owned & { readonly id: string },
  successor: Owned,
  { since, notBefore, atOnce }: Pick<Superseded, 'since' | 'notBefore' | 'atOnce'>,
): Superseded {
  return {
    id: key.id,
    since,
    notBefore,
    ...(atOnce === undefined ? {} : { atOnce }),
    ...(ownedBy(key, successor) ? {} : { owner: key.owner }),
  };
}
