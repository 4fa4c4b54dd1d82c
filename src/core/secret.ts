import type { Sensitive } from '../runtime/sensitive.ts';

/** A Secret without its values, as a metadata-only read gives it. */
export interface SecretMetadata {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly controllerUID?: string;
  /** Kind and name of its controller, where that is none of our kind. */
  readonly otherController?: string;
  /** Data keys that our field manager owns alone, from `managedFields`; whoever edits one takes it off this list. */
  readonly ownedDataKeys: readonly string[];
  /**
   * When our field manager last wrote to it, epoch milliseconds: whole seconds of the API server's own clock. Left out
   * where the Secret does not tell.
   */
  readonly writtenAt?: number;
  /** Labels and annotations that our field manager set, the journal's and our own labels left out. */
  readonly ownedLabels: readonly string[];
  readonly ownedAnnotations: readonly string[];
}

/** The controller reference of a Secret. */
export interface SecretOwner {
  readonly name: string;
  readonly uid: string;
}

/** What to write into a Secret; parts left out stay as they are. In a patch, `null` removes a key. */
export interface SecretWrite {
  readonly data?: Sensitive<Readonly<Record<string, string | null>>>;
  readonly labels?: Readonly<Record<string, string | null>>;
  readonly annotations?: Readonly<Record<string, string | null>>;
  /** `null` takes the controller reference away. */
  readonly owner?: SecretOwner | null;
}
