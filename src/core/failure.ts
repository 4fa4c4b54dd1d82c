/**
 * What can go wrong at a port, classified once by the adapter that saw it. Text in it is our own: no body, header or
 * message of a server is ever carried along.
 */
export type FailureKind =
  /** Network, TLS, time-out, 5xx, a breaker that is open. */
  | 'unavailable'
  /** 429. */
  | 'throttled'
  /** 409 Conflict, a precondition or JSON Patch test that did not hold. */
  | 'conflict'
  /** 409 AlreadyExists. */
  | 'exists'
  /** 404. */
  | 'notFound'
  /** 401 and 403. */
  | 'denied'
  /** 400, 413, 422: the request itself is wrong. */
  | 'rejected'
  /** Version, licence, something that is not the server we know. */
  | 'unsupported'
  /** We are stopping. */
  | 'aborted';

export type FailureSystem = 'Kubernetes' | 'Elasticsearch';

export interface FailureDetails {
  readonly kind: FailureKind;
  readonly system: FailureSystem;
  /** What was tried, in our words: `create API key`, `patch Secret`. */
  readonly operation: string;
  /** A short stable code: `HTTP 403`, `ECONNREFUSED`, `CERT_HAS_EXPIRED`. */
  readonly code: string;
  /** One sentence for a user, in our words; empty where kind and code say it all. */
  readonly detail?: string;
  /** The server's own wish, milliseconds. */
  readonly retryAfterMs?: number;
  /** True where the server may have done what was asked although no answer came. */
  readonly outcomeUnknown?: boolean;
}

/** The one error that ports throw. Its message is safe to log and to show. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly kind: FailureKind;
  readonly system: FailureSystem;
  readonly operation: string;
  readonly code: string;
  readonly detail: string;
  readonly retryAfterMs: number | undefined;
  readonly outcomeUnknown: boolean;

  constructor(details: FailureDetails) {
    super(`${details.system}: ${details.operation}: ${details.detail ?? details.code}`);
    this.kind = details.kind;
    this.system = details.system;
    this.operation = details.operation;
    this.code = details.code;
    this.detail = details.detail ?? '';
    this.retryAfterMs = details.retryAfterMs;
    this.outcomeUnknown = details.outcomeUnknown ?? false;
  }
}
