import { expect, test } from 'vitest';
import { aContact } from '../../test/builders/connection-view.ts';
import { versionAtLeast } from './contact.ts';
import { mayInvalidate, ownedBy, superseded, supersededKeys } from './ownership.ts';
import { aJournal } from '../../test/builders/journal.ts';

test.for([
  ['9.5.3', false, true],
  ['8.13.0', false, true],
  ['8.13.0-SNAPSHOT', false, true],
  ['8.12.9', false, false],
  ['7.17.29', false, false],
  ['nonsense', false, false],
  ['', false, false],
  ['8.11.0', true, true],
] as const)('version %s (serverless: %s) is at least 8.13: %s', ([version, serverless, expected]) => {
  expect(versionAtLeast(aContact({ version, serverless }), 8, 13)).toBe(expected);
});

const mine = { owner: { username: 'beatkeys', realm: 'native1' } };
const namesake = { owner: { username: 'beatkeys', realm: 'file' } };

test('a user of the same name in another realm is another user', () => {
  expect(ownedBy(mine, aContact())).toBe(true);
  expect(ownedBy(namesake, aContact())).toBe(false);
});

test("another user's key can be invalidated with manage_api_key only", () => {
  expect(mayInvalidate(mine, aContact())).toBe(true);
  expect(mayInvalidate(namesake, aContact())).toBe(false);
  expect(mayInvalidate(namesake, aContact({ manageApiKey: true }))).toBe(true);
});

test('the owner of a replaced key is noted only where it is another than that of its successor', () => {
  const times = { since: 1, notBefore: 2 };
  expect(superseded({ id: 'a', ...mine }, aContact(), times)).toEqual({ id: 'a', ...times });
  expect(superseded({ id: 'a', ...namesake }, aContact(), times)).toEqual({ id: 'a', ...times, ...namesake });
});

test('what is not noted is read from the key in the Secret', () => {
  const keys = [
    { id: 'a', since: 1, notBefore: 2 },
    { id: 'b', since: 1, notBefore: 2, ...namesake },
  ];
  expect(supersededKeys(aJournal({ superseded: keys })).map(({ owner }) => owner.realm)).toEqual(['native1', 'file']);
});
