import { describe, expect, test } from 'vitest';
import { aJournal } from '../../test/builders/journal.ts';
import { ANNOTATIONS } from '../api/names.ts';
import { journalAnnotations, readJournal, SUPERSEDED_MOST, type Journal } from './journal.ts';

const texts = (journal: Journal): Record<string, string> =>
  Object.fromEntries(
    Object.entries(journalAnnotations(journal)).flatMap(([name, text]) =>
      text === null ? [] : [[name, text] as const],
    ),
  );
const full = aJournal({
  expires: Date.UTC(2026, 1, 1, 0, 0, 0, 7),
  requestedExpiration: '30d',
  handledRequest: '"quoted"',
  handledRevokeRequest: 'leak',
  superseded: [
    { id: 'key-0', since: Date.UTC(2026, 0, 1), notBefore: Date.UTC(2026, 0, 2) },
    { id: 'key-x', since: 1, notBefore: 2, owner: { username: 'other', realm: 'file' } },
  ],
});

test.for([
  ['the least', aJournal()],
  ['everything', full],
] as const)('a journal of %s is read back as it was written', ([, journal]) => {
  expect(readJournal(texts(journal))).toEqual(journal);
});

test('what a journal does not have is removed from the Secret', () => {
  expect(journalAnnotations(aJournal())).toMatchObject({
    [ANNOTATIONS.keyExpires]: null,
    [ANNOTATIONS.requestedExpiration]: null,
    [ANNOTATIONS.handledRequest]: null,
    [ANNOTATIONS.handledRevokeRequest]: null,
    [ANNOTATIONS.superseded]: null,
  });
});

describe('a journal counts as none', () => {
  test.for(['keyID', 'keyName', 'keyOwner', 'clusterUUID', 'keyCreated', 'keyChanged', 'fingerprint'] as const)(
    'without %s',
    (part) => {
      const { [ANNOTATIONS[part]]: _lost, ...rest } = texts(full);
      expect(readJournal(rest)).toBeUndefined();
    },
  );

  test.for([
    ['keyOwner', 'beatkeys'],
    ['keyOwner', '{"username":"beatkeys"}'],
    ['keyOwner', '{"username":"","realm":"native"}'],
    ['keyCreated', 'yesterday'],
    ['keyChanged', '2026-13-01T00:00:00Z'],
    ['keyExpires', ''],
    ['superseded', '[{]'],
    ['superseded', '[{"id":"","since":"2026-01-01T00:00:00Z","notBefore":"2026-01-01T00:00:00Z"}]'],
    ['superseded', '[{"id":"k","since":"2026-01-01T00:00:00Z"}]'],
  ] as const)('with a damaged %s: %s', ([part, text]) => {
    expect(readJournal({ ...texts(full), [ANNOTATIONS[part]]: text })).toBeUndefined();
  });

  test('with more replaced keys than are ever written', () => {
    const superseded = Array.from({ length: SUPERSEDED_MOST + 1 }, (_, at) => ({
      id: `k${at}`,
      since: 0,
      notBefore: 0,
    }));
    expect(readJournal(texts(aJournal({ superseded })))).toBeUndefined();
    expect(readJournal(texts(aJournal({ superseded: superseded.slice(1) })))).toBeDefined();
  });
});

test('a lost template digest or reason is no damage', () => {
  const { [ANNOTATIONS.template]: _template, [ANNOTATIONS.rotationReason]: _reason, ...rest } = texts(full);
  expect(readJournal(rest)).toEqual({ ...full, template: '', reason: '' });
});

test('an empty request counts as none', () => {
  const { handledRequest: _request, ...rest } = full;
  expect(readJournal({ ...texts(full), [ANNOTATIONS.handledRequest]: '' })).toEqual(rest);
});

test('a replaced key stands in the journal once, and never the key of the Secret', () => {
  const key = { since: 0, notBefore: 0 };
  const superseded = [
    { id: 'key-0', ...key },
    { id: 'key-0', ...key },
    { id: 'key-1', ...key },
  ];
  expect(readJournal(texts(aJournal({ superseded })))?.superseded).toEqual([{ id: 'key-0', ...key }]);
});

test('the annotation of a full journal is far below the limit of all annotations', () => {
  const owner = { username: 'u'.repeat(507), realm: 'native' };
  const superseded = Array.from({ length: SUPERSEDED_MOST }, (_, at) => ({
    id: `${at}`.repeat(10),
    since: 0,
    notBefore: 0,
    owner,
  }));
  expect(JSON.stringify(journalAnnotations(aJournal({ superseded }))).length).toBeLessThan(64 * 1024);
});
