import { describe, expect, test } from 'vitest';
import { aBeatApiKey } from '../../test/builders/beat-api-key.ts';
import { aKeyRecord, type KeyRecordOptions } from '../../test/builders/key-record.ts';
import { anObserved, NOW } from '../../test/builders/observed.ts';
import type { IssueReason, KeyRecord } from './key-record.ts';
import { isUnplanned, MINT_BUDGET, overdraft, type Overdraft } from './mint-budget.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** So many keys, made for one reason a minute after another; the last of them a minute ago. */
const made = (count: number, reason: IssueReason, options: KeyRecordOptions = {}): readonly KeyRecord[] =>
  Array.from({ length: count }, (_, at) =>
    aKeyRecord({
      id: `${reason}-${at}`,
      creation: NOW - (count - at) * MINUTE,
      invalidated: true,
      ...options,
      mark: { reason, ...options.mark },
    }),
  );
const over = (keys: readonly KeyRecord[], now = NOW): Overdraft | undefined =>
  overdraft(anObserved({ inventory: keys }), now);

describe('the budget is', () => {
  test.for<readonly [string, readonly KeyRecord[], string | undefined]>([
    ['not used by a first issue', made(1, 'FirstIssue'), undefined],
    ['not used up by one key less', made(MINT_BUDGET - 1, 'SecretAltered'), undefined],
    ['used up by so many', made(MINT_BUDGET, 'SecretAltered'), 'SecretAltered 5'],
    ['not used up with the help of the first issue', [...made(1, 'FirstIssue'), ...made(4, 'KeyInvalid')], undefined],
    ['used by every first issue after the first', made(MINT_BUDGET + 1, 'FirstIssue'), 'FirstIssue 5'],
    [
      'used by keys of several reasons together',
      [...made(2, 'SecretAltered'), ...made(2, 'KeyInvalid'), ...made(1, 'SecretMissing')],
      'SecretAltered 2, KeyInvalid 2, SecretMissing 1',
    ],
    ['not used by keys that were asked for', made(9, 'Requested'), undefined],
    ['not used by keys that a clock foresaw', made(9, 'Expiring'), undefined],
    ['not used by keys of another spec', made(9, 'SecretAltered', { mark: { generation: '2' } }), undefined],
    ['not used by keys of an hour ago', made(9, 'SecretAltered', { creation: NOW - HOUR }), undefined],
    ['used by keys of this hour', made(5, 'SecretAltered', { creation: NOW - HOUR + 1 }), 'SecretAltered 5'],
    [
      'used by keys that live as by those that are dead',
      made(5, 'SecretAltered', { invalidated: false }),
      'SecretAltered 5',
    ],
  ])('%s', ([, keys, reasons]) => {
    expect(over(keys)?.reasons).toBe(reasons);
  });
});

test('there is room again when the eldest that counts is an hour old', () => {
  const keys = made(MINT_BUDGET, 'KeyInvalid');
  const until = (over(keys) as Overdraft).until;
  expect(until).toBe(NOW - MINT_BUDGET * MINUTE + HOUR);
  expect(over(keys, until - 1)?.until).toBe(until);
  expect(over(keys, until)).toBeUndefined();
});

test('where more were made than may be, so many must be an hour old that one has room', () => {
  const keys = made(MINT_BUDGET + 2, 'KeyInvalid').toReversed();
  const until = (over(keys) as Overdraft).until;
  expect(until).toBe(NOW - MINT_BUDGET * MINUTE + HOUR);
  expect([over(keys, until - 1) === undefined, over(keys, until) === undefined]).toEqual([false, true]);
});

test('without a list of keys nothing is known to be used', () => {
  expect(overdraft(anObserved({ inventory: 'none' }), NOW)).toBeUndefined();
});

test('the spec that counts is that of the object', () => {
  const object = aBeatApiKey({ metadata: { generation: 2 } });
  const inventory = made(5, 'SecretAltered', { mark: { generation: '2' } });
  expect(overdraft(anObserved({ object, inventory }), NOW)?.reasons).toBe('SecretAltered 5');
});

test.for<readonly [IssueReason, boolean]>([
  ['FirstIssue', true],
  ['KeyInvalid', true],
  ['SecretMissing', true],
  ['SecretAltered', true],
  ['Expiring', false],
  ['Requested', false],
  ['RevokeRequested', false],
  ['OwnerChanged', false],
  ['ClusterChanged', false],
  ['KeyNameChanged', false],
  ['ExpirationChanged', false],
])('before a key for %s is made, those before are counted: %s', ([reason, counts]) => {
  expect(isUnplanned(reason)).toBe(counts);
});
