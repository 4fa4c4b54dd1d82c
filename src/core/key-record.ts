import type { RotationReason } from '../api/reasons.ts';
import type { RoleDescriptors } from '../api/types.ts';

/** Why a key was made. */
export type IssueReason = RotationReason | 'FirstIssue';

/** Whose key it is, as Elasticsearch sees it: only the same user of the same realm may update it. */
export interface KeyOwner {
  readonly username: string;
  readonly realm: string;
}

/** The entry `beatkeys` in a key's metadata: proof that this operator made it, and for whom. */
export interface KeyMark {
  readonly installation: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Random, one per attempt to create. */
  readonly attempt: string;
  readonly fingerprint: string;
  readonly reason: string;
  /** `metadata.generation` of the object that asked for it. */
  readonly generation: string;
}

/** A key as Elasticsearch lists it, without anything secret. Times are epoch milliseconds. */
export interface KeyRecord {
  readonly id: string;
  readonly name: string;
  readonly creation: number;
  readonly expiration?: number;
  readonly invalidated: boolean;
  readonly owner: KeyOwner;
  readonly mark: KeyMark;
  /** `contentDigest` of its role descriptors and user metadata. */
  readonly contentDigest: string;
}

/** A create-API-key body. */
export interface KeyRequest {
  readonly name: string;
  readonly roleDescriptors: RoleDescriptors;
  readonly userMetadata: Readonly<Record<string, unknown>>;
  readonly mark: KeyMark;
  /** Elasticsearch's own grammar (`30d`); left out: never expires. */
  readonly expiration?: string;
}

/** What an update in place changes; `expiration` counts from now and is left out unless it changed. */
export interface KeyChange {
  readonly roleDescriptors: RoleDescriptors;
  readonly userMetadata: Readonly<Record<string, unknown>>;
  readonly mark: KeyMark;
  readonly expiration?: string;
}

/** True while Elasticsearch would accept the key at `now`. */
export const isLive = (key: KeyRecord, now: number): boolean =>
  !key.invalidated && (key.expiration === undefined || key.expiration > now);
