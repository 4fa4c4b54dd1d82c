import { describe, expect, test } from 'vitest';
import { aJournal } from '../../test/builders/journal.ts';
import { aKeyRecord, type KeyRecordOptions } from '../../test/builders/key-record.ts';
import { NOW } from '../../test/builders/observed.ts';
import { aSecret } from '../../test/builders/secret.ts';
import { answerable, firstSeen, orphansAmong } from './orphans.ts';
import type { SecretMetadata } from './secret.ts';

const LIMIT = 30_000;
const replaced = { id: 'replaced', since: 0, notBefore: 0 };

/** Retained, so that only its label tells whose it was. */
const { controllerUID: _controller, ...retained } = aSecret({ journal: aJournal({ superseded: [replaced] }) });

describe('a key is an orphan', () => {
  const orphaned = (key: KeyRecordOptions, uids: readonly string[], secrets: readonly SecretMetadata[]): boolean =>
    orphansAmong([aKeyRecord(key)], answerable(uids, secrets), LIMIT, NOW).length === 1;

  test.for<readonly [string, KeyRecordOptions, readonly string[], readonly SecretMetadata[], boolean]>([
    ['of an object that is gone', {}, ['uid-2'], [], true],
    ['not of one that is there', {}, ['uid-1'], [], false],
    ['not in a Secret that stayed behind', {}, [], [retained], false],
    ['not where such a Secret replaced it', { id: 'replaced' }, [], [retained], false],
    ['where such a Secret does not name it', { id: 'other' }, [], [retained], true],
    ['not of a Secret that does not tell its keys', { id: 'other' }, [], [aSecret({ journal: null })], false],
    [
      'not of such a Secret that only its owner reference ties',
      { id: 'other' },
      [],
      [aSecret({ journal: null, labels: {} })],
      false,
    ],
    ['of another object than such a Secret', { mark: { uid: 'uid-2' } }, [], [aSecret({ journal: null })], true],
    ['not while it is dead', { invalidated: true }, [], [], false],
    ['not once it has expired', { expiration: NOW }, [], [], false],
    ['just before it expires', { expiration: NOW + 1 }, [], [], true],
    ['not while an attempt may still store it', { creation: NOW - LIMIT }, [], [], false],
    ['when no attempt can any more', { creation: NOW - LIMIT - 1 }, [], [], true],
  ])('%s', ([, key, uids, secrets, expected]) => {
    expect(orphaned(key, uids, secrets)).toBe(expected);
  });
});

test('an orphan keeps the time when it was first seen, and loses it when it was gone in between', () => {
  const [one, two] = [aKeyRecord({ id: 'one' }), aKeyRecord({ id: 'two' })];
  const first = firstSeen(new Map(), [one], 1);
  const second = firstSeen(first, [one, two], 2);
  expect([...second]).toEqual([
    ['one', 1],
    ['two', 2],
  ]);
  expect([...firstSeen(firstSeen(second, [two], 3), [one, two], 4)]).toEqual([
    ['one', 4],
    ['two', 2],
  ]);
});
