import { describe, expect, test } from 'vitest';
import { aBeatApiKey } from '../../test/builders/beat-api-key.ts';
import { aConnectionView } from '../../test/builders/connection-view.ts';
import { desiredOf } from '../../test/builders/journal.ts';
import { aKeyRecord } from '../../test/builders/key-record.ts';
import { anObserved, NOW, type ObservedOptions } from '../../test/builders/observed.ts';
import { aConsumer, aWorkload, KEY_ANNOTATION } from '../../test/builders/workload.ts';
import type { Action, Plan } from './actions.ts';
import { housekeeping, planFoundKeys } from './housekeeping.ts';
import { SUPERSEDED_MOST, type Journal } from './journal.ts';
import { known } from './reading.ts';

const HOUR = 3_600_000;
const other = { username: 'other', realm: 'native1' };
const mighty = aConnectionView({ contact: { manageApiKey: true } });

describe('of the replaced keys', () => {
  const over = { id: 'over', since: 1, notBefore: NOW };
  const later = { id: 'later', since: 2, notBefore: NOW + 9 };
  const latest = { id: 'latest', since: 2, notBefore: NOW + 99 };
  const retire = (options: ObservedOptions): Pick<Plan, 'actions' | 'due'> => housekeeping(anObserved(options), NOW);

  test('those whose time is over are invalidated, the others wait', () => {
    expect(retire({ journal: { superseded: [over, later, latest] } })).toMatchObject({
      actions: [
        {
          type: 'invalidateKeys',
          cause: 'retired',
          keys: [{ id: 'over', since: 1 }],
          remember: { secret: { resourceVersion: '10' }, superseded: [later, latest] },
        },
      ],
      due: NOW + 9,
    });
  });

  test.for<readonly [string, ObservedOptions, readonly string[], number | undefined]>([
    ['none is there', {}, [], undefined],
    ['all wait', { journal: { superseded: [latest, later] } }, [], NOW + 9],
    ['one is of another user', { journal: { superseded: [{ ...over, owner: other }] } }, [], undefined],
    [
      'one is of another user, and this one may',
      { connection: mighty, journal: { superseded: [{ ...over, owner: other }] } },
      ['over'],
      undefined,
    ],
    ['all are of the user before this one', { journal: { owner: other, superseded: [over] } }, [], undefined],
    ['one is the key in the Secret', { journal: { superseded: [{ ...over, id: 'key-1' }] } }, [], undefined],
    [
      'the connection is down',
      { connection: { state: 'waiting', reason: 'Unavailable', message: '' }, journal: { superseded: [over] } },
      [],
      undefined,
    ],
    ['the Secret is not ours', { secret: 'foreign' }, [], undefined],
  ])('%s', ([, options, ids, due]) => {
    const { actions, due: actual } = retire(options);
    expect(
      actions.flatMap((action) => (action.type === 'invalidateKeys' ? action.keys.map(({ id }) => id) : [])),
    ).toEqual(ids);
    expect(actual).toBe(due);
  });
});

describe('where a consumer is to be restarted', () => {
  const consumer = { kind: 'Deployment', namespace: 'logging', name: 'packetbeat', restart: true } as const;
  const workload = { ...consumer, uid: 'w-1', observed: true, desired: 1, updated: 1, available: 1, keyIDs: {} };
  const consumers = [{ consumer, workload: known(workload) }];
  const replaced = { id: 'replaced', since: 1, notBefore: NOW };
  const leaked = { id: 'leaked', since: 1, notBefore: NOW, atOnce: true } as const;
  const due = (superseded: Journal['superseded']): readonly Action[] =>
    housekeeping(anObserved({ consumers, journal: { reason: 'Requested', superseded }, inventory: 'none' }), NOW)
      .actions;

  test('that comes before a key goes that is waited for', () => {
    expect(due([replaced])).toMatchObject([{ type: 'restartConsumers', keyID: 'key-1' }]);
  });

  test('a leaked key goes before, and alone', () => {
    const [action, ...rest] = due([replaced, leaked]);
    expect(action).toMatchObject({
      type: 'invalidateKeys',
      keys: [{ id: 'leaked' }],
      remember: { superseded: [replaced] },
    });
    expect(action).not.toHaveProperty('awaited');
    expect(rest).toEqual([]);
  });
});

describe('with consumers', () => {
  const key = { id: 'key-0', since: NOW - 2 * HOUR, notBefore: NOW };
  const journal = { reason: 'Requested', superseded: [key] };
  const inventory = [aKeyRecord(), aKeyRecord({ id: 'key-0' })];
  const done = aWorkload({ keyIDs: { [KEY_ANNOTATION]: 'key-1' } });
  const keep = (options: ObservedOptions): Pick<Plan, 'actions' | 'due'> =>
    housekeeping(anObserved({ journal, inventory, ...options }), NOW);

  test('these are moved on to the current key before anything goes', () => {
    const workload = aWorkload();
    expect(keep({ consumers: [aConsumer({ workload }), aConsumer({ workload: done })] })).toEqual({
      actions: [{ type: 'restartConsumers', workloads: [workload], annotation: KEY_ANNOTATION, keyID: 'key-1' }],
    });
  });

  test('they are moved on also where no key waits for that', () => {
    const consumers = [aConsumer()];
    expect(keep({ consumers, journal: { reason: 'KeyInvalid' } }).actions).toMatchObject([
      { type: 'restartConsumers' },
    ]);
  });

  test('a key goes once they are looked at and have moved on', () => {
    expect(keep({ consumers: [aConsumer({ workload: done })] }).actions).toMatchObject([
      { type: 'invalidateKeys', keys: [{ id: 'key-0' }], awaited: true },
    ]);
  });

  test('a key that waits for them is looked at an hour later, to say so', () => {
    const consumers = [aConsumer({ workload: { ...done, updated: 1 } })];
    expect(keep({ consumers })).toEqual({ actions: [], due: NOW + HOUR });
  });

  test.for<readonly [string, ObservedOptions]>([
    ['is revoked', { journal: { ...journal, superseded: [{ ...key, atOnce: true }] } }],
    ['is dead', { inventory: [aKeyRecord()] }],
    ['has none', { consumers: [] }],
  ])('nobody is waited for, nor looked at, where the key %s', ([, options]) => {
    const consumers = [aConsumer({ workload: { ...done, updated: 1 } })];
    const [action] = keep({ consumers, ...options }).actions;
    expect(action).toMatchObject({ type: 'invalidateKeys', keys: [{ id: 'key-0' }] });
    expect(action).not.toHaveProperty('awaited');
  });
});

describe('a living key that the journal does not name', () => {
  const created = Date.UTC(2026, 0, 1);
  const younger = aKeyRecord({ id: 'stray', creation: created + 1 });
  const older = aKeyRecord({ id: 'stray', creation: created - 1 });
  const found = (options: ObservedOptions): Plan | undefined => {
    const observed = anObserved(options);
    if (observed.connection.state !== 'ready') throw new TypeError('the connection must be ready');
    return planFoundKeys(observed, desiredOf(observed.object), observed.connection.contact, NOW);
  };

  test('never reached the Secret where it is the younger one, and goes', () => {
    expect(found({ inventory: [aKeyRecord(), younger] })?.actions).toMatchObject([
      {
        type: 'invalidateKeys',
        cause: 'halfMade',
        keys: [{ id: 'stray', since: created + 1 }],
        remember: { superseded: [] },
      },
    ]);
  });

  test('was replaced without record where it is the older one, and is noted with overlap', () => {
    expect(found({ inventory: [aKeyRecord(), older] })?.actions).toMatchObject([
      {
        type: 'rewriteSecret',
        journal: { keyID: 'key-1', superseded: [{ id: 'stray', since: NOW, notBefore: NOW + HOUR }] },
        render: false,
      },
    ]);
  });

  test("is judged by the server's clock where the server lists the Secret's key", () => {
    const skewed = { created: created + HOUR };
    expect(found({ inventory: [aKeyRecord(), younger], journal: skewed })?.actions[0]).toMatchObject({
      cause: 'halfMade',
    });
    expect(found({ inventory: [younger], journal: skewed })?.actions[0]).toMatchObject({ type: 'rewriteSecret' });
  });

  test('is noted with its owner where only another user can invalidate it', () => {
    const plan = found({ inventory: [aKeyRecord(), { ...younger, owner: other }] });
    expect(plan?.actions[0]).toMatchObject({
      type: 'rewriteSecret',
      journal: { superseded: [{ id: 'stray', owner: other }] },
    });
  });

  test('waits for its turn where the journal is full', () => {
    const waiting = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ id: `w${at}`, since: 0, notBefore: NOW + 1 }));
    expect(
      found({ inventory: [aKeyRecord(), older], journal: { superseded: waiting(SUPERSEDED_MOST) } }),
    ).toBeUndefined();
    const room = found({
      inventory: [aKeyRecord(), older, { ...older, id: 'second' }],
      journal: { superseded: waiting(SUPERSEDED_MOST - 1) },
    });
    expect(room?.actions).toMatchObject([{ journal: { superseded: { length: SUPERSEDED_MOST } } }]);
  });

  const begunAt = NOW - 60_000;
  test.for<readonly [string, ObservedOptions]>([
    ['is dead', { inventory: [aKeyRecord(), { ...younger, invalidated: true }] }],
    ['has expired', { inventory: [aKeyRecord(), { ...younger, expiration: NOW }] }],
    [
      'is named as replaced',
      { inventory: [aKeyRecord(), younger], journal: { superseded: [{ id: 'stray', since: 0, notBefore: NOW + 1 }] } },
    ],
    ['may still be stored by an attempt', { inventory: [aKeyRecord(), { ...younger, creation: begunAt - 29_999 }] }],
    [
      'is in a list that was begun before this process led for long enough',
      { inventory: [aKeyRecord(), younger], operator: { leadingSince: begunAt } },
    ],
    [
      'is in a list that was begun before an attempt was settled',
      { inventory: [aKeyRecord(), younger], unsettledSince: begunAt },
    ],
    [
      'is in a list that is older than the last retirement',
      { inventory: [aKeyRecord(), older], journal: { changed: begunAt - 2_000 } },
    ],
    ['has no journal to be compared with', { secret: 'absent', inventory: [younger] }],
  ])('is left alone where it %s', ([, options]) => {
    expect(found(options)).toBeUndefined();
  });

  test('is retired with the overlap that the spec has', () => {
    const object = aBeatApiKey({ spec: { rotation: { overlap: '0s' } } });
    const [key] = anObserved({ object }).inventory?.keys ?? [];
    const plan = found({ object, inventory: [...(key === undefined ? [] : [key]), older] });
    expect(plan?.actions[0]).toMatchObject({ journal: { superseded: [{ notBefore: NOW }] } });
  });
});
