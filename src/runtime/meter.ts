/**
 * How a request ended, from its status: refusals for too much apart from other 4xx, since they alone speak of load;
 * `none`: no answer came.
 */
export type CodeClass = '2xx' | '3xx' | '4xx' | '429' | '5xx' | 'none';

/** The class of an HTTP status; `undefined` (and what is no final status): no answer. */
export function codeClass(status: number | undefined): CodeClass {
  if (status === undefined || status < 200 || status > 599) return 'none';
  if (status === 429) return '429';
  return `${Math.floor(status / 100)}xx` as CodeClass;
}

export interface RequestObservation {
  readonly system: 'Kubernetes' | 'Elasticsearch';
  /** What was asked, in the words of failures: `create API key`, `patch Secret`. One of few: it is a label. */
  readonly operation: string;
  readonly codeClass: CodeClass;
  /** From sending to the end of the answer; for a watch, to its headers. */
  readonly seconds: number;
}

export interface PassObservation {
  /** The kind that the pass was about, in lower case, as controller-runtime names controllers: `beatapikey`. */
  readonly controller: string;
  /** controller-runtime's words: done, done with another pass due, failed. */
  readonly result: 'success' | 'requeue_after' | 'error';
  readonly seconds: number;
}

/** What a pass did for its object, or failed to do. */
export interface ActionObservation {
  /** By its name in `core/actions`: `issueKey`. */
  readonly action: string;
  /** Why a key was made, or keys were invalidated; empty where an action has one reason only. */
  readonly reason: string;
  /** `success`, or the kind of the failure. */
  readonly result: string;
}

/** Whether a watch tells of changes, or is being opened, again or for the first time. */
export type WatchState = 'following' | 'interrupted';

/** Where code counts what it does. Texts become labels: few values, no ids, no URLs. */
export interface Meter {
  requested(request: RequestObservation): void;
  /** A pass over one object has ended. */
  reconciled(pass: PassObservation): void;
  acted(action: ActionObservation): void;
  /** An object was refused for what its connection lends, for this reason of its conditions. */
  denied(reason: string): void;
  /** Elasticsearch created a key; `reason` is that of the rotation, or of the first issue. */
  keyCreated(reason: string): void;
  /** A key was changed in place. */
  keyUpdated(): void;
  /** A Secret was switched to another key. */
  keyRotated(reason: string): void;
  /** Elasticsearch confirmed `count` invalidations. */
  keysInvalidated(cause: string, count: number): void;
  /** `count` keys were given up alive, on a user's word. */
  keysAbandoned(count: number): void;
  /** The creation of a key had to wait for the connection's limit. */
  keyCreationDelayed(): void;
  /** Orphans found by the last inventory of a connection (`namespace/name`); `undefined`: the connection is gone. */
  orphans(connection: string, count: number | undefined): void;
  /** A reflector had to list afresh what it had listed before. */
  relisted(kind: string): void;
  /** A watch of a kind came from one state into another; `undefined`: there was none, or there is none any more. */
  watching(kind: string, before: WatchState | undefined, after: WatchState | undefined): void;
  leading(leader: boolean): void;
  /** Where a queue counts; `name` as in the label. */
  queue(name: string): QueueMeter;
}

/** Where a queue counts what becomes of its keys, in client-go's terms. */
export interface QueueMeter {
  /** A key waits that did not wait before. */
  added(): void;
  /** A key was asked for again after a failure. */
  retried(): void;
  /** A key was taken; seconds since it was added. */
  taken(waited: number): void;
  /** The pass over a key has ended; seconds since it was taken. */
  done(worked: number): void;
}

/** What a queue tells of itself. */
export interface QueueSizes {
  /** Keys that could be taken now. */
  readonly depth: number;
  /** Keys with a deadline ahead. */
  readonly delayed: number;
  /** Keys in work. */
  readonly running: number;
}
