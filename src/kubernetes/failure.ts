import { Failure, type FailureDetails } from '../core/failure.ts';
import { fieldOf } from './object.ts';

/** What was tried, so that a failure can name it. */
export interface Attempt {
  /** In our words, one of few: `patch Secret`. */
  readonly operation: string;
  /** As RBAC spells it. */
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'patch' | 'delete';
  /** As RBAC spells it, with group and subresource: `beatapikeys.beatkeys.dev/status`. */
  readonly resource: string;
  readonly namespace?: string | undefined;
}

/** The time of a call is over. */
export class CallTimeout extends Error {}
/** The answer is larger than the call allows. */
export class AnswerTooLarge extends Error {}
/** The credential of the kubeconfig or the service account could not be read. */
export class CredentialUnreadable extends Error {}

/** Code of a list or watch whose version the API server no longer has. */
export const EXPIRED = 'Expired';
/** Code of an answer that no API server would give. */
export const NOT_KUBERNETES = 'NotKubernetes';
/** Code of an answer above the limit. */
export const TOO_LARGE = 'AnswerTooLarge';

/**
 * The failure that an error answer stands for. `body` is the parsed `Status`, or whatever else came; its message is
 * looked at for one case (quota has no reason of its own) and never carried along.
 */
export function failureOfAnswer(attempt: Attempt, status: number, body: unknown, retryAfterMs?: number): Failure {
  return new Failure({
    system: 'Kubernetes',
    operation: attempt.operation,
    code: `HTTP ${status}`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...verdict(attempt, status, body),
  });
}

/** The failure behind an error of the network, of the credential, or of our own limits. */
export function failureOfError(attempt: Attempt, error: unknown, signal?: AbortSignal): Failure {
  if (error instanceof Failure) return error;
  return new Failure({
    system: 'Kubernetes',
    operation: attempt.operation,
    outcomeUnknown: writes(attempt) && !neverSent(error),
    ...(signal?.aborted === true ? { kind: 'aborted', code: 'Aborted' } : interruption(error)),
  });
}

/** True when the API server says that this very object is not there, rather than that it knows no such resource. */
export function saysGone(body: unknown, name: string): boolean {
  return fieldOf(body, 'reason') === 'NotFound' && fieldOf(fieldOf(body, 'details'), 'name') === name;
}

type Verdict = Pick<FailureDetails, 'kind'> & Partial<FailureDetails>;

const EXISTS: Verdict = { kind: 'exists', detail: 'an object of that name is there already' };
const CHANGED: Verdict = { kind: 'conflict', detail: 'the object has changed meanwhile' };

function verdict(attempt: Attempt, status: number, body: unknown): Verdict {
  switch (status) {
    case 401:
      return { kind: 'denied', detail: 'the API server does not accept the credential of the operator' };
    case 403:
      return forbidden(attempt, body);
    case 404:
      return notFound(attempt, body);
    case 405:
    case 406:
    case 415:
      return { kind: 'unsupported', detail: 'this is not the Kubernetes API that Beatkeys knows' };
    case 409:
      return fieldOf(body, 'reason') === 'AlreadyExists' ? EXISTS : CHANGED;
    case 410:
      return { kind: 'conflict', code: EXPIRED, detail: 'the version asked for is no longer kept' };
    case 422:
      return unprocessable(attempt, body);
    case 429:
      return { kind: 'throttled' };
    case 504:
      // A version from the future: the API server's memory was set back, and a list tells where it stands.
      if (causesOf(body).some((cause) => cause.reason === 'ResourceVersionTooLarge')) {
        return { kind: 'conflict', code: EXPIRED, detail: 'the version asked for is not known' };
      }
      return { kind: 'unavailable', outcomeUnknown: writes(attempt) };
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
      return { kind: 'unsupported', code: 'Redirect', detail: 'the API server answers with a redirect, not followed' };
    default:
      return status >= 500 ? { kind: 'unavailable', outcomeUnknown: writes(attempt) } : { kind: 'rejected' };
  }
}

function forbidden({ operation, verb, resource, namespace }: Attempt, body: unknown): Verdict {
  if (causesOf(body).some((cause) => cause.reason === 'NamespaceTerminating')) {
    return { kind: 'denied', code: 'NamespaceTerminating', detail: 'the namespace is being deleted' };
  }
  if (/exceeded quota/.test(textOf(fieldOf(body, 'message')))) {
    const kind = operation.split(' ').at(-1) ?? resource;
    return { kind: 'denied', code: 'QuotaExceeded', detail: `the namespace quota does not allow another ${kind}` };
  }
  const where = namespace === undefined ? 'in the whole cluster' : `in namespace ${namespace}`;
  return { kind: 'denied', detail: `the operator lacks the right to ${verb} ${resource} ${where}` };
}

/** A collection without objects is an empty list; a 404 that names no object means that the resource is unknown. */
function notFound({ verb, resource }: Attempt, body: unknown): Verdict {
  const named = fieldOf(fieldOf(body, 'details'), 'name') !== undefined;
  if (named && verb !== 'list' && verb !== 'watch') return { kind: 'notFound' };
  const detail = `the API server does not know ${resource}: is its CustomResourceDefinition installed?`;
  return { kind: 'unsupported', detail };
}

/**
 * 422 is said of three things: an object that is not valid (with causes), a JSON Patch that does not fit the object as
 * it is now (without any), and a uid that is not the object's.
 */
function unprocessable({ verb, resource }: Attempt, body: unknown): Verdict {
  const causes = causesOf(body);
  if (
    resource === 'secrets' &&
    causes.some(({ reason, field }) => reason === 'FieldValueForbidden' && field === 'data')
  ) {
    return { kind: 'rejected', code: 'Immutable', detail: 'the Secret is immutable; delete it, and it is made anew' };
  }
  const outdated = verb === 'patch' && causes.length === 0;
  if (outdated || causes.some((cause) => cause.field === 'metadata.uid')) return CHANGED;
  const fields = new Set(causes.map((cause) => /^[A-Za-z][A-Za-z.]{0,80}/.exec(cause.field)?.[0] ?? 'the object'));
  return { kind: 'rejected', detail: `the API server finds not valid: ${[...fields].slice(0, 5).join(', ')}` };
}

function causesOf(body: unknown): { reason: string; field: string }[] {
  const causes = fieldOf(fieldOf(body, 'details'), 'causes');
  if (!Array.isArray(causes)) return [];
  return causes.map((cause) => ({ reason: textOf(fieldOf(cause, 'reason')), field: textOf(fieldOf(cause, 'field')) }));
}

/** `String` would go down into lists, however deep. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function interruption(error: unknown): Verdict & { code: string } {
  if (error instanceof CallTimeout) return { kind: 'unavailable', code: 'Timeout', detail: 'no answer in time' };
  if (error instanceof AnswerTooLarge) {
    return { kind: 'unsupported', code: TOO_LARGE, detail: 'the answer is larger than expected' };
  }
  if (error instanceof CredentialUnreadable) {
    return {
      kind: 'unavailable',
      code: 'CredentialUnreadable',
      detail: 'the credential of the operator cannot be read',
    };
  }
  return { kind: 'unavailable', code: codeOf(error) };
}

/** Node's and OpenSSL's codes are closed lists of constants, safe to show; anything else is not looked into. */
function codeOf(error: unknown): string {
  const code = fieldOf(root(error), 'code');
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,50}$/.test(code) ? code : 'NetworkError';
}

/** True when no byte of the request can have reached the API server: no name, no connection, no TLS session. */
function neverSent(error: unknown): boolean {
  if (error instanceof CredentialUnreadable) return true;
  const syscall = fieldOf(root(error), 'syscall');
  return syscall === 'connect' || syscall === 'getaddrinfo' || TLS_OR_CONNECT.test(codeOf(error));
}

const TLS_OR_CONNECT = /^(UND_ERR_CONNECT_TIMEOUT|CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|EPROTO$)/;

/** Node reports an attempt on several addresses as an AggregateError. */
function root(error: unknown): unknown {
  return error instanceof AggregateError ? error.errors[0] : error;
}

function writes({ verb }: Attempt): boolean {
  return verb === 'create' || verb === 'patch' || verb === 'delete';
}
