import type { BeatApiKey } from '../api/types.ts';
import type { ConsumerView, Moved } from './consumers.ts';
import type { ConnectionView } from './connection-view.ts';
import type { Failure } from './failure.ts';
import type { Journal } from './journal.ts';
import type { KeyRecord } from './key-record.ts';
import type { Reading } from './reading.ts';
import type { SecretMetadata } from './secret.ts';

/** The Secret of an object's name, as far as its metadata tell. */
export type SecretView =
  | { readonly state: 'absent' }
  /** Not made for this object: never written, never deleted, unless it is handed over. `holder`: to whom it belongs. */
  | { readonly state: 'foreign'; readonly metadata: SecretMetadata; readonly holder?: string }
  /** `journal` is missing where the annotations were damaged. */
  | { readonly state: 'ours'; readonly metadata: SecretMetadata; readonly journal?: Journal };

/** What the last inventory of the connection says of this object's keys; `begunAt` is epoch milliseconds. */
export interface InventoryView {
  readonly begunAt: number;
  readonly keys: readonly KeyRecord[];
}

/** What the metadata do not tell of a Secret that is handed over. */
export interface HandedOver {
  readonly type: string;
  readonly immutable: boolean;
  /** The key that its journal names, as Elasticsearch knows it; left out where this user finds none in this cluster. */
  readonly record?: KeyRecord;
}

/** What was learnt first-hand: whether object and Secret were read live, and answers to what was in doubt. */
export interface CloseLook {
  readonly object?: true;
  readonly secret?: true;
  /** Privileges that the operator's user lacks for the desired role descriptors; asked before a key is made or changed. */
  readonly missingPrivileges?: Reading<readonly string[]>;
  /** Elasticsearch's word on the journal's key, asked by id; only where the inventory throws doubt on it. */
  readonly keyLives?: Reading<boolean>;
  /** Whether consumers and their pods were read live. */
  readonly consumers?: true;
  /** Whether the Secret's values are the journal's key; only where the metadata throw doubt on it. */
  readonly valuesIntact?: Reading<boolean>;
  /** Only where a Secret is handed over. */
  readonly handedOver?: Reading<HandedOver>;
}

/** Who acts, and since when. Times are epoch milliseconds. */
export interface OperatorView {
  readonly installation: string;
  /** How long after it was made a key may stay invisible to searches, milliseconds. */
  readonly visibilityDelayMs: number;
  /** The longest that an attempt may take from asking for a key to storing it, milliseconds. */
  readonly attemptLimitMs: number;
  readonly leadingSince: number;
}

/** Everything that one pass knows. Gathered by controller/observe, changed only by `fold`. */
export interface Observed {
  readonly operator: OperatorView;
  readonly object: BeatApiKey;
  /** Labels of the object's namespace; `undefined` where it is not known. */
  readonly namespaceLabels: Readonly<Record<string, string>> | undefined;
  readonly connection: ConnectionView;
  readonly secret: Reading<SecretView>;
  /** Those that the spec names, in its order; `undefined` where the spec cannot be read. */
  readonly consumers: readonly ConsumerView[] | undefined;
  /** `undefined` until the connection's first inventory is in. */
  readonly inventory: InventoryView | undefined;
  /** Empty while everything comes from caches; `openQuestions` says what an action needs of it. */
  readonly close: CloseLook;
  /** The finalizer was added in this very pass, so nothing can have been made before. */
  readonly claimedNow: boolean;
  /** Ids that Elasticsearch invalidated in this very pass. */
  readonly gone: readonly string[];
  /** Begin of the last attempt whose outcome is not settled; earlier inventories may not show what it made. */
  readonly unsettledSince?: number;
  /** When this process last made a key for the object, epoch milliseconds; earlier inventories may not show it. */
  readonly mintedAt?: number;
  /** Consumers that were found to be on a key when they were looked at last. */
  readonly moved?: Moved;
  /** Elasticsearch refused exactly this request from exactly this user before. */
  readonly refusal?: Failure;
}

/** The journal of the object's own Secret. */
export function journalOf(observed: Observed): Journal | undefined {
  const { secret } = observed;
  return secret.known && secret.value.state === 'ours' ? secret.value.journal : undefined;
}

/** The Secret's metadata where the Secret is the object's own. */
export function ownSecret(observed: Observed): SecretMetadata | undefined {
  const { secret } = observed;
  return secret.known && secret.value.state === 'ours' ? secret.value.metadata : undefined;
}

/**
 * Before this instant (epoch milliseconds) a begun inventory may miss keys that an earlier attempt, of this process or
 * of its predecessor, made for the object.
 */
export function settledAfter({ operator, unsettledSince }: Observed): number {
  return Math.max(operator.leadingSince, unsettledSince ?? 0) + operator.visibilityDelayMs;
}
