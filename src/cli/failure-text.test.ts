import { expect, test } from 'vitest';
import { Failure } from '../core/failure.ts';
import { type Attempt, failureOfAnswer, failureOfError } from '../kubernetes/failure.ts';
import { callerText, isForbidden } from './failure-text.ts';

const attempt: Attempt = { operation: 'get Secret', verb: 'get', resource: 'secrets', namespace: 'logging' };

test.for([
  [403, 'you lack the right to get secrets in namespace logging'],
  [401, 'the API server does not accept your credential'],
  [500, 'Kubernetes does not answer (get Secret: HTTP 500)'],
] as const)('what the adapter of Kubernetes says of %s is said to the caller', ([status, words]) => {
  expect(callerText(failureOfAnswer(attempt, status, undefined))).toBe(words);
});

test('a network that is down is said with its code', () => {
  const refused = Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
  expect(callerText(failureOfError(attempt, refused))).toBe('Kubernetes does not answer (get Secret: ECONNREFUSED)');
});

test.for<readonly [string, string]>([
  ["Elasticsearch does not accept the operator's user name and password", 'accept this user name and password'],
  ["The operator's user lacks the cluster privilege monitor", 'The user lacks the cluster privilege monitor'],
  ["Elasticsearch denies this to the operator's user", 'denies this to the user'],
])('%s', ([detail, words]) => {
  const failure = new Failure({ kind: 'denied', system: 'Elasticsearch', operation: 'x', code: 'HTTP 403', detail });
  expect(callerText(failure)).toContain(words);
});

test('a credential that is not accepted is no missing right', () => {
  expect(isForbidden(failureOfAnswer(attempt, 403, undefined))).toBe(true);
  expect(isForbidden(failureOfAnswer(attempt, 401, undefined))).toBe(false);
  expect(isForbidden(new Error('no'))).toBe(false);
});
