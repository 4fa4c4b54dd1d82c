import { describe, expect, test } from 'vitest';
import { aBeatApiKey } from '../../test/builders/beat-api-key.ts';
import { aConnectionView } from '../../test/builders/connection-view.ts';
import { aKeyRecord } from '../../test/builders/key-record.ts';
import { anObserved, NOW, type ObservedOptions } from '../../test/builders/observed.ts';
import { aConsumer, aWorkload } from '../../test/builders/workload.ts';
import type { BeatApiKey, BeatApiKeyStatus } from '../api/types.ts';
import { desire } from './desired.ts';
import { plan } from './plan.ts';
import { known } from './reading.ts';
import { statusOf } from './status.ts';
import { deleting, stalled, working, type Verdict } from './verdict.ts';

const READY: Verdict = { state: 'ready', reason: 'KeyReady', message: 'key key-1 is in Secret packetbeat' };
const SUSPENDED: Verdict = { state: 'suspended', reason: 'Suspended', message: 'spec.suspend is true' };
const DOWN = working('Unavailable', 'the cluster is down');

const status = (verdict: Verdict, options: ObservedOptions = {}, now = NOW): BeatApiKeyStatus => {
  const observed = anObserved(options);
  return statusOf(observed, desire(observed.object), verdict, now);
};
/** Ready, Reconciling, Stalled. */
const conditions = ({ conditions: all = [] }: BeatApiKeyStatus): string =>
  all.map(({ status: text }) => text).join(' ');
const readyBefore = aBeatApiKey({ status: status(READY) });
const suspendedObject = (before?: BeatApiKeyStatus): BeatApiKey =>
  aBeatApiKey({ spec: { suspend: true }, ...(before === undefined ? {} : { status: before }) });

describe('Ready, Reconciling and Stalled are', () => {
  const none: ObservedOptions = { secret: 'absent', inventory: [] };
  test.for<readonly [string, string, Verdict, ObservedOptions]>([
    ['True False False', 'with a key that is as the spec asks', READY, {}],
    ['False True False', 'while the first key is made', working('Issuing', ''), none],
    ['False True False', 'without a key while the cluster is down', DOWN, none],
    ['True True False', 'with a good key while its successor is made', working('Rotating', ''), {}],
    ['True True False', 'with a good key while it is changed', working('Updating', ''), {}],
    ['True True False', 'with a good key while the cluster is down', DOWN, {}],
    ['False True False', 'with a key that expired while the cluster is down', DOWN, { journal: { expires: NOW } }],
    [
      'False True False',
      'with a key that Elasticsearch calls dead',
      working('Rotating', ''),
      { close: { keyLives: known(false) } },
    ],
    [
      'False True False',
      'with values that are not the key',
      working('Rotating', ''),
      { close: { valuesIntact: known(false) } },
    ],
    ['False False True', 'with a good key and a spec that is refused', stalled('PolicyViolation', ''), {}],
    [
      'False False True',
      'without a key where a person is needed',
      stalled('SecretConflict', ''),
      { secret: 'foreign' },
    ],
    [
      'True False False',
      'while an old key waits for its time',
      READY,
      { journal: { superseded: [{ id: 'key-0', since: 0, notBefore: NOW + 1 }] } },
    ],
    [
      'True False False',
      'as they were where it was ready and is suspended',
      SUSPENDED,
      { object: suspendedObject(status(READY)) },
    ],
    [
      'False False False',
      'as they were where it was not ready and is suspended',
      SUSPENDED,
      { object: suspendedObject() },
    ],
    ['False True False', 'while it is deleted', deleting('DeletionBlocked', ''), {}],
  ])('%s %s', ([expected, , verdict, options]) => {
    const { conditions: all = [], ...rest } = status(verdict, options);
    expect(all.map(({ type }) => type)).toEqual(['Ready', 'Reconciling', 'Stalled']);
    expect(conditions({ ...rest, conditions: all })).toBe(expected);
    for (const { reason, observedGeneration } of all) {
      expect(reason).toBe(verdict.reason);
      expect(observedGeneration).toBe(1);
    }
  });
});

test('a refusal says that the old key still works, where it does', () => {
  const [ready, reconciling, isStalled] = status(stalled('InvalidSpec', 'spec.x is wrong')).conditions ?? [];
  expect(ready?.message).toBe('spec.x is wrong; the key in the Secret keeps working');
  expect(isStalled?.message).toBe(ready?.message);
  expect(reconciling?.message).toBe('');
  const without = status(stalled('InvalidSpec', 'spec.x is wrong'), { secret: 'absent' });
  expect(without.conditions?.[0]?.message).toBe('spec.x is wrong');
});

test('everything that a user asks about the key is there', () => {
  const object = aBeatApiKey({
    metadata: { generation: 4 },
    spec: { expiration: '30d', rotation: { overlap: '90m', request: 'r', revokeRequest: 'v' } },
  });
  const superseded = [{ id: 'key-0', since: NOW - 5_000, notBefore: NOW + 5_000 }];
  expect(status(READY, { object, journal: { reason: 'Requested', superseded } })).toMatchObject({
    observedGeneration: 4,
    keyID: 'key-1',
    keyOwner: { username: 'beatkeys', realm: 'native1' },
    secretName: 'packetbeat',
    creationTime: '2026-01-01T00:00:00Z',
    expirationTime: '2026-01-31T00:00:00Z',
    renewalTime: expect.stringMatching(/^2026-01-(19|20|21)T/) as string,
    overlap: '90m',
    lastRotation: { time: '2026-01-01T00:00:00Z', reason: 'Requested' },
    handledRequest: 'r',
    handledRevokeRequest: 'v',
    retiring: [
      {
        keyID: 'key-0',
        since: '2026-01-01T01:59:55Z',
        notBefore: '2026-01-01T02:00:05Z',
        waitingFor: 'overlap until 2026-01-01T02:00:05Z',
      },
    ],
    connection: { clusterUUID: 'cluster-1', version: '9.5.3' },
  });
});

test('the first key is no rotation', () => {
  expect(status(READY)).not.toHaveProperty('lastRotation');
});

test('a replaced key that this user cannot invalidate waits for one who can', () => {
  const owner = { username: 'before', realm: 'native1' };
  const journal = { superseded: [{ id: 'key-0', since: 0, notBefore: NOW + 1, owner }] };
  const waitingFor = (options: ObservedOptions): string | undefined =>
    status(READY, { journal, ...options }).retiring?.[0]?.waitingFor;
  expect(waitingFor({})).toBe('user before, or one with manage_api_key');
  expect(waitingFor({ object: aBeatApiKey({ spec: { suspend: true } }) })).toBe('the end of spec.suspend');
  expect(waitingFor({ connection: aConnectionView({ contact: { manageApiKey: true } }) })).toMatch(/^overlap until/);
});

describe('what a replaced key waits for is', () => {
  const superseded = [{ id: 'key-0', since: NOW - 60_000, notBefore: NOW }];
  const inventory = [aKeyRecord(), aKeyRecord({ id: 'key-0' })];
  const behind = [aConsumer({ workload: aWorkload({ updated: 1, heldBy: 'OnDelete' }) })];
  test.for<readonly [string, ObservedOptions, string]>([
    [
      'its consumers',
      { consumers: behind },
      'DaemonSet/packetbeat 1 of 3 pods, whose pods are replaced when someone deletes them (OnDelete)',
    ],
    [
      'its consumers also while the cluster is down',
      { consumers: behind, connection: { state: 'waiting', reason: 'Unavailable', message: '' } },
      'DaemonSet/packetbeat 1 of 3 pods, whose pods are replaced when someone deletes them (OnDelete)',
    ],
    ['Elasticsearch, where it is to go now', {}, 'Elasticsearch'],
  ])('%s', ([, options, waitingFor]) => {
    expect(status(READY, { inventory, journal: { superseded }, ...options }).retiring).toMatchObject([
      { keyID: 'key-0', waitingFor },
    ]);
  });
});

test('missing privileges are listed while they are the trouble, and no longer', () => {
  const close = { missingPrivileges: known(Array.from({ length: 20 }, (_, at) => `p${at}`)) };
  expect(status(stalled('PrivilegesMissing', ''), { close }).missingPrivileges).toHaveLength(16);
  expect(status(READY, { close })).not.toHaveProperty('missingPrivileges');
});

test('what the cluster said last stays while it is down', () => {
  const connection = { state: 'waiting', reason: 'Unavailable', message: '' } as const;
  expect(status(DOWN, { object: readyBefore, connection }).connection).toEqual({
    clusterUUID: 'cluster-1',
    version: '9.5.3',
  });
  expect(status(DOWN, { connection })).not.toHaveProperty('connection');
});

describe('from one status to the next', () => {
  test('nothing changes where nothing changed, however much later', () => {
    const observed = anObserved({ object: readyBefore });
    const desired = desire(observed.object);
    const { verdict } = plan(observed, desired, NOW + 86_400_000);
    expect(statusOf(observed, desired, verdict, NOW + 86_400_000)).toEqual(readyBefore.status);
  });

  test('only the conditions that change move their time', () => {
    const later = NOW + 60_000;
    const times = status(DOWN, { object: readyBefore }, later).conditions?.map(
      ({ lastTransitionTime }) => lastTransitionTime,
    );
    expect(times).toEqual(['2026-01-01T02:00:00Z', '2026-01-01T02:01:00Z', '2026-01-01T02:00:00Z']);
  });
});
