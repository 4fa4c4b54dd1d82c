import { describe, expect, test } from 'vitest';
import { aBeatApiKey } from '../../test/builders/beat-api-key.ts';
import type { BeatApiKeyStatus } from '../api/types.ts';
import { hindrance, progressOf, requestPatch } from './request.ts';

const lastTransitionTime = '2026-01-01T00:00:00Z';
const conditions = (ready: string, reason: string, ...others: readonly ('Reconciling' | 'Stalled')[]) => [
  { type: 'Ready' as const, status: ready as 'True', reason, message: 'words', lastTransitionTime },
  ...others.map((type) => ({ type, status: 'True' as const, reason, message: 'words', lastTransitionTime })),
];
const before = aBeatApiKey({ status: { observedGeneration: 1, keyID: 'key-1' } });
const now = (status: BeatApiKeyStatus) => aBeatApiKey({ metadata: { generation: 2 }, status });
const retiring = [{ keyID: 'key-1', since: lastTransitionTime, waitingFor: 'Deployment/a 0 of 1 pods' }];
const ready = conditions('True', 'KeyReady');

describe('A request', () => {
  test.for<readonly [string, BeatApiKeyStatus, 'done' | 'failed' | 'waiting', string]>([
    ['that was not seen', { observedGeneration: 1, conditions: ready }, 'waiting', 'has not seen it yet'],
    [
      'in work',
      { observedGeneration: 2, conditions: conditions('True', 'Rotating', 'Reconciling') },
      'waiting',
      'Rotating',
    ],
    [
      'that cannot be done',
      { observedGeneration: 2, conditions: conditions('False', 'PolicyViolation', 'Stalled') },
      'failed',
      'PolicyViolation: words',
    ],
    [
      'of a suspended object',
      { observedGeneration: 2, conditions: conditions('True', 'Suspended') },
      'failed',
      'Suspended',
    ],
    [
      'that is done',
      { observedGeneration: 2, conditions: ready, handledRequest: 'now', keyID: 'key-2', retiring },
      'done',
      'key key-2 has taken the place of key-1, which works until it is invalidated: Deployment/a 0 of 1 pods',
    ],
    [
      'that is done, and the old key gone',
      { observedGeneration: 2, conditions: ready, handledRequest: 'now', keyID: 'key-2' },
      'done',
      'key key-2 has taken the place of key-1, which is invalidated',
    ],
    [
      'that was done before',
      { observedGeneration: 2, conditions: ready, handledRequest: 'now', keyID: 'key-1' },
      'done',
      'the key is key-1',
    ],
  ])('%s', ([, status, state, words]) => {
    expect(progressOf(before, now(status), 'rotate', 'now')).toEqual({
      state,
      message: expect.stringContaining(words) as string,
    });
  });

  test('to revoke is not done while the old key is there', () => {
    const status = { observedGeneration: 2, conditions: ready, handledRevokeRequest: 'leak', keyID: 'key-2' };
    expect(progressOf(before, now({ ...status, retiring }), 'revoke', 'leak').state).toBe('waiting');
    expect(progressOf(before, now(status), 'revoke', 'leak').state).toBe('done');
    expect(progressOf(before, now(status), 'rotate', 'leak').state).toBe('waiting');
  });

  test('of an object that is gone has failed', () => {
    expect(progressOf(before, undefined, 'rotate', 'now').state).toBe('failed');
    expect(progressOf(before, aBeatApiKey({ metadata: { uid: 'uid-2' } }), 'rotate', 'now').state).toBe('failed');
  });

  test('touches one field of this very object', () => {
    const metadata = { uid: 'uid-1' };
    expect(requestPatch(before, 'rotate', 'now')).toEqual({ metadata, spec: { rotation: { request: 'now' } } });
    expect(requestPatch(before, 'revoke', 'leak')).toEqual({ metadata, spec: { rotation: { revokeRequest: 'leak' } } });
  });
});

test('nothing is done for an object that is suspended or leaving', () => {
  expect(hindrance(before)).toBeUndefined();
  expect(hindrance(aBeatApiKey({ spec: { suspend: true } }))).toContain('spec.suspend');
  expect(hindrance(aBeatApiKey({ metadata: { deletionTimestamp: lastTransitionTime } }))).toBe('is being deleted');
});
