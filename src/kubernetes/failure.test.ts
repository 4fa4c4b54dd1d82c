import { describe, expect, test } from 'vitest';
import { Failure } from '../core/failure.ts';
import {
  AnswerTooLarge,
  type Attempt,
  CallTimeout,
  CredentialUnreadable,
  failureOfAnswer,
  failureOfError,
  saysGone,
} from './failure.ts';

const PATCH: Attempt = { operation: 'patch Secret', verb: 'patch', resource: 'secrets', namespace: 'logging' };
const GET: Attempt = { ...PATCH, operation: 'get Secret', verb: 'get' };
const WATCH: Attempt = { operation: 'watch BeatApiKeys', verb: 'watch', resource: 'beatapikeys.beatkeys.dev' };
const CREATE: Attempt = { ...PATCH, operation: 'create Secret', verb: 'create' };

const SERVER_TEXT = 'text-of-the-server';
const status = (reason: string, details: object = {}, message = SERVER_TEXT) => ({
  kind: 'Status',
  reason,
  message,
  details,
});
const failing = (properties: object): Error => Object.assign(new Error(SERVER_TEXT), properties);

describe('an error answer', () => {
  test.each([
    ['a name that is taken', CREATE, 409, status('AlreadyExists'), { kind: 'exists' }],
    ['another version', PATCH, 409, status('Conflict'), { kind: 'conflict', code: 'HTTP 409' }],
    ['a JSON Patch that does not fit', PATCH, 422, status('Invalid'), { kind: 'conflict' }],
    [
      'another uid',
      PATCH,
      422,
      status('Invalid', { causes: [{ field: 'metadata.uid', reason: 'FieldValueInvalid' }] }),
      { kind: 'conflict' },
    ],
    [
      'a Secret that somebody made immutable',
      PATCH,
      422,
      status('Invalid', { causes: [{ field: 'data', reason: 'FieldValueForbidden' }] }),
      { kind: 'rejected', code: 'Immutable', detail: 'the Secret is immutable; delete it, and it is made anew' },
    ],
    [
      'an object that is not valid',
      CREATE,
      422,
      status('Invalid', { causes: [{ field: 'data[api_key]' }, { field: 'metadata.labels' }, { field: '<x>' }] }),
      { kind: 'rejected', detail: 'the API server finds not valid: data, metadata.labels, the object' },
    ],
    [
      'a right that is missing',
      PATCH,
      403,
      status('Forbidden'),
      { kind: 'denied', detail: 'the operator lacks the right to patch secrets in namespace logging' },
    ],
    [
      'a right that is missing everywhere',
      WATCH,
      403,
      status('Forbidden'),
      { detail: 'the operator lacks the right to watch beatapikeys.beatkeys.dev in the whole cluster' },
    ],
    [
      'a quota',
      CREATE,
      403,
      status('Forbidden', {}, 'secrets "x" is forbidden: exceeded quota: q, requested: count/secrets=1'),
      { kind: 'denied', code: 'QuotaExceeded', detail: 'the namespace quota does not allow another Secret' },
    ],
    [
      'a namespace that is being deleted',
      CREATE,
      403,
      status('Forbidden', { causes: [{ reason: 'NamespaceTerminating', field: 'metadata.namespace' }] }),
      { kind: 'denied', code: 'NamespaceTerminating' },
    ],
    ['a credential that is not accepted', GET, 401, status('Unauthorized'), { kind: 'denied', code: 'HTTP 401' }],
    ['an object that is gone', PATCH, 404, status('NotFound', { name: 'x' }), { kind: 'notFound' }],
    [
      'a resource that is not known',
      WATCH,
      404,
      undefined,
      {
        kind: 'unsupported',
        detail: 'the API server does not know beatapikeys.beatkeys.dev: is its CustomResourceDefinition installed?',
      },
    ],
    ['a version that is gone', WATCH, 410, status('Expired'), { kind: 'conflict', code: 'Expired' }],
    [
      'a version that is not there yet',
      WATCH,
      504,
      status('Timeout', { causes: [{ reason: 'ResourceVersionTooLarge' }] }),
      { kind: 'conflict', code: 'Expired' },
    ],
    ['a body that is too large', CREATE, 413, undefined, { kind: 'rejected', outcomeUnknown: false }],
    ['a form that is not spoken', GET, 406, undefined, { kind: 'unsupported' }],
    ['an overload of a write', PATCH, 503, undefined, { kind: 'unavailable', outcomeUnknown: true }],
    ['an overload of a read', GET, 503, undefined, { kind: 'unavailable', outcomeUnknown: false }],
  ])('for %s is told apart', (_, attempt, code, body, expected) => {
    const failure = failureOfAnswer(attempt, code, body);
    expect(failure).toMatchObject(expected);
    expect(JSON.stringify(failure) + failure.message).not.toContain(SERVER_TEXT);
  });

  test("for too many requests carries the server's wish", () => {
    expect(failureOfAnswer(GET, 429, undefined, 3_000)).toMatchObject({ kind: 'throttled', retryAfterMs: 3_000 });
  });
});

describe('an error of the network', () => {
  test.each([
    ['a refused connection', failing({ code: 'ECONNREFUSED', syscall: 'connect' }), 'ECONNREFUSED', false],
    ['a name without address', failing({ code: 'ENOTFOUND', syscall: 'getaddrinfo' }), 'ENOTFOUND', false],
    [
      'several refused connections',
      Object.assign(new AggregateError([failing({ code: 'ECONNREFUSED', syscall: 'connect' })]), {}),
      'ECONNREFUSED',
      false,
    ],
    ['a certificate that is over', failing({ code: 'CERT_HAS_EXPIRED' }), 'CERT_HAS_EXPIRED', false],
    [
      'a connection that was never made',
      failing({ code: 'UND_ERR_CONNECT_TIMEOUT' }),
      'UND_ERR_CONNECT_TIMEOUT',
      false,
    ],
    ['a reset', failing({ code: 'ECONNRESET', syscall: 'read' }), 'ECONNRESET', true],
    ['a socket that closed', failing({ code: 'UND_ERR_SOCKET' }), 'UND_ERR_SOCKET', true],
    ['no answer in time', new CallTimeout(), 'Timeout', true],
    ['a credential that cannot be read', new CredentialUnreadable(), 'CredentialUnreadable', false],
    ['a code that is no constant', failing({ code: SERVER_TEXT }), 'NetworkError', true],
    ['something else', SERVER_TEXT, 'NetworkError', true],
  ])('%s says whether a write may have been done', (_, error, code, outcomeUnknown) => {
    const failure = failureOfError(PATCH, error);
    expect(failure).toMatchObject({ kind: 'unavailable', code, outcomeUnknown });
    expect(failure.message).not.toContain(SERVER_TEXT);
    expect(failureOfError(GET, error).outcomeUnknown).toBe(false);
  });

  test('an answer that is too large is not one that we know', () => {
    expect(failureOfError(GET, new AnswerTooLarge())).toMatchObject({ kind: 'unsupported', code: 'AnswerTooLarge' });
  });

  test('whatever happens after our own abort is the abort', () => {
    const signal = AbortSignal.abort();
    expect(failureOfError(PATCH, failing({ code: 'ECONNRESET' }), signal)).toMatchObject({ kind: 'aborted' });
  });

  test('a failure stays what it is', () => {
    const failure = new Failure({ kind: 'conflict', system: 'Kubernetes', operation: 'x', code: 'y' });
    expect(failureOfError(PATCH, failure)).toBe(failure);
  });
});

test('an object is gone only when the server says so of this very name', () => {
  expect(saysGone(status('NotFound', { name: 'x' }), 'x')).toBe(true);
  expect(saysGone(status('NotFound', { name: 'namespace' }), 'x')).toBe(false);
  expect(saysGone(undefined, 'x')).toBe(false);
});
