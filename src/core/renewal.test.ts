import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { aBeatApiKey } from '../../test/builders/beat-api-key.ts';
import { aSatisfiedJournal, desiredOf } from '../../test/builders/journal.ts';
import { renewalCannotWait, renewalTime } from './renewal.ts';

const DAY = 86_400_000;
const created = Date.UTC(2026, 0, 1);

describe('a key of thirty days', () => {
  const object = aBeatApiKey({ spec: { expiration: '30d' } });
  const journal = aSatisfiedJournal(object, { created });
  const expires = created + 30 * DAY;

  test.prop([fc.uuid()])('is renewed ten days before its expiry, at most a twentieth of its life earlier', (uid) => {
    const renewal = renewalTime(uid, journal, desiredOf(object)) ?? 0;
    expect(renewal).toBeLessThanOrEqual(expires - 10 * DAY);
    expect(renewal).toBeGreaterThanOrEqual(expires - 10 * DAY - 1.5 * DAY - 1);
    expect(renewalTime(uid, journal, desiredOf(object))).toBe(renewal);
  });

  test('is renewed at another time than its sister', () => {
    expect(renewalTime('one', journal, desiredOf(object))).not.toBe(renewalTime('two', journal, desiredOf(object)));
  });

  test('waits for its predecessor until half of what is left has passed', () => {
    const renewal = expires - 10 * DAY;
    expect(renewalCannotWait(renewal, journal)).toBe(expires - 5 * DAY);
  });
});

test.prop([fc.uuid(), fc.integer({ min: 1, max: 99 })])(
  'no key is renewed before a tenth of its life is over, nor after its expiry',
  (uid, percent) => {
    const object = aBeatApiKey({ spec: { expiration: '100d', rotation: { renewBefore: `${percent}d` } } });
    const renewal = renewalTime(uid, aSatisfiedJournal(object, { created }), desiredOf(object)) ?? 0;
    expect(renewal).toBeGreaterThanOrEqual(created + 10 * DAY - 1);
    expect(renewal).toBeLessThan(created + 100 * DAY);
  },
);

test('a key that never expires is never renewed', () => {
  const object = aBeatApiKey();
  expect(renewalTime('uid', aSatisfiedJournal(object), desiredOf(object))).toBeUndefined();
});

test('a key that expires unasked is renewed all the same, by its own lifetime', () => {
  const object = aBeatApiKey();
  const journal = aSatisfiedJournal(object, { created, expires: created + 30 * DAY });
  const renewal = renewalTime('uid', journal, desiredOf(object)) ?? 0;
  expect(renewal).toBeLessThanOrEqual(created + 20 * DAY);
  expect(renewal).toBeGreaterThan(created + 18 * DAY);
});
