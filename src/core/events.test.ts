import { describe, expect, test } from 'vitest';
import { aBeatApiKey } from '../../test/builders/beat-api-key.ts';
import { aKeyRecord } from '../../test/builders/key-record.ts';
import { anObserved, NOW } from '../../test/builders/observed.ts';
import { aSecret } from '../../test/builders/secret.ts';
import type { BeatApiKey } from '../api/types.ts';
import { desire } from './desired.ts';
import { eventsOf } from './events.ts';
import type { Effect } from './fold.ts';
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
    ['nothing where the object is claimed', { type: 'claimed', object }, undefined, ''],
    ['nothing where the Secret goes with its object', { type: 'secretRemoved' }, undefined, ''],
  ])('%s', ([, effect, reason, note]) => {
    const events = eventsOf(object, [effect], working('Issuing', ''));
    expect(events.map((event) => [event.reason, event.note])).toEqual(reason === undefined ? [] : [[reason, note]]);
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
