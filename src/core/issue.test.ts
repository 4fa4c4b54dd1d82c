import { describe, expect, test } from 'vitest';
import { aBeatApiKey, INSTALLATION } from '../../test/builders/beat-api-key.ts';
import { aConnectionView } from '../../test/builders/connection-view.ts';
import { desiredOf } from '../../test/builders/journal.ts';
import { aKeyRecord } from '../../test/builders/key-record.ts';
import { anObserved, NOW, type ObservedOptions } from '../../test/builders/observed.ts';
import type { IssueKey, Plan } from './actions.ts';
import { planIssue } from './issue.ts';
import { SUPERSEDED_LIMIT, SUPERSEDED_MOST, type Superseded } from './journal.ts';
import type { IssueReason } from './key-record.ts';
import { MINT_BUDGET } from './mint-budget.ts';
import { known } from './reading.ts';

const HOUR = 3_600_000;
const looked = { object: true, secret: true } as const;

function planned(reason: IssueReason, options: ObservedOptions = {}): Plan {
  const observed = anObserved({ close: looked, ...options });
  if (observed.connection.state !== 'ready') throw new TypeError('the connection must be ready');
  const { contact, terms } = observed.connection;
  return planIssue(observed, desiredOf(observed.object), contact, terms, reason, NOW);
}
function issued(reason: IssueReason, options: ObservedOptions = {}): IssueKey {
  const [action] = planned(reason, options).actions;
  if (action?.type !== 'issueKey') throw new TypeError('a key must be issued');
  return action;
}
const superseded = (reason: IssueReason, options: ObservedOptions = {}): readonly Superseded[] =>
  issued(reason, options).journal.superseded;

test('the request carries the spec and the mark of this installation and object', () => {
  const object = aBeatApiKey({
    metadata: { generation: 7 },
    spec: { expiration: '30d', metadata: { team: 'net' }, rotation: { request: 'r', revokeRequest: 'v' } },
  });
  const { request, write, journal, secret } = issued('FirstIssue', { object, secret: 'absent' });
  const { roleDescriptors, fingerprint } = desiredOf(object);
  expect(request).toEqual({
    name: 'logging/packetbeat',
    roleDescriptors,
    userMetadata: { team: 'net' },
    expiration: '30d',
    mark: {
      installation: INSTALLATION,
      namespace: 'logging',
      name: 'packetbeat',
      uid: 'uid-1',
      fingerprint,
      reason: 'FirstIssue',
      generation: '7',
    },
  });
  expect(secret).toBeUndefined();
  expect(write).toMatchObject({ name: 'packetbeat', owner: { name: 'packetbeat', uid: 'uid-1' } });
  expect(journal).toMatchObject({
    keyName: 'logging/packetbeat',
    owner: { username: 'beatkeys', realm: 'native1' },
    clusterUUID: 'cluster-1',
    requestedExpiration: '30d',
    fingerprint,
    reason: 'FirstIssue',
    handledRequest: 'r',
    handledRevokeRequest: 'v',
  });
});

test('a Secret that is there is switched under the version that was seen', () => {
  expect(issued('Requested').secret).toMatchObject({ uid: 'secret-uid-1', resourceVersion: '10' });
});

describe('of the key that is replaced', () => {
  const later = { since: NOW, notBefore: NOW + HOUR };
  const waiting = [{ id: 'key-0', since: 5, notBefore: NOW + 9 }];
  const foreign = aConnectionView({ contact: { owner: { username: 'other', realm: 'native1' } } });
  const beatkeys = { username: 'beatkeys', realm: 'native1' };

  test.for<readonly [string, IssueReason, ObservedOptions, readonly Superseded[]]>([
    ['nothing is to be noted at the first issue', 'FirstIssue', { secret: 'absent', inventory: [] }, []],
    ['the overlap is noted on a request', 'Requested', {}, [{ id: 'key-1', ...later }]],
    [
      'the overlap is noted as the spec has it',
      'Requested',
      { object: aBeatApiKey({ spec: { rotation: { overlap: '5m' } } }) },
      [{ id: 'key-1', since: NOW, notBefore: NOW + 300_000 }],
    ],
    [
      'the end is now where it is revoked',
      'RevokeRequested',
      {},
      [{ id: 'key-1', since: NOW, notBefore: NOW, atOnce: true }],
    ],
    ['nothing is noted where it is dead', 'KeyInvalid', { inventory: [aKeyRecord({ invalidated: true })] }, []],
    ['nothing is noted where it is in another cluster', 'ClusterChanged', { journal: { superseded: waiting } }, []],
    [
      'the owner is noted where that is another user',
      'OwnerChanged',
      { connection: foreign, inventory: [] },
      [{ id: 'key-1', ...later, owner: beatkeys }],
    ],
    [
      "the owner is Elasticsearch's word, not the journal's",
      'OwnerChanged',
      { connection: foreign, inventory: [aKeyRecord({ owner: { username: 'other', realm: 'native1' } })] },
      [{ id: 'key-1', ...later }],
    ],
    [
      'and those that wait, an earlier user is noted',
      'OwnerChanged',
      { connection: foreign, inventory: [], journal: { superseded: waiting } },
      [
        { ...waiting[0]!, owner: beatkeys },
        { id: 'key-1', ...later, owner: beatkeys },
      ],
    ],
    [
      'those that wait go on waiting',
      'Requested',
      { journal: { superseded: waiting } },
      [...waiting, { id: 'key-1', ...later }],
    ],
    [
      'those that wait go where the renewal could not wait',
      'Expiring',
      { journal: { superseded: waiting } },
      [
        { ...waiting[0]!, notBefore: NOW, atOnce: true },
        { id: 'key-1', ...later },
      ],
    ],
    [
      'those that wait go where it is revoked',
      'RevokeRequested',
      { journal: { superseded: waiting } },
      [
        { ...waiting[0]!, notBefore: NOW, atOnce: true },
        { id: 'key-1', since: NOW, notBefore: NOW, atOnce: true },
      ],
    ],
    [
      'the overlap is noted where it has expired, although no other waits any longer',
      'Expiring',
      { inventory: [], journal: { expires: NOW } },
      [{ id: 'key-1', ...later }],
    ],
    [
      'every living key is noted where the journal is lost',
      'SecretMissing',
      {
        secret: 'absent',
        inventory: [aKeyRecord(), aKeyRecord({ id: 'key-2' }), aKeyRecord({ id: 'key-3', invalidated: true })],
      },
      [
        { id: 'key-1', ...later },
        { id: 'key-2', ...later },
      ],
    ],
    [
      'one that the journal does not name is noted too',
      'Requested',
      { inventory: [aKeyRecord(), aKeyRecord({ id: 'key-2' })] },
      [
        { id: 'key-2', ...later },
        { id: 'key-1', ...later },
      ],
    ],
  ])('%s', ([, reason, options, expected]) => {
    expect(superseded(reason, options)).toEqual(expected);
  });

  test('the oldest of many go at once', () => {
    const many = Array.from({ length: 20 }, (_, at) => ({ id: `old-${at}`, since: at, notBefore: NOW + HOUR }));
    const all = superseded('Requested', { journal: { superseded: many } });
    expect(all.map(({ notBefore }) => notBefore <= NOW)).toEqual(
      all.map((_, at) => at < all.length - SUPERSEDED_LIMIT),
    );
  });

  test('no more are noted than can be read back', () => {
    const keys = Array.from({ length: 200 }, (_, at) => aKeyRecord({ id: `stray-${at}` }));
    const all = superseded('Requested', { inventory: keys });
    expect(all).toHaveLength(SUPERSEDED_MOST);
    expect(all.at(-1)?.id).toBe('key-1');
  });
});

describe('a key waits for a list of those that an earlier attempt may have made', () => {
  const leadingSince = NOW - 60_000;
  const barrier = leadingSince + 2_000;
  const at = (begunAt: number): ObservedOptions => ({
    operator: { leadingSince },
    inventory: { begunAt, keys: [] },
    secret: 'absent',
  });

  test.for<readonly [string, ObservedOptions, number | undefined]>([
    ['where there is none', { ...at(0), inventory: 'none' }, barrier],
    ['where it was begun before this process led for the visibility delay', at(barrier - 1), barrier],
    ['but not where it was begun then', at(barrier), undefined],
    ['where an attempt is not settled', { ...at(barrier), unsettledSince: NOW - 10_000 }, NOW - 8_000],
    ['but not where nothing can have been made before', { ...at(0), inventory: 'none', claimedNow: true }, undefined],
    ['but not before it is sure that the Secret is gone', { ...at(0), inventory: 'none', close: {} }, undefined],
  ])('%s', ([, options, since]) => {
    const plan = planned('FirstIssue', options);
    expect(plan.needsInventorySince).toBe(since);
    expect(plan.actions).toHaveLength(since === undefined ? 1 : 0);
    expect(plan.verdict.reason).toBe(since === undefined ? 'Issuing' : 'WaitingForInventory');
  });

  test('and a revocation for one that shows every key made before', () => {
    const changed = NOW - 59_000;
    expect(planned('RevokeRequested', { journal: { changed } })).toMatchObject({
      actions: [],
      needsInventorySince: changed + 2_000,
    });
    expect(planned('Requested', { journal: { changed } }).actions).toHaveLength(1);
  });
});

describe('with the budget of unplanned keys used up', () => {
  const MINUTE = 60_000;
  const spent = Array.from({ length: MINT_BUDGET }, (_, at) =>
    aKeyRecord({
      id: `spent-${at}`,
      creation: NOW - (at + 10) * MINUTE,
      invalidated: true,
      mark: { reason: 'KeyInvalid' },
    }),
  );
  const looked = { object: true, secret: true, keyLives: known(false), valuesIntact: known(false) } as const;
  const inventory = [aKeyRecord({ invalidated: true }), ...spent];
  const room = NOW - (MINT_BUDGET + 9) * MINUTE + HOUR;

  test.for(['KeyInvalid', 'SecretAltered', 'SecretMissing', 'FirstIssue'] as const)('none is made for %s', (reason) => {
    const plan = planned(reason, { inventory, close: looked });
    expect(plan).toMatchObject({ actions: [], due: room, verdict: { state: 'stalled', reason: 'MintBudgetExceeded' } });
    expect(plan.verdict.message).toContain('(KeyInvalid 5)');
    expect(plan.verdict.message).toContain(new Date(room).toISOString());
  });

  test.for(['Requested', 'RevokeRequested', 'Expiring', 'ClusterChanged'] as const)('one is made for %s', (reason) => {
    expect(planned(reason, { inventory, close: looked }).actions).toMatchObject([{ type: 'issueKey', reason }]);
  });

  test('keys that were replaced before are retired all the same, and before that is due', () => {
    const superseded = [{ id: 'key-0', since: 0, notBefore: NOW }];
    expect(planned('KeyInvalid', { inventory, close: looked, journal: { superseded } }).actions).toMatchObject([
      { type: 'invalidateKeys', keys: [{ id: 'key-0' }] },
    ]);
    const later = [{ id: 'key-0', since: 0, notBefore: NOW + MINUTE }];
    const waits = { inventory, close: looked, journal: { superseded: later } };
    expect(planned('KeyInvalid', waits)).toMatchObject({ actions: [], due: NOW + MINUTE });
  });

  test('whether a key is needed at all is asked first', () => {
    expect(planned('KeyInvalid', { inventory }).actions).toMatchObject([{ type: 'issueKey', reason: 'KeyInvalid' }]);
  });

  test('only a list of keys that shows the last one made tells that', () => {
    const mintedAt = NOW - 60_000;
    const plan = planned('KeyInvalid', { inventory: [], close: looked, mintedAt });
    expect(plan).toMatchObject({ actions: [], needsInventorySince: mintedAt + 2_000 });
    expect(planned('Requested', { inventory: [], close: looked, mintedAt }).actions).toHaveLength(1);
    expect(planned('KeyInvalid', { inventory: [], close: looked, mintedAt: mintedAt - 2_000 }).actions).toHaveLength(1);
  });
});

test.for([
  ['FirstIssue', 'Issuing'],
  ['SecretMissing', 'Rotating'],
  ['Expiring', 'Rotating'],
] as const)('while a key is made for %s, the object is %s', ([reason, verdict]) => {
  expect(planned(reason).verdict).toMatchObject({ state: 'working', reason: verdict });
});
