import { describe, expect, test } from 'vitest';
import { anElasticsearchConnection } from '../../test/builders/elasticsearch-connection.ts';
import { checkConnection, checkDeployment, checkLeader, checkText, failed, ok } from './check.ts';
import type { OperatorView } from './operator-view.ts';

const now = Date.UTC(2026, 0, 1);
const lease = (spec: object) => ({ metadata: { name: 'beatkeys', uid: 'u', resourceVersion: '1' }, spec });

describe('A leader', () => {
  test.for([
    ['there is no Lease', undefined, 'failed', 'no operator was here'],
    ['nobody holds it', lease({ holderIdentity: '' }), 'failed', 'nobody holds'],
    [
      'who is alive',
      lease({ holderIdentity: 'one', renewTime: '2025-12-31T23:59:46.000000Z', leaseDurationSeconds: 15 }),
      'ok',
      'one holds Lease beatkeys-system/beatkeys, renewed 2025-12-31T23:59:46Z',
    ],
    [
      'who is not heard of',
      lease({ holderIdentity: 'one', renewTime: '2025-12-31T23:59:45.000000Z', leaseDurationSeconds: 15 }),
      'failed',
      'longer ago than the 15 s',
    ],
    ['who says nothing', lease({ holderIdentity: 'one' }), 'failed', 'does not say since when'],
  ] as const)('%s', ([, given, state, words]) => {
    const check = checkLeader('beatkeys-system', 'beatkeys', given, now);
    expect({ state: check.state, says: check.message.includes(words) || check.message }).toEqual({ state, says: true });
  });
});

test('a Deployment is right when all of its pods are available', () => {
  const view: OperatorView = {
    ...{ name: 'beatkeys', image: 'beatkeys:1', version: '1', wanted: 2, available: 2, user: 'u', settings: {} },
  };
  const state = (options: Partial<OperatorView>) => checkDeployment('beatkeys-system', { ...view, ...options }).state;
  expect([state({}), state({ available: 1 }), state({ wanted: 0, available: 0 })]).toEqual(['ok', 'failed', 'failed']);
  expect(checkDeployment('beatkeys-system', undefined).state).toBe('skipped');
});

test('a connection is right when it is ready as it is now', () => {
  const at = { lastTransitionTime: '2026-01-01T00:00:00Z', message: 'words' };
  const state = (status: 'True' | 'False', observedGeneration = 1) =>
    checkConnection(
      anElasticsearchConnection(
        {},
        { observedGeneration, conditions: [{ type: 'Ready', status, reason: 'Connected', ...at }] },
      ),
    ).state;
  expect([state('True'), state('False'), state('True', 0)]).toEqual(['ok', 'failed', 'failed']);
  expect(checkConnection(anElasticsearchConnection()).state).toBe('failed');
});

test('what failed says what to do', () => {
  expect(checkText([ok('kinds', 'are served'), failed('leader', 'nobody leads', 'look')]).split('\n')).toEqual([
    'STATE    CHECK    WHAT',
    'ok       kinds    are served',
    'failed   leader   nobody leads',
    '                  do: look',
    '',
  ]);
});
