/** Kinds of workloads that may be named as consumers of a key. */
export type WorkloadKind = 'DaemonSet' | 'Deployment' | 'StatefulSet';

/** Where a workload stands, whether or not there is one. */
export interface WorkloadPlace {
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly name: string;
}

/** True for the same kind and name in the same namespace. */
export const samePlace = (one: WorkloadPlace, other: WorkloadPlace): boolean =>
  one.kind === other.kind && one.namespace === other.namespace && one.name === other.name;

/** Code of the failure that stands for a workload while the first list of its kind is not in; whoever asked is told then. */
export const NOT_LISTED_YET = 'NotListedYet';

/** A workload as far as it tells whether its pods have moved on to a key. */
export interface Workload extends WorkloadPlace {
  readonly uid: string;
  /** Its controller has seen the newest spec: `status.observedGeneration` is `metadata.generation`. */
  readonly observed: boolean;
  /** Pods that shall run, those among them of the newest template, and those that are available. */
  readonly desired: number;
  readonly updated: number;
  readonly available: number;
  /** What keeps its controller from replacing pods by itself. */
  readonly heldBy?: 'paused' | 'OnDelete' | 'partition';
  /** Key ids by annotation (`beatkeys.dev/…`) of the pod template. */
  readonly keyIDs: Readonly<Record<string, string>>;
}

/** A pod that has not ended; one that is terminating still uses its key. */
export interface Pod {
  readonly name: string;
  /** Epoch milliseconds; the API server gives whole seconds. */
  readonly created: number;
  /** Key ids by annotation (`beatkeys.dev/…`). */
  readonly keyIDs: Readonly<Record<string, string>>;
}
