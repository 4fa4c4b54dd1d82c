import type { KeyOwner } from './key-record.ts';

/** What a cluster says of itself and of the operator's user. */
export interface Contact {
  readonly clusterUUID: string;
  /** `version.number`, as `9.5.3`. */
  readonly version: string;
  readonly serverless: boolean;
  /** The operator's user: owner of every key that it makes. */
  readonly owner: KeyOwner;
  /** May invalidate keys of other owners. */
  readonly manageApiKey: boolean;
  /** A licence that does not cover field and document level security, as `basic`; left out: it does, or nobody can tell. */
  readonly limitedLicense?: string;
}

/** True where the cluster's version is at least `major.minor`; serverless always is. */
export function versionAtLeast(contact: Contact, major: number, minor: number): boolean {
  if (contact.serverless) return true;
  const [haveMajor = 0, haveMinor = 0] = contact.version.split('.').map(Number);
  return haveMajor > major || (haveMajor === major && haveMinor >= minor);
}
