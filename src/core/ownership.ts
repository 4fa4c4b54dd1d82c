import type { Contact } from './contact.ts';
import type { Superseded } from './journal.ts';
import type { KeyOwner } from './key-record.ts';

/** True where Elasticsearch lets this user see, update and invalidate the key as its own: same user, same realm. */
export const ownedBy = ({ owner }: { readonly owner: KeyOwner }, contact: Contact): boolean =>
  owner.username === contact.owner.username && owner.realm === contact.owner.realm;

/** True where this user can invalidate a replaced key; those of another user need `manage_api_key`. */
export const mayInvalidate = ({ owner }: Superseded, contact: Contact): boolean =>
  owner === undefined || contact.manageApiKey || ownedBy({ owner }, contact);
