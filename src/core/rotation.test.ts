import { describe, expect, test } from 'vitest';
import { aBeatApiKey } from '../../test/builders/beat-api-key.ts';
import { aConnectionView } from '../../test/builders/connection-view.ts';
import { aSatisfiedJournal, desiredOf } from '../../test/builders/journal.ts';
import { aKeyRecord } from '../../test/builders/key-record.ts';
import { anObserved, NOW, type ObservedOptions } from '../../test/builders/observed.ts';
import { aSecret } from '../../test/builders/secret.ts';
import type { IssueReason } from './key-record.ts';
import { known, unknown } from './reading.ts';
import { Failure } from './failure.ts';
import { renewalCannotWait, renewalTime } from './renewal.ts';
import { issueReason } from './rotation.ts';

const reasonFor = (options: ObservedOptions, now = NOW): IssueReason | undefined => {
  const observed = anObserved(options);
  if (observed.connection.state !== 'ready') throw new TypeError('the connection must be ready');
  const { contact, terms } = observed.connection;
  return issueReason(observed, desiredOf(observed.object), contact, terms, now);
};

const expiring = aBeatApiKey({ spec: { expiration: '30d' } });
const requested = aBeatApiKey({ spec: { rotation: { request: 'now' } } });
const revoked = aBeatApiKey({ spec: { rotation: { revokeRequest: 'leak' } } });
const dead = { inventory: [aKeyRecord({ invalidated: true })] };
const altered = { secret: aSecret({ ownedDataKeys: ['id', 'key', 'encoded'] }) };
const otherUser = aConnectionView({ contact: { owner: { username: 'other', realm: 'native1' } } });
const otherCluster = aConnectionView({ contact: { clusterUUID: 'cluster-2' } });
const unavailable = unknown(
  new Failure({ kind: 'unavailable', system: 'Elasticsearch', operation: 'get API key', code: 'Timeout' }),
);

describe('a new key is needed', () => {
  test.for<readonly [string, ObservedOptions, IssueReason]>([
    ['where there is no Secret yet', { secret: 'absent', inventory: [] }, 'FirstIssue'],
    ['where the Secret is gone and a key is listed', { secret: 'absent' }, 'SecretMissing'],
    [
      'where the Secret is gone and the status named a key',
      { secret: 'absent', inventory: [], object: aBeatApiKey({ status: { keyID: 'key-1' } }) },
      'SecretMissing',
    ],
    ['where the journal was damaged', { secret: aSecret({ journal: null }) }, 'SecretAltered'],
    ['for another cluster', { connection: otherCluster }, 'ClusterChanged'],
    ['for another user', { connection: otherUser }, 'OwnerChanged'],
    [
      'for a user of that name in another realm',
      { connection: aConnectionView({ contact: { owner: { username: 'beatkeys', realm: 'file' } } }) },
      'OwnerChanged',
    ],
    ['on a request to revoke', { object: revoked, journal: { handledRevokeRequest: 'other' } }, 'RevokeRequested'],
    ['on a request', { object: requested, journal: { handledRequest: 'other' } }, 'Requested'],
    ['where somebody else wrote a value', altered, 'SecretAltered'],
    [
      'where the values were read and are not the key',
      { ...altered, close: { valuesIntact: known(false) } },
      'SecretAltered',
    ],
    ['where the list of keys shows it invalidated', dead, 'KeyInvalid'],
    ['where the list of keys does not show it', { inventory: [] }, 'KeyInvalid'],
    ['where Elasticsearch says that it is dead', { ...dead, close: { keyLives: known(false) } }, 'KeyInvalid'],
    ['where it has expired', { object: expiring, journal: { expires: NOW } }, 'Expiring'],
    ['where its name changed', { journal: { keyName: 'other' } }, 'KeyNameChanged'],
    ['where it shall not expire any more', { journal: { requestedExpiration: '30d' } }, 'ExpirationChanged'],
    [
      'where the expiration changed on a server before 8.13',
      {
        object: expiring,
        journal: { requestedExpiration: '60d' },
        connection: aConnectionView({ contact: { version: '8.12.2' } }),
      },
      'ExpirationChanged',
    ],
  ])('%s', ([, options, reason]) => {
    expect(reasonFor(options)).toBe(reason);
  });
});

describe('the key in the Secret serves', () => {
  test.for<readonly [string, ObservedOptions]>([
    ['where all is as asked for', {}],
    [
      'where requests were handled',
      { object: aBeatApiKey({ spec: { rotation: { request: 'a', revokeRequest: 'b' } } }) },
    ],
    ['where a request was taken back', { journal: { handledRequest: 'a', handledRevokeRequest: 'b' } }],
    ['where values that were touched are still the key', { ...altered, close: { valuesIntact: known(true) } }],
    ['where nobody could tell whether the values are the key', { ...altered, close: { valuesIntact: unavailable } }],
    ['where the list is wrong about it', { ...dead, close: { keyLives: known(true) } }],
    ['where nobody could tell whether it lives', { ...dead, close: { keyLives: unavailable } }],
    ['where there is no list yet', { inventory: 'none' }],
    [
      'where the list is older than the key',
      { inventory: { begunAt: NOW - 60_000, keys: [] }, journal: { changed: NOW - 61_000 } },
    ],
    [
      'where the expiration changed and can be changed in place',
      { object: expiring, journal: { requestedExpiration: '60d' } },
    ],
    [
      'where a template that is still to be written lacks its data key',
      {
        object: aBeatApiKey({ spec: { secret: { template: { data: { file: 'x' } } } } }),
        journal: { template: 'before' },
        secret: aSecret({ journal: aSatisfiedJournal(aBeatApiKey()) }),
      },
    ],
  ])('%s', ([, options]) => {
    expect(reasonFor(options)).toBeUndefined();
  });
});

test('of several reasons the one is named that decides about the replaced key', () => {
  const order: readonly IssueReason[] = [
    'ClusterChanged',
    'RevokeRequested',
    'OwnerChanged',
    'SecretAltered',
    'Expiring',
    'KeyInvalid',
    'Requested',
    'KeyNameChanged',
    'ExpirationChanged',
  ];
  const object = aBeatApiKey({ spec: { keyName: 'new', rotation: { request: 'r', revokeRequest: 'v' } } });
  const every = {
    keyName: 'old',
    handledRequest: '-',
    handledRevokeRequest: '-',
    requestedExpiration: '1d',
    expires: NOW,
  };
  const secretWith = (journal: Partial<Parameters<typeof aSatisfiedJournal>[1]>, ownedDataKeys: readonly string[]) =>
    aSecret({ object, ownedDataKeys, journal: aSatisfiedJournal(object, journal) });
  const all = ['api_key', 'encoded', 'id', 'key'];
  const user = { owner: { username: 'other', realm: 'native1' } };
  const steps: readonly ObservedOptions[] = [
    { connection: aConnectionView({ contact: { ...user, clusterUUID: 'cluster-2' } }), secret: secretWith(every, []) },
    { connection: aConnectionView({ contact: user }), secret: secretWith(every, []) },
    { connection: aConnectionView({ contact: user }), secret: secretWith({ ...every, handledRevokeRequest: 'v' }, []) },
    { secret: secretWith({ ...every, handledRevokeRequest: 'v' }, []) },
    { secret: secretWith({ ...every, handledRevokeRequest: 'v' }, all) },
    { secret: secretWith({ ...every, handledRevokeRequest: 'v', expires: NOW + 1e10 }, all) },
    {
      secret: secretWith({ ...every, handledRevokeRequest: 'v', expires: NOW + 1e10 }, all),
      close: { keyLives: known(true) },
    },
    {
      secret: secretWith({ keyName: 'old', handledRevokeRequest: 'v', requestedExpiration: '1d' }, all),
      close: { keyLives: known(true) },
    },
    {
      secret: secretWith({ handledRevokeRequest: 'v', requestedExpiration: '1d' }, all),
      close: { keyLives: known(true) },
    },
  ];
  expect(steps.map((options) => reasonFor({ object, inventory: [], ...options }))).toEqual(order);
});

describe('a key that is due for its renewal', () => {
  const journal = aSatisfiedJournal(expiring);
  const renewal = renewalTime(expiring.metadata.uid, journal, desiredOf(expiring)) ?? 0;
  const cannotWait = renewalCannotWait(renewal, journal);
  const superseded = [{ id: 'key-0', since: 0, notBefore: 0 }];
  const foreign = [{ id: 'key-0', since: 0, notBefore: 0, owner: { username: 'other', realm: 'native1' } }];
  const at = { object: expiring, inventory: [aKeyRecord({ expiration: journal.expires ?? 0 })] };

  test.for<readonly [string, ObservedOptions, number, IssueReason | undefined]>([
    ['is not replaced before', at, renewal - 1, undefined],
    ['is replaced then', at, renewal, 'Expiring'],
    ['waits while another replaced key waits', { ...at, journal: { superseded } }, renewal, undefined],
    ['waits no longer than it can', { ...at, journal: { superseded } }, cannotWait, 'Expiring'],
    [
      'does not wait for a key that this user cannot invalidate',
      { ...at, journal: { superseded: foreign } },
      renewal,
      'Expiring',
    ],
    [
      'has its expiration changed first, where that is asked for',
      { ...at, journal: { requestedExpiration: '60d' } },
      renewal,
      undefined,
    ],
  ])('%s', ([, options, now, reason]) => {
    expect(reasonFor(options, now)).toBe(reason);
  });
});
