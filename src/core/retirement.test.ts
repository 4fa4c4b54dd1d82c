import { describe, expect, test } from 'vitest';
import { aConnectionView, aContact } from '../../test/builders/connection-view.ts';
import { aJournal } from '../../test/builders/journal.ts';
import { aKeyRecord } from '../../test/builders/key-record.ts';
import { anObserved, NOW, type ObservedOptions } from '../../test/builders/observed.ts';
import { aConsumer, aWorkload, KEY_ANNOTATION } from '../../test/builders/workload.ts';
import type { Superseded } from './journal.ts';
import { journalOf } from './observed.ts';
import { consumersToRestart, isAwaited, longWaits, overdueKeys, retirementInstants, waitingFor } from './retirement.ts';

const HOUR = 3_600_000;
const owner = { username: 'beatkeys', realm: 'native1' };
const other = { username: 'other', realm: 'native1' };
const SINCE = NOW - 2 * HOUR;
/** Replaced two hours ago, its overlap over for one, and alive in the list of keys. */
const key: Superseded = { id: 'key-0', since: SINCE, notBefore: NOW - HOUR };
const alive = [aKeyRecord(), aKeyRecord({ id: 'key-0' })];
const behind = [aConsumer({ workload: aWorkload({ updated: 1 }) })];
const moved = [aConsumer({ workload: aWorkload({ keyIDs: { [KEY_ANNOTATION]: 'key-1' } }) })];
const seen = (options: ObservedOptions, superseded: readonly Superseded[] = [key]) =>
  anObserved({ inventory: alive, consumers: behind, ...options, journal: { superseded, ...options.journal } });

describe('a replaced key waits for', () => {
  test.for<readonly [string, ObservedOptions, Partial<Superseded & { owner: typeof owner }>, string | undefined]>([
    [
      'a user who may invalidate it, first of all',
      {},
      { owner: other, notBefore: NOW + 1 },
      'user other, or one with manage_api_key',
    ],
    ['the end of its overlap, before its consumers', {}, { notBefore: NOW + 1 }, 'overlap until 2026-01-01T02:00:00Z'],
    ['its consumers, from the end of its overlap on', {}, { notBefore: NOW }, 'DaemonSet/packetbeat 1 of 3 pods'],
    [
      'the first of its consumers that is behind',
      { consumers: [...moved, ...behind] },
      {},
      'DaemonSet/packetbeat 1 of 3 pods',
    ],
    ['consumers that the spec does not tell', { consumers: undefined }, {}, 'spec.consumers, which cannot be read'],
    ['nothing where it has none', { consumers: [] }, {}, undefined],
    ['nothing where they have moved on', { consumers: moved }, {}, undefined],
    ['nothing where it shall go at once', {}, { atOnce: true }, undefined],
    [
      'nothing where it is dead',
      { inventory: [aKeyRecord(), aKeyRecord({ id: 'key-0', invalidated: true })] },
      {},
      undefined,
    ],
    ['nothing where it is listed no more', { inventory: [aKeyRecord()] }, {}, undefined],
    ['nothing where no Secret tells what replaced it', { secret: 'absent' }, {}, undefined],
  ])('%s', ([, options, changes, wait]) => {
    expect(waitingFor(seen(options), { owner, ...key, ...changes }, aContact(), NOW)).toBe(wait);
  });

  test("another user's, with manage_api_key, only for its consumers", () => {
    const contact = aContact({ manageApiKey: true });
    expect(waitingFor(seen({}), { ...key, owner: other }, contact, NOW)).toBe('DaemonSet/packetbeat 1 of 3 pods');
  });

  test('its consumers also while nobody knows who the operator is for Elasticsearch', () => {
    expect(waitingFor(seen({}), { ...key, owner: other }, undefined, NOW)).toBe('DaemonSet/packetbeat 1 of 3 pods');
  });
});

describe('a replaced key is dead for its consumers only', () => {
  const begun = (begunAt: number): ObservedOptions => ({ inventory: { begunAt, keys: [] } });
  test.for<readonly [string, ObservedOptions, boolean]>([
    ['by a list of keys', { inventory: 'none' }, true],
    ['by one that was begun after it was replaced and searches must show it', begun(SINCE + 2_000), true],
    ['and not by an older one', begun(SINCE + 2_001), false],
    ['where it has expired', { inventory: [aKeyRecord({ id: 'key-0', expiration: NOW })] }, false],
    ['and not just before', { inventory: [aKeyRecord({ id: 'key-0', expiration: NOW + 1 })] }, true],
  ])('%s', ([, options, awaited]) => {
    expect(isAwaited(seen(options), key, NOW)).toBe(awaited);
  });
});

test('due are the keys that wait for nothing', () => {
  const keys = [key, { ...key, id: 'at-once', atOnce: true as const }, { ...key, id: 'foreign', owner: other }];
  const observed = seen({ inventory: keys.map(({ id }) => aKeyRecord({ id })) }, keys);
  const due = overdueKeys(observed, journalOf(observed) ?? aJournal(), aContact(), NOW);
  expect(due.map(({ id }) => id)).toEqual(['at-once']);
});

test('time changes the answer at the end of an overlap, and where consumers are waited for, an hour later', () => {
  const keys = [key, { ...key, notBefore: NOW + 5 }];
  expect(retirementInstants(seen({ consumers: [] }), keys, NOW)).toEqual([NOW + 5]);
  expect(retirementInstants(seen({}), keys, NOW)).toEqual([NOW + 5, NOW + 5 + HOUR]);
  expect(retirementInstants(seen({ consumers: undefined }), keys, NOW - 1)).toEqual([NOW, NOW + 5, NOW + 5 + HOUR]);
});

describe('a wait is told', () => {
  const told = { id: 'key-0', wait: 'DaemonSet/packetbeat 1 of 3 pods' };
  test.for<readonly [string, ObservedOptions, Superseded, readonly object[]]>([
    ['from an hour after the overlap on', {}, key, [told]],
    ['not before', {}, { ...key, notBefore: NOW - HOUR + 1 }, []],
    ['not where nothing is waited for', { consumers: moved }, key, []],
    ['not where the key goes at once', {}, { ...key, atOnce: true }, []],
    [
      'also while the connection is down',
      { connection: { state: 'waiting', reason: 'Unavailable', message: '' } },
      key,
      [told],
    ],
  ])('%s', ([, options, superseded, waits]) => {
    expect(longWaits(seen(options, [superseded]), NOW)).toEqual(waits);
  });

  test('of nothing without a journal', () => {
    expect(longWaits(anObserved({ secret: 'absent' }), NOW)).toEqual([]);
  });
});

test('consumers that were found to be on the current key are not looked at again', () => {
  const restarted = (keyID: string, ...consumers: string[]): number => {
    const moved = { keyID, consumers };
    const observed = seen({ consumers: [aConsumer()], moved, journal: { reason: 'Requested' } });
    return consumersToRestart(observed, journalOf(observed) ?? aJournal()).length;
  };
  expect(restarted('key-1', 'DaemonSet/packetbeat')).toBe(0);
  // For another key, or as another consumer, it may be behind.
  expect([restarted('key-0', 'DaemonSet/packetbeat'), restarted('key-1', 'Deployment/packetbeat')]).toEqual([1, 1]);
});

test('who may invalidate is judged by the connection', () => {
  const observed = seen({ connection: aConnectionView({ contact: { manageApiKey: true } }), consumers: moved });
  const keys = [{ ...key, owner: other }];
  const journal = aJournal({ superseded: keys });
  expect(overdueKeys(observed, journal, aContact(), NOW)).toEqual([]);
  expect(overdueKeys(observed, journal, aContact({ manageApiKey: true }), NOW)).toHaveLength(1);
});
