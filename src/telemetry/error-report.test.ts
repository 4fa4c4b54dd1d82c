import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { Failure } from '../core/failure.ts';
import { reportError } from './error-report.ts';

const planted = 'text-of-a-server';
const text = (value: unknown): string => JSON.stringify(value);
class RefusedError extends Error {
  readonly code: unknown;
  constructor(message: string, code: unknown, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

describe('the report of an error', () => {
  test('shows every field of a failure, since they are our own words', () => {
    const failure = new Failure({
      kind: 'throttled',
      system: 'Elasticsearch',
      operation: 'create API key',
      code: 'HTTP 429',
      detail: 'The cluster asks us to wait.',
      retryAfterMs: 1_500,
      outcomeUnknown: true,
    });
    expect(reportError(failure)).toEqual({
      type: 'Failure',
      message: 'Elasticsearch: create API key: The cluster asks us to wait.',
      kind: 'throttled',
      system: 'Elasticsearch',
      operation: 'create API key',
      code: 'HTTP 429',
      detail: 'The cluster asks us to wait.',
      retryAfterMs: 1_500,
      outcomeUnknown: true,
    });
  });

  test('leaves out what a failure does not say', () => {
    const failure = new Failure({ kind: 'unavailable', system: 'Kubernetes', operation: 'list', code: 'ECONNRESET' });
    expect(Object.keys(reportError(failure))).toEqual(['type', 'message', 'kind', 'system', 'operation', 'code']);
  });

  test('shows nothing that somebody hung on a failure', () => {
    const failure = new Failure({ kind: 'rejected', system: 'Kubernetes', operation: 'patch', code: 'HTTP 422' });
    Object.assign(failure, { body: planted, cause: new Error(planted) });
    expect(text(reportError(failure))).not.toContain(planted);
  });

  test('shows type, code and places of any other error, and not its message', () => {
    const report = reportError(new RefusedError(planted, 'ECONNREFUSED'));
    expect(report).toMatchObject({ type: 'RefusedError', code: 'ECONNREFUSED' });
    expect(report.stack_trace).toMatch(/^at .*error-report\.test\.ts:\d+:\d+\)?/);
    expect(text(report)).not.toContain(planted);
  });

  test.each([
    ['a message of many lines', `first\n${planted}\nlast`],
    ['a message that looks like a frame', `first\n    at ${planted} (/app/server.js:1:1)`],
    ['an empty message', ''],
  ])('keeps back %s', (_, message) => {
    const report = reportError(new Error(message));
    expect(text(report)).not.toContain(planted);
    expect(report.stack_trace).toContain('error-report.test.ts');
  });

  test('keeps back the old message in the stack of an error whose message was changed', () => {
    const error = new Error(planted);
    error.message = 'changed';
    expect(text(reportError(error))).not.toContain(planted);
  });

  test.each([[planted.repeat(9)], ['has spaces'], [{ code: planted }], [null]])(
    'keeps back a code such as %j',
    (code) => {
      expect(reportError(new RefusedError('refused', code))).not.toHaveProperty('code');
    },
  );

  test('takes the type from the class, not from a name that was set', () => {
    const error = new Error('refused');
    error.name = planted;
    expect(reportError(error).type).toBe('Error');
    expect(text(reportError(error))).not.toContain(planted);
  });

  test('follows causes and the errors of an AggregateError, to a depth', () => {
    const cause = new RefusedError(planted, 'ECONNRESET', {
      cause: new AggregateError([new TypeError(planted)], planted),
    });
    const report = reportError(new Error(planted, { cause }));
    expect(report.cause).toMatchObject({
      type: 'RefusedError',
      code: 'ECONNRESET',
      cause: { type: 'AggregateError', errors: [{ type: 'TypeError' }] },
    });
    expect(text(report)).not.toContain(planted);
    const endless = new Error('refused');
    endless.cause = endless;
    expect(text(reportError(endless)).match(/cause/g)).toHaveLength(3);
  });

  test.each([
    ['string', planted],
    ['object', { message: planted }],
    ['undefined', undefined],
  ])('of a thrown %s tells only that', (type, thrown) => {
    expect(reportError(thrown)).toEqual({ type });
  });

  test.prop([fc.string({ minLength: 12 }).map((end) => `${planted}${end}`)])('never repeats a message', (message) => {
    expect(text(reportError(new RangeError(message)))).not.toContain(planted);
  });
});
