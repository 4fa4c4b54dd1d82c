import { describe, expect, test } from 'vitest';
import { aBeatApiKey, INSTALLATION, type BeatApiKeyOptions } from '../../test/builders/beat-api-key.ts';
import { aConnectionView } from '../../test/builders/connection-view.ts';
import { aKeyRecord } from '../../test/builders/key-record.ts';
import { anObserved, NOW, type ObservedOptions } from '../../test/builders/observed.ts';
import { aSecret } from '../../test/builders/secret.ts';
import { ANNOTATIONS, FINALIZER } from '../api/names.ts';
import type { BeatApiKey } from '../api/types.ts';
import type { Plan } from './actions.ts';
import { planDeletion } from './deletion.ts';
import { Failure } from './failure.ts';
import { unknown } from './reading.ts';

const deletionTimestamp = '2026-01-01T01:00:00Z';
const leaving = ({ metadata, ...rest }: BeatApiKeyOptions = {}): BeatApiKey =>
  aBeatApiKey({ metadata: { deletionTimestamp, ...metadata }, ...rest });
const planned = ({ object = leaving(), ...options }: ObservedOptions = {}): Plan =>
  planDeletion(anObserved({ object, ...options }), NOW);
const annotated = (annotations: Record<string, string>) =>
  leaving({ metadata: { annotations: { [ANNOTATIONS.installation]: INSTALLATION, ...annotations } } });

const other = { username: 'other', realm: 'native1' };
const down = { state: 'waiting', reason: 'Unavailable', message: 'it does not answer' } as const;
const dead = aKeyRecord({ invalidated: true });
const retained = leaving({ spec: { deletionPolicy: 'Retain' } });
const unreadable = unknown(
  new Failure({ kind: 'denied', system: 'Kubernetes', operation: 'read Secret', code: 'HTTP 403' }),
);

test('every key of the object is invalidated, the one in the Secret, the replaced and the found', () => {
  const superseded = [{ id: 'key-0', since: 7, notBefore: NOW * 2 }];
  const plan = planned({
    journal: { superseded },
    inventory: [aKeyRecord(), aKeyRecord({ id: 'stray', creation: 9 }), aKeyRecord({ id: 'gone', invalidated: true })],
  });
  expect(plan.actions).toEqual([
    {
      type: 'invalidateKeys',
      cause: 'deleted',
      keys: [
        { id: 'key-1', since: Date.UTC(2026, 0, 1) },
        { id: 'stray', since: 9 },
        { id: 'key-0', since: 7 },
      ],
    },
  ]);
  expect(plan.verdict).toMatchObject({ state: 'deleting', reason: 'Deleting' });
});

describe('the finalizer goes', () => {
  test.for<readonly [string, ObservedOptions]>([
    ['when all keys are dead', { inventory: [dead] }],
    ['when all keys were invalidated in this pass', { gone: ['key-1'] }],
    ['when there was never a key', { secret: 'absent', inventory: [] }],
    ['when the name is taken by a foreign Secret', { secret: 'foreign', inventory: [] }],
    ['at once where key and Secret are retained', { object: retained, secret: aSecret({ object: retained }) }],
    [
      'at once where they are retained and the cluster is down',
      { object: retained, secret: aSecret({ object: retained }), connection: down },
    ],
    [
      'at once where the keys are abandoned',
      { object: annotated({ [ANNOTATIONS.abandonKeys]: 'true' }), connection: down },
    ],
    [
      'at once where the keys are abandoned and the Secret cannot be read',
      { object: annotated({ [ANNOTATIONS.abandonKeys]: 'true' }), secret: unreadable },
    ],
  ])('%s', ([, options]) => {
    expect(planned(options).actions).toEqual([{ type: 'release' }]);
  });
});

describe('before the finalizer goes', () => {
  test('a Secret without owner reference is removed', () => {
    const secret = aSecret({ object: aBeatApiKey({ spec: { deletionPolicy: 'Retain' } }) });
    expect(planned({ secret, inventory: [dead] }).actions).toEqual([{ type: 'removeSecret', secret }]);
  });

  test('a Secret that is retained loses its owner reference', () => {
    const secret = aSecret({ journal: null });
    expect(planned({ object: retained, secret, connection: down }).actions).toEqual([{ type: 'disownSecret', secret }]);
  });

  test('the list of keys is waited for', () => {
    expect(planned({ inventory: 'none' })).toMatchObject({ actions: [], needsInventorySince: NOW - 3_600_000 + 2_000 });
  });

  test('a list begun after the deletion is waited for where the journal is gone', () => {
    const since = Date.parse(deletionTimestamp) + 3_000;
    expect(planned({ secret: 'absent', inventory: { begunAt: since - 1, keys: [] } })).toMatchObject({
      actions: [],
      needsInventorySince: since,
    });
    expect(planned({ secret: 'absent', inventory: { begunAt: since, keys: [aKeyRecord()] } }).actions[0]).toMatchObject(
      { keys: [{ id: 'key-1' }] },
    );
  });

  test('a list begun after an attempt that is not settled is waited for', () => {
    expect(planned({ unsettledSince: NOW })).toMatchObject({ actions: [], needsInventorySince: NOW + 2_000 });
  });
});

describe('nothing is done', () => {
  test.for<readonly [string, ObservedOptions]>([
    ['without our finalizer', { object: leaving({ claimed: false }) }],
    ['for another installation', { object: annotated({ [ANNOTATIONS.installation]: 'another' }) }],
  ])('%s', ([, options]) => {
    expect(planned(options)).toEqual({
      actions: [],
      verdict: { state: 'deleting', reason: 'Deleting', message: 'nothing is left to invalidate' },
    });
  });

  test('while the Secret cannot be read', () => {
    for (const object of [leaving(), retained]) {
      expect(planned({ object, secret: unreadable })).toMatchObject({
        actions: [],
        verdict: { state: 'deleting', reason: 'Deleting' },
      });
    }
  });
});

describe('the deletion is blocked, and says how a person can end that', () => {
  test.for<readonly [string, ObservedOptions, string]>([
    ['where the connection is gone', { connection: { state: 'absent' } }, 'does not exist'],
    ['where the cluster is down', { connection: down }, 'it does not answer'],
    ['where a key is of another user', { journal: { owner: other }, inventory: [] }, 'another user'],
    [
      'where the spec says nothing at all',
      {
        object: { ...leaving(), spec: null as unknown as BeatApiKey['spec'] },
        secret: aSecret(),
        inventory: [],
        connection: { state: 'absent' },
      },
      'does not exist',
    ],
  ])('%s', ([, options, why]) => {
    const { actions, verdict } = planned(options);
    expect(actions).toEqual([]);
    expect(verdict.reason).toBe('DeletionBlocked');
    expect(verdict.message).toContain('(key-1)');
    expect(verdict.message).toContain(why);
    expect(verdict.message).toContain('beatkeys.dev/abandon-keys: "true"');
  });

  test('but the keys that this user can invalidate go all the same', () => {
    const superseded = [{ id: 'key-0', since: 7, notBefore: 7, owner: other }];
    expect(planned({ journal: { superseded } }).actions).toMatchObject([{ keys: [{ id: 'key-1' }] }]);
    const after = planned({ journal: { superseded }, gone: ['key-1'] });
    expect(after).toMatchObject({
      actions: [],
      needsInventorySince: NOW + 2_000,
      verdict: { reason: 'DeletionBlocked' },
    });
    // From then on nothing is asked of Elasticsearch any more.
    expect(planned({ journal: { superseded }, inventory: [] })).toEqual({ actions: [], verdict: after.verdict });
  });

  test('unless this user manages all keys', () => {
    const connection = aConnectionView({ contact: { manageApiKey: true } });
    expect(planned({ journal: { owner: other }, connection }).actions).toMatchObject([{ keys: [{ id: 'key-1' }] }]);
  });
});

test('the finalizer of others does not count as ours', () => {
  const object = leaving({ metadata: { finalizers: [`${FINALIZER}-other`] } });
  expect(planned({ object }).actions).toEqual([]);
});
