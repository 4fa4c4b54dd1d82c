import { describe, expect, test } from 'vitest';
import { aBeatApiKey } from '../../test/builders/beat-api-key.ts';
import { aKeyRecord } from '../../test/builders/key-record.ts';
import { anObserved, NOW } from '../../test/builders/observed.ts';
import { aJournal } from '../../test/builders/journal.ts';
import { aSecret } from '../../test/builders/secret.ts';
import { aWorkload } from '../../test/builders/workload.ts';
import type { BeatApiKey } from '../api/types.ts';
import { desire } from './desired.ts';
import { eventOfLongWait, eventsOf } from './events.ts';
import type { Effect } from './fold.ts';
import type { IssueReason } from './key-record.ts';
import type { SecretMetadata } from './secret.ts';
import { statusOf } from './status.ts';
import { deleting, stalled, working, type Verdict } from './verdict.ts';

const READY: Verdict = { state: 'ready', reason: 'KeyReady', message: 'well' };
const after = (verdict: Verdict): BeatApiKey => {
  const observed = anObserved();
  return aBeatApiKey({ status: statusOf(observed, desire(observed.object), verdict, NOW) });
};
const secret = aSecret();
const key = aKeyRecord();
const object = aBeatApiKey();

describe('an event tells of', () => {
  test.for<readonly [string, Effect, string | undefined, string]>([
    [
      'a first key',
      { type: 'keyIssued', reason: 'FirstIssue', secret, key },
      'KeyIssued',
      'key key-1 was made and stored in Secret packetbeat',
    ],
    [
      'a rotation',
      { type: 'keyIssued', reason: 'Expiring', secret, key },
      'KeyRotated',
      'key key-1 was made and stored in Secret packetbeat (Expiring)',
    ],
    ['a change in place', { type: 'keyUpdated', secret, key }, 'KeyUpdated', 'key key-1 was changed in place'],
    [
      'a rewritten Secret',
      { type: 'secretWritten', secret },
      'SecretUpdated',
      'Secret packetbeat was rewritten around the same key',
    ],
    [
      'invalidated keys',
      { type: 'keysInvalidated', ids: ['a', 'b', 'dead before'], invalidated: ['a', 'b'] },
      'KeyInvalidated',
      'invalidated: a, b',
    ],
    ['nothing where no key was alive', { type: 'keysInvalidated', ids: ['a'], invalidated: [] }, undefined, ''],
    [
      'abandoned keys',
      { type: 'released', object, abandoned: ['a'] },
      'KeysAbandoned',
      'left alive, as beatkeys.dev/abandon-keys asks: a',
    ],
    ['nothing where none is abandoned', { type: 'released', object, abandoned: [] }, undefined, ''],
    [
      'consumers that were restarted',
      { type: 'consumersRestarted', keyID: 'key-2', workloads: [aWorkload(), aWorkload({ name: 'b' })], refused: [] },
      'ConsumersRestarted',
      'restarted to take up key key-2: DaemonSet/packetbeat, DaemonSet/b',
    ],
    [
      'nothing where Kubernetes refused every restart',
      { type: 'consumersRestarted', keyID: 'key-2', workloads: [], refused: [] },
      undefined,
      '',
    ],
    ['nothing where the object is claimed', { type: 'claimed', object }, undefined, ''],
    ['nothing where the Secret goes with its object', { type: 'secretRemoved' }, undefined, ''],
  ])('%s', ([, effect, reason, note]) => {
    const events = eventsOf(object, [effect], working('Issuing', ''));
    expect(events.map((event) => [event.reason, event.note])).toEqual(reason === undefined ? [] : [[reason, note]]);
  });
});

describe('that replaced keys go although consumers may use them is told', () => {
  const forced = { id: 'key-0', since: 0, notBefore: 0, atOnce: true } as const;
  const waiting = { id: 'key-x', since: 0, notBefore: 0 };
  const switched = aSecret({ journal: aJournal({ superseded: [forced, waiting] }) });
  const consumers = [{ kind: 'DaemonSet', name: 'packetbeat' }] as const;
  const told = (reason: IssueReason, given: BeatApiKey, to = switched): readonly string[] =>
    eventsOf(given, [{ type: 'keyIssued', reason, secret: to, key }], READY)
      .filter((event) => event.reason === 'RetirementForced')
      .map(({ type, note }) => `${type}: ${note}`);
  const named = aBeatApiKey({ spec: { consumers } });

  test('by their ids', () => {
    expect(told('Expiring', named)).toEqual([
      'Warning: invalidated although consumers may use them still, since the key after them had to be replaced: key-0',
    ]);
  });

  test.for<readonly [string, IssueReason, BeatApiKey, SecretMetadata]>([
    ['where they were revoked', 'RevokeRequested', named, switched],
    ['where there are no consumers', 'Expiring', object, switched],
    ['where all go on waiting', 'Expiring', named, aSecret({ journal: aJournal({ superseded: [waiting] }) })],
    ['at the first issue', 'FirstIssue', named, switched],
  ])('not %s', ([, reason, given, to]) => {
    expect(told(reason, given, to)).toEqual([]);
  });
});

test('a long wait is told with what is waited for', () => {
  expect(eventOfLongWait({ id: 'key-0', wait: 'DaemonSet/packetbeat 1 of 3 pods' })).toMatchObject({
    type: 'Warning',
    reason: 'RetirementWaiting',
    note: 'key key-0 was replaced and still works, waiting for DaemonSet/packetbeat 1 of 3 pods',
  });
});

describe('of how the object stands, an event tells', () => {
  const invalid = stalled('InvalidSpec', 'spec.x is wrong');
  const blocked = deleting('DeletionBlocked', 'it does not answer');
  test.for<readonly [string, BeatApiKey, Verdict, readonly string[]]>([
    ['that a person is needed', after(READY), invalid, ['Stalled']],
    ['that a person is needed from the beginning', object, invalid, ['Stalled']],
    ['not again what it told before', after(invalid), invalid, []],
    ['that another thing is to be mended now', after(invalid), stalled('InvalidSpec', 'spec.y is wrong'), ['Stalled']],
    ['that it is mended', after(invalid), READY, ['Recovered']],
    ['nothing where all was well before', after(READY), READY, []],
    ['nothing of work that goes on', after(READY), working('Rotating', ''), []],
    ['that the deletion is blocked', after(READY), blocked, ['DeletionBlocked']],
    ['not again that the deletion is blocked', after(blocked), blocked, []],
  ])('%s', ([, before, verdict, reasons]) => {
    expect(eventsOf(before, [], verdict).map(({ reason }) => reason)).toEqual(reasons);
  });
});
