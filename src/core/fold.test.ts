import { describe, expect, test } from 'vitest';
import { aBeatApiKey } from '../../test/builders/beat-api-key.ts';
import { aJournal } from '../../test/builders/journal.ts';
import { aKeyRecord } from '../../test/builders/key-record.ts';
import { anObserved } from '../../test/builders/observed.ts';
import { aSecret } from '../../test/builders/secret.ts';
import { aConsumer, aPod, aWorkload } from '../../test/builders/workload.ts';
import type { ConsumerView } from './consumers.ts';
import { Failure } from './failure.ts';
import { fold, ours } from './fold.ts';
import { journalOf } from './observed.ts';
import { known } from './reading.ts';

const doubts = { object: true, secret: true, keyLives: known(false), valuesIntact: known(false) } as const;

test('after a claim the object is known first-hand, and nothing can have been made before', () => {
  const object = aBeatApiKey({ metadata: { resourceVersion: '2' } });
  const folded = fold(anObserved({ object: aBeatApiKey({ claimed: false }) }), { type: 'claimed', object });
  expect(folded).toMatchObject({ object, claimedNow: true, close: { object: true } });
});

test.for(['keyIssued', 'keyUpdated'] as const)('after %s Secret, journal and list show the new key', (type) => {
  const key = aKeyRecord({ id: 'key-2' });
  const secret = aSecret({ journal: aJournal({ keyID: 'key-2' }), resourceVersion: '11' });
  const folded = fold(anObserved({ close: doubts }), { type, reason: 'Requested', secret, key });
  expect(journalOf(folded)?.keyID).toBe('key-2');
  expect(folded.inventory?.keys.map(({ id }) => id)).toEqual(['key-1', 'key-2']);
  // What was found of the former key says nothing about this one.
  expect(folded.close).toEqual({ object: true, secret: true });
});

describe('of consumers', () => {
  const failure = new Failure({ kind: 'denied', system: 'Kubernetes', operation: 'patch DaemonSet', code: 'HTTP 403' });
  const [first, second] = [aConsumer({ pods: [aPod()] }), aConsumer({ pods: [aPod()] })].map((view, at) => ({
    ...view,
    consumer: { ...view.consumer, name: `beat-${at}` },
  })) as [ConsumerView, ConsumerView];
  const before = anObserved({ consumers: [first, second], close: { consumers: true } });

  test('a new key makes their pods worth another look', () => {
    const folded = fold(before, { type: 'keyIssued', reason: 'Requested', secret: aSecret(), key: aKeyRecord() });
    expect(folded.consumers?.map(({ pods }) => pods)).toEqual([undefined, undefined]);
    expect(folded.consumers?.map(({ workload }) => workload)).toEqual([first.workload, second.workload]);
    expect(folded.close).not.toHaveProperty('consumers');
  });

  test.for(['keyUpdated', 'secretWritten'] as const)('%s leaves what is known of their pods', (type) => {
    const folded = fold(before, { type, secret: aSecret(), key: aKeyRecord() });
    expect([folded.consumers, folded.close.consumers]).toEqual([before.consumers, true]);
  });

  test('those that were restarted are as Kubernetes answered, those that were not say why', () => {
    const restarted = aWorkload({ name: 'beat-0', observed: false });
    const folded = fold(before, {
      type: 'consumersRestarted',
      keyID: 'key-1',
      workloads: [restarted],
      refused: [{ place: second.consumer, failure }],
    });
    expect(folded.consumers).toEqual([
      { ...first, workload: known(restarted) },
      { ...second, refusal: failure },
    ]);
  });

  test('one of that name in another namespace, or of another kind, is another one', () => {
    const workloads = [
      aWorkload({ name: 'beat-0', namespace: 'other' }),
      aWorkload({ name: 'beat-0', kind: 'Deployment' }),
    ];
    const folded = fold(before, { type: 'consumersRestarted', keyID: 'key-1', workloads, refused: [] });
    expect(folded.consumers).toEqual(before.consumers);
  });
});

test('a changed key stands in the list once', () => {
  const key = aKeyRecord({ contentDigest: 'changed' });
  const folded = fold(anObserved(), { type: 'keyUpdated', secret: aSecret(), key });
  expect(folded.inventory?.keys).toEqual([key]);
});

test('without a list there is none afterwards either', () => {
  const folded = fold(anObserved({ inventory: 'none' }), { type: 'keyUpdated', secret: aSecret(), key: aKeyRecord() });
  expect(folded.inventory).toBeUndefined();
});

test('after a rewrite the Secret is the one that was answered', () => {
  const secret = aSecret({ resourceVersion: '11' });
  expect(fold(anObserved(), { type: 'secretWritten', secret }).secret).toEqual(known(ours(secret)));
});

test('invalidated keys are gone, and dead in the list', () => {
  const folded = fold(anObserved({ gone: ['before'] }), {
    type: 'keysInvalidated',
    ids: ['key-1'],
    invalidated: ['key-1'],
  });
  expect(folded.gone).toEqual(['before', 'key-1']);
  expect(folded.inventory?.keys).toMatchObject([{ id: 'key-1', invalidated: true }]);
});

test('invalidated keys are forgotten where the journal was written', () => {
  const secret = aSecret({ journal: aJournal({ superseded: [] }), resourceVersion: '11' });
  const before = anObserved({ journal: { superseded: [{ id: 'key-0', since: 0, notBefore: 0 }] } });
  expect(
    journalOf(fold(before, { type: 'keysInvalidated', ids: ['key-0'], invalidated: [], secret }))?.superseded,
  ).toEqual([]);
});

test('a removed Secret is absent, a released object is as it was answered', () => {
  expect(fold(anObserved(), { type: 'secretRemoved' }).secret).toEqual(known({ state: 'absent' }));
  const object = aBeatApiKey({ claimed: false });
  expect(fold(anObserved(), { type: 'released', object, abandoned: [] }).object).toBe(object);
});

test('a Secret without a journal that can be read is ours all the same', () => {
  expect(ours(aSecret({ journal: null }))).toEqual({ state: 'ours', metadata: aSecret({ journal: null }) });
});
