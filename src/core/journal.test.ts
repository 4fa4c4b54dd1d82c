import { describe, expect, test } from 'vitest';
import { aJournal } from '../../test/builders/journal.ts';
import { ANNOTATIONS } from '../api/names.ts';
import { journalAnnotations, readJournal, SUPERSEDED_MOST, type Journal } from './journal.ts';

const texts = (journal: Parameters<typeof journalAnnotations>[0]): Record<string, string> =>
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
    { id: 'key-y', since: 1, notBefore: 2, atOnce: true },
    { id: 'key-x', since: 1, notBefore: 2, owner: { username: 'other', realm: 'file' } },
  ],
});

test.for([
  ['the least', aJournal()],
  ['everything', full],
] as const)('a journal of %s is read back as it was written', ([, journal]) => {
  expect(readJournal(texts(journal))).toEqual(journal);
});

describe('a key was stored', () => {
  const changed = Date.UTC(2026, 0, 1, 0, 0, 5, 700);
  const before = { id: 'key-0', since: 1, notBefore: 2 };
  const { stored: _stored, ...fresh } = aJournal({
    changed,
    superseded: [before, { ...before, id: 'key-x', since: changed }],
  });
  const read = (writtenAt?: number, annotations: Record<string, string> = {}): Journal | undefined =>
    readJournal({ ...texts(fresh), ...annotations }, writtenAt);

  test.for<readonly [string, number | undefined, number]>([
    ['when the Secret was written, where that was later than the key was ready', changed + 1_300, changed + 1_300],
    ['when the key was ready, where the Secret tells that second', changed - 700, changed],
    ['when the key was ready, where the Secret does not tell', undefined, changed],
  ])('%s', ([, writtenAt, stored]) => {
    const journal = read(writtenAt);
    expect(journal?.stored).toBe(stored);
    // The key that it replaced was in the Secret until then; those before it are older news.
    expect(journal?.superseded.map(({ since }) => since)).toEqual([1, stored]);
  });

  test('when the next write noted that it was, whenever that was', () => {
    const noted = read(changed + 1_300);
    expect(noted).toBeDefined();
    if (noted === undefined) return;
    expect(readJournal(texts({ ...noted, changed: changed + 60_000 }), changed + 60_000)).toEqual({
      ...noted,
      changed: changed + 60_000,
    });
  });

  test('when it says itself, although a replaced key bears the time of the last change', () => {
    const journal = aJournal({ changed, stored: 7, superseded: [{ ...before, since: changed }] });
    expect(readJournal(texts(journal), changed + 1_300)).toEqual(journal);
  });

  test('by a damaged note as if there were none', () => {
    expect(read(changed + 1_300, { [ANNOTATIONS.keyStored]: 'yesterday' })?.stored).toBe(changed + 1_300);
  });
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
    ['superseded', '[{"id":"k","since":"2026-01-01T00:00:00Z","notBefore":"2026-01-01T00:00:00Z","atOnce":false}]'],
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
