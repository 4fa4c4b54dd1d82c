import type { DesiredSecret } from './desired.ts';
import type { Journal, Superseded } from './journal.ts';
import type { IssueReason, KeyChange, KeyRecord, KeyRequest } from './key-record.ts';
import type { SecretMetadata, SecretOwner } from './secret.ts';
import type { Verdict } from './verdict.ts';
import type { Workload } from './workload.ts';

/** What a pass does next, and what there is to say if it does nothing more. */
export interface Plan {
  /** In order; after each the plan is made anew from what it changed. */
  readonly actions: readonly Action[];
  readonly verdict: Verdict;
  /** When time alone changes the answer, epoch milliseconds. */
  readonly due?: number;
  /** The plan waits for an inventory begun no earlier than this instant, epoch milliseconds. */
  readonly needsInventorySince?: number;
}

/** What a pass may do, a closed list. Every action is safe to repeat and carries the precondition it needs. */
export type Action =
  | Claim
  | AdoptSecret
  | IssueKey
  | UpdateKey
  | RewriteSecret
  | InvalidateKeys
  | RemoveSecret
  | DisownSecret
  | RestartConsumers
  | { readonly type: 'release' };

/** The connection's finalizer, then the object's and the installation annotation, before the first effect outside. */
export interface Claim {
  readonly type: 'claim';
}

/** Makes a Secret that was handed over the object's own; the handing over is used up by the same write. */
export interface AdoptSecret {
  readonly type: 'adoptSecret';
  readonly secret: SecretMetadata;
  readonly write: SecretPlan;
  /** Of a key that is proven the operator's own. Missing: what the Secret says of a key is not taken over. */
  readonly journal?: Journal;
  /** Given where that key goes on: it is changed to name this object in its mark, and to hold what is asked for. */
  readonly key?: { readonly record: KeyRecord; readonly change: UpdateKey['change'] };
}

/** Mint, prove and store: one action, because the secret half lives only between two systems. */
export interface IssueKey {
  readonly type: 'issueKey';
  readonly reason: IssueReason;
  readonly request: Omit<KeyRequest, 'mark'> & { readonly mark: Omit<KeyRequest['mark'], 'attempt'> };
  /** The Secret to switch; missing: it is created. */
  readonly secret?: SecretMetadata;
  readonly write: SecretPlan;
  /** All of the journal but what only the new key tells. */
  readonly journal: Omit<Journal, 'keyID' | 'created' | 'changed' | 'stored' | 'expires'>;
  /** `since` of the keys in the journal that this one replaces, epoch milliseconds; the write moves them to its own time. */
  readonly plannedAt: number;
}

/** How the Secret shall look beside the key's values. */
export interface SecretPlan {
  readonly name: string;
  readonly labels: Readonly<Record<string, string | null>>;
  readonly annotations: Readonly<Record<string, string | null>>;
  readonly templates: DesiredSecret['templates'];
  /** Data keys that were ours and are not wanted any more. */
  readonly dropped: readonly string[];
  readonly owner: SecretOwner | null;
}

/** Changes the key in place, then its record in the journal. The value of the key stays. */
export interface UpdateKey {
  readonly type: 'updateKey';
  readonly id: string;
  readonly change: Omit<KeyChange, 'mark'> & { readonly mark: Omit<KeyChange['mark'], 'attempt'> };
  readonly secret: SecretMetadata;
  /** When the key expires as it is, epoch milliseconds. */
  readonly expires?: number;
  readonly journal: Omit<Journal, 'changed' | 'expires'>;
}

/** Rewrites metadata, journal or templates of the Secret around the same key. */
export interface RewriteSecret {
  readonly type: 'rewriteSecret';
  readonly secret: SecretMetadata;
  readonly write: SecretPlan;
  readonly journal: Journal;
  /** The templates, or what they show, changed: the values are read and rendered anew. */
  readonly render: boolean;
}

/** Notes the key in the pod templates of consumers, so that their controllers replace the pods. */
export interface RestartConsumers {
  readonly type: 'restartConsumers';
  readonly workloads: readonly Workload[];
  readonly annotation: string;
  readonly keyID: string;
}

/**
 * Invalidates by id, never the key of the current Secret; then the journal forgets them, and counts as changed: what an
 * older inventory shows of them is out of date.
 */
export interface InvalidateKeys {
  readonly type: 'invalidateKeys';
  readonly cause: 'retired' | 'halfMade' | 'deleted';
  /** `since`: when it was made or seen, epoch milliseconds; a younger one may not be visible to the server yet. */
  readonly keys: readonly { readonly id: string; readonly since: number }[];
  /** True where consumers must have moved on from one of the keys. */
  readonly awaited?: true;
  /** The Secret and the journal that remain; missing: there is no journal to change. */
  readonly remember?: { readonly secret: SecretMetadata; readonly superseded: readonly Superseded[] };
}

/** A Secret that the garbage collector would not take: it has no owner reference. */
export interface RemoveSecret {
  readonly type: 'removeSecret';
  readonly secret: SecretMetadata;
}

/** Takes the owner reference off a Secret that shall outlive its object: the garbage collector would take it. */
export interface DisownSecret {
  readonly type: 'disownSecret';
  readonly secret: SecretMetadata;
}
