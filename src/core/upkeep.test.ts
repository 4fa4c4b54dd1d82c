import { describe, expect, test } from 'vitest';
import { aBeatApiKey } from '../../test/builders/beat-api-key.ts';
import { someTerms } from '../../test/builders/connection-view.ts';
import { aSatisfiedJournal, desiredOf } from '../../test/builders/journal.ts';
import { aKeyRecord } from '../../test/builders/key-record.ts';
import { anObserved, NOW, type ObservedOptions } from '../../test/builders/observed.ts';
import { aSecret } from '../../test/builders/secret.ts';
import type { Action } from './actions.ts';
import { planRewrite, planUpdate } from './upkeep.ts';

const DAY = 86_400_000;
const update = (options: ObservedOptions): Action | undefined => {
  const observed = anObserved(options);
  return planUpdate(observed, desiredOf(observed.object))?.actions[0];
};
const rewrite = (options: ObservedOptions, terms = someTerms()): Action | undefined => {
  const observed = anObserved(options);
  return planRewrite(observed, desiredOf(observed.object), terms)?.actions[0];
};
const thirty = aBeatApiKey({ spec: { expiration: '30d' } });

describe('the key is changed in place', () => {
  test('where the fingerprint is another, without touching the expiration', () => {
    const action = update({ object: thirty, journal: { fingerprint: 'before' } });
    const { roleDescriptors, fingerprint } = desiredOf(thirty);
    expect(action).toMatchObject({
      type: 'updateKey',
      id: 'key-1',
      change: { roleDescriptors, mark: { fingerprint } },
    });
    expect(action).toMatchObject({
      expires: Date.UTC(2026, 0, 1) + 30 * DAY,
      journal: { fingerprint, keyID: 'key-1' },
    });
    expect(action).not.toHaveProperty('change.expiration');
    expect(action).not.toHaveProperty('journal.changed');
  });

  test('with the expiration where that is another', () => {
    const journal = { fingerprint: 'before', requestedExpiration: '60d' };
    expect(update({ object: thirty, journal })).toMatchObject({
      change: { expiration: '30d' },
      journal: { requestedExpiration: '30d' },
    });
  });

  test('where only the record of the expiration that was asked for is lost', () => {
    const { requestedExpiration: _lost, ...journal } = aSatisfiedJournal(thirty);
    expect(update({ object: thirty, secret: aSecret({ object: thirty, journal }) })).toMatchObject({
      change: { expiration: '30d' },
    });
  });

  test('where somebody edited it in Elasticsearch', () => {
    expect(update({ inventory: [aKeyRecord({ contentDigest: 'edited' })] })).toMatchObject({ type: 'updateKey' });
  });

  test('keeps the reason for which it was made', () => {
    const action = update({ journal: { fingerprint: 'before', reason: 'Requested' } });
    expect(action).toMatchObject({ change: { mark: { reason: 'Requested' } }, journal: { reason: 'Requested' } });
  });
});

describe('the key is left alone', () => {
  const edited = aKeyRecord({ contentDigest: 'edited' });
  test.for<readonly [string, ObservedOptions]>([
    ['where it is as asked for', {}],
    ['where there is no list of keys', { inventory: 'none' }],
    [
      'where the list is older than the last change',
      { inventory: { begunAt: NOW, keys: [edited] }, journal: { changed: NOW - 2_000 } },
    ],
    ['where the list does not show it', { inventory: [] }],
    ['where the Secret is not there', { secret: 'absent' }],
    ['where the journal is lost', { secret: aSecret({ journal: null }) }],
  ])('%s', ([, options]) => {
    expect(update(options)).toBeUndefined();
  });
});

describe('the Secret is rewritten around the same key', () => {
  const withTemplate = (template: object) => aBeatApiKey({ spec: { secret: { template } } });
  test.for<readonly [string, ObservedOptions, object, boolean]>([
    [
      'where a label is missing',
      { object: withTemplate({ labels: { team: 'net' } }), secret: aSecret() },
      { labels: { team: 'net' } },
      false,
    ],
    [
      'where a label was edited',
      { secret: aSecret({ labels: {} }) },
      { labels: { 'app.kubernetes.io/managed-by': 'beatkeys' } },
      false,
    ],
    [
      'where a label of ours is not wanted any more',
      { secret: aSecret({ labels: { ...aSecret().labels, team: 'net' }, ownedLabels: ['team'] }) },
      { labels: { team: null } },
      false,
    ],
    [
      'where an annotation is missing',
      { object: withTemplate({ annotations: { note: 'x' } }), secret: aSecret() },
      { annotations: { note: 'x' } },
      false,
    ],
    [
      'where it shall be retained and has an owner',
      { object: aBeatApiKey({ spec: { deletionPolicy: 'Retain' } }), secret: aSecret() },
      { owner: null },
      false,
    ],
    [
      'where it shall not be retained and has none',
      { secret: aSecret({ object: aBeatApiKey({ spec: { deletionPolicy: 'Retain' } }) }) },
      { owner: { name: 'packetbeat', uid: 'uid-1' } },
      false,
    ],
    [
      'where a template is new',
      { object: withTemplate({ data: { file: '{{ id }}' } }), secret: aSecret() },
      { templates: { file: '{{ id }}' }, dropped: [] },
      true,
    ],
    [
      'where a data key of ours is not wanted any more',
      { secret: aSecret({ ownedDataKeys: ['api_key', 'encoded', 'id', 'key', 'old'] }) },
      { dropped: ['old'] },
      true,
    ],
    ['where its template digest is lost', { journal: { template: '' } }, {}, true],
  ])('%s', ([, options, write, render]) => {
    expect(rewrite(options)).toMatchObject({ type: 'rewriteSecret', write, render, journal: { keyID: 'key-1' } });
  });

  test('where URL or CA changed', () => {
    expect(rewrite({}, someTerms({ ca: 'pem' }))).toMatchObject({ render: true });
    expect(rewrite({}, someTerms({ url: 'https://other' }))).toMatchObject({ render: true });
  });

  test.for<readonly [string, ObservedOptions, number | undefined]>([
    ['names a time', { inventory: [aKeyRecord({ expiration: NOW + DAY })] }, NOW + DAY],
    ['names none', { journal: { expires: NOW + DAY }, inventory: [aKeyRecord()] }, undefined],
  ])('where the expiry is another than the journal has, and Elasticsearch %s', ([, options, expires]) => {
    const action = rewrite(options);
    expect(action).toMatchObject({ type: 'rewriteSecret', render: false });
    expect(action?.type === 'rewriteSecret' ? action.journal.expires : 'no rewrite').toBe(expires);
  });
});

test('the journal is corrected where it gives a replaced key to another user than Elasticsearch does', () => {
  const replaced = { id: 'key-0', since: 0, notBefore: 0 };
  const forged = { superseded: [{ ...replaced, owner: { username: 'somebody', realm: 'native1' } }] };
  const listed = rewrite({ journal: forged, inventory: [aKeyRecord(), aKeyRecord({ id: 'key-0' })] });
  expect(listed?.type === 'rewriteSecret' ? listed.journal.superseded : 'no rewrite').toEqual([replaced]);
  expect(rewrite({ journal: forged, inventory: [aKeyRecord()] })).toBeUndefined();
});

test('the Secret is left alone where nothing differs, whatever others added to it', () => {
  expect(rewrite({})).toBeUndefined();
  const { labels, annotations } = aSecret();
  const secret = aSecret({ labels: { ...labels, theirs: 'x' }, annotations: { ...annotations, theirs: 'x' } });
  expect(rewrite({ secret })).toBeUndefined();
  expect(rewrite({ secret: 'foreign' })).toBeUndefined();
});
