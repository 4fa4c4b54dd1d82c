import { describe, expect, test } from 'vitest';
import { Failure, type FailureKind, type FailureSystem } from './failure.ts';
import { policyOf, verdictOfFailure } from './failure-policy.ts';

const failed = (kind: FailureKind, system: FailureSystem = 'Elasticsearch', detail?: string): Failure =>
  new Failure({
    kind,
    system,
    operation: 'create API key',
    code: 'HTTP 400',
    ...(detail === undefined ? {} : { detail }),
  });

describe('after a failure of kind', () => {
  test.for<readonly [FailureKind, string, string, boolean]>([
    ['unavailable', 'backoff', 'Unavailable', true],
    ['throttled', 'backoff', 'Throttled', false],
    ['conflict', 'soon', 'Issuing', false],
    ['exists', 'soon', 'Issuing', false],
    ['notFound', 'soon', 'Issuing', false],
    ['denied', 'slow', 'Forbidden', false],
    ['rejected', 'never', 'Rejected', false],
    ['unsupported', 'slow', 'Rejected', false],
    ['aborted', 'soon', 'Issuing', false],
  ])('%s the pass comes again: %s, as %s', ([kind, retry, reason, breaker]) => {
    expect(policyOf(kind)).toMatchObject({ retry, reason, breaker });
  });
});

describe('an object whose pass failed so is', () => {
  test.for<readonly [string, string, Failure]>([
    ['working', 'Unavailable', failed('unavailable')],
    ['working', 'Throttled', failed('throttled')],
    ['stalled', 'Rejected', failed('rejected')],
    ['stalled', 'Forbidden', failed('denied', 'Kubernetes')],
    // The connection's own condition says what has to be done; its objects keep their keys.
    ['working', 'ConnectionNotReady', failed('denied')],
    ['stalled', 'Rejected', failed('unsupported')],
  ])('%s, %s', ([state, reason, failure]) => {
    expect(verdictOfFailure(failure)).toMatchObject({ state, reason });
  });
});

test('the message is our own sentence, or else the code', () => {
  expect(verdictOfFailure(failed('rejected', 'Elasticsearch', 'unknown privilege')).message).toBe(
    'Elasticsearch: create API key: unknown privilege',
  );
  expect(verdictOfFailure(failed('rejected')).message).toBe('Elasticsearch: create API key: HTTP 400');
});
