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

/** Where code counts what it does. Texts become labels: few values, no ids, no URLs. */
export interface Meter {
  requested(request: RequestObservation): void;
  /** A pass over one object has ended. */
  reconciled(pass: PassObservation): void;
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
  leading(leader: boolean): void;
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
