import { describe, expect, test } from 'vitest';
import { aBeatApiKey, INSTALLATION, type BeatApiKeyOptions } from '../../test/builders/beat-api-key.ts';
import { aConnectionView } from '../../test/builders/connection-view.ts';
import { aJournal, aSatisfiedJournal, desiredOf } from '../../test/builders/journal.ts';
import { aKeyRecord } from '../../test/builders/key-record.ts';
import { anObserved, NOW, type ObservedOptions } from '../../test/builders/observed.ts';
import { aSecret } from '../../test/builders/secret.ts';
import { ANNOTATIONS, FINALIZER } from '../api/names.ts';
import type { Plan } from './actions.ts';
import { desire } from './desired.ts';
import { Failure } from './failure.ts';
import { plan } from './plan.ts';
import { unknown } from './reading.ts';
import { renewalCannotWait, renewalTime } from './renewal.ts';

const planned = (options: ObservedOptions = {}, now = NOW): Plan => {
  const observed = anObserved(options);
  return plan(observed, desire(observed.object), now);
};
const types = (made: Plan): readonly string[] => made.actions.map(({ type }) => type);

const over = [{ id: 'key-0', since: 0, notBefore: NOW }];
const unclaimed = aBeatApiKey({ claimed: false });
const none: ObservedOptions = { secret: 'absent', inventory: [] };
const waiting = { state: 'waiting', reason: 'Unavailable', message: 'it does not answer' } as const;
const stray = aKeyRecord({ id: 'stray', creation: Date.UTC(2026, 0, 1, 1) });

test('an object that has all it wants is ready, and nothing is done', () => {
  expect(planned()).toEqual({
    actions: [],
    verdict: { state: 'ready', reason: 'KeyReady', message: 'key key-1 is in Secret packetbeat' },
  });
});

describe('what is done', () => {
  const metadata = { deletionTimestamp: '2026-01-01T01:00:00Z' };
  test.for<readonly [string, ObservedOptions, readonly string[]]>([
    ['an object is claimed before anything else', { ...none, object: unclaimed }, ['claim']],
    ['a first key is made', none, ['issueKey']],
    [
      'a key that never reached the Secret goes first',
      { inventory: [aKeyRecord(), stray], journal: { keyName: 'old' } },
      ['invalidateKeys'],
    ],
    [
      'unless the key in the Secret is dead, so that pods may live on that one',
      { inventory: [aKeyRecord({ invalidated: true }), stray] },
      ['issueKey'],
    ],
    ['a rotation goes before a change in place', { journal: { keyName: 'old', fingerprint: 'old' } }, ['issueKey']],
    ['a change in place goes before a rewrite', { journal: { fingerprint: 'old', template: 'old' } }, ['updateKey']],
    ['a rewrite goes before a retirement', { journal: { template: 'old', superseded: over } }, ['rewriteSecret']],
    ['a replaced key is retired', { journal: { superseded: over } }, ['invalidateKeys']],
    [
      'nothing while suspended',
      { object: aBeatApiKey({ spec: { suspend: true } }), journal: { superseded: over } },
      [],
    ],
    [
      'deletion works while suspended',
      { object: aBeatApiKey({ metadata, spec: { suspend: true } }) },
      ['invalidateKeys'],
    ],
    ['nothing while the cluster is down', { ...none, connection: waiting }, []],
    [
      'a replaced key is retired although the spec is refused',
      { connection: aConnectionView({ terms: { ceiling: { cluster: [] } } }), journal: { superseded: over } },
      ['invalidateKeys'],
    ],
  ])('%s', ([, options, expected]) => {
    expect(types(planned(options))).toEqual(expected);
  });
});

describe('nothing is retired for an object', () => {
  const another = { finalizers: [FINALIZER], annotations: { [ANNOTATIONS.installation]: 'another' } };
  test.for<readonly [string, BeatApiKeyOptions]>([
    ['that another installation acts on', { metadata: another }],
    ['without the finalizer', { metadata: { finalizers: [] }, spec: { roleDescriptors: { a: { cluster: ['all'] } } } }],
    ['without a claim', { metadata: { annotations: {} }, spec: { roleDescriptors: { a: { cluster: ['all'] } } } }],
  ])('%s', ([, options]) => {
    expect(planned({ object: aBeatApiKey(options), journal: { superseded: over } })).toMatchObject({
      actions: [],
      verdict: { state: 'stalled' },
    });
  });

  test('not even its own claim is put over that of another', () => {
    expect(planned({ ...none, object: aBeatApiKey({ metadata: another }) }).verdict.reason).toBe(
      'ClaimedByAnotherInstallation',
    );
    expect(INSTALLATION).not.toBe('another');
  });
});

describe('how it stands', () => {
  const failure = new Failure({ kind: 'unavailable', system: 'Kubernetes', operation: 'read Secret', code: 'Timeout' });
  test.for<readonly [string, ObservedOptions, string, string]>([
    ['the connection is not ready', { connection: waiting }, 'working', 'Unavailable'],
    ['the Secret cannot be read', { secret: unknown(failure) }, 'working', 'Unavailable'],
    ['it is suspended', { object: aBeatApiKey({ spec: { suspend: true } }) }, 'suspended', 'Suspended'],
    ['it is being claimed', { ...none, object: unclaimed }, 'working', 'Issuing'],
  ])('%s', ([, options, state, reason]) => {
    expect(planned(options).verdict).toMatchObject({ state, reason });
  });

  test('it names keys that only an administrator can invalidate', () => {
    const owner = { username: 'before', realm: 'native1' };
    const superseded = [{ id: 'key-0', since: 0, notBefore: 0, owner }];
    expect(planned({ journal: { superseded } }).verdict.message).toContain('key-0 of user before');
  });
});

describe('time alone changes the answer', () => {
  const object = aBeatApiKey({ spec: { expiration: '30d' } });
  const journal = aSatisfiedJournal(object);
  const renewal = renewalTime('uid-1', journal, desiredOf(object)) ?? 0;
  const superseded = [{ id: 'key-0', since: 0, notBefore: renewal + 5 }];

  test.for<readonly [string, ObservedOptions, number, number | undefined]>([
    ['never for a key that never expires', {}, NOW, undefined],
    ['at the renewal', { object }, NOW, renewal],
    [
      'when the overlap is over',
      { journal: { superseded: [{ id: 'key-0', since: 0, notBefore: NOW + 5 }] } },
      NOW,
      NOW + 5,
    ],
    [
      'at whichever comes first',
      { object, journal: { superseded: [{ id: 'key-0', since: 0, notBefore: NOW + 5 }] } },
      NOW,
      NOW + 5,
    ],
    [
      'when a renewal that waits for a retirement need not wait any more',
      { object, journal: { superseded } },
      renewal,
      renewal + 5,
    ],
    [
      'when a renewal cannot wait any more',
      { object, journal: { superseded: [{ ...superseded[0]!, notBefore: renewal * 2 }] } },
      renewal,
      renewalCannotWait(renewal, journal),
    ],
  ])('%s', ([, options, now, due]) => {
    const made = planned({ inventory: 'none', ...options }, now);
    expect(made.actions).toEqual([]);
    expect(made.due).toBe(due);
  });
});

describe('a revocation that is asked for where no other key may be made', () => {
  const asked = (revokeRequest: string) =>
    aBeatApiKey({ spec: { roleDescriptors: { r: { cluster: ['all'] } }, rotation: { revokeRequest } } });

  test('is not carried out, and the way to end the key is told', () => {
    const made = planned({ object: asked('leak'), secret: aSecret() });
    expect(made).toMatchObject({ actions: [], verdict: { state: 'stalled', reason: 'PolicyViolation' } });
    expect(made.verdict.message).toMatch(/; spec\.rotation\.revokeRequest waits for that: .* delete the object$/);
  });

  test('is not spoken of once it was carried out, or where there is no key', () => {
    const journal = aJournal({ handledRevokeRequest: 'leak' });
    for (const options of [{ secret: aSecret({ journal }) }, none])
      expect(planned({ object: asked('leak'), ...options }).verdict.message).not.toContain('revokeRequest');
  });
});
