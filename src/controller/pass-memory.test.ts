import { expect, test } from 'vitest';
import { Failure } from '../core/failure.ts';
import { keyIDsInSecrets } from './inventory.ts';
import { PassMemory } from './pass-memory.ts';
import { aSecret } from '../../test/builders/secret.ts';

const failure = new Failure({
  kind: 'rejected',
  system: 'Elasticsearch',
  operation: 'create API key',
  code: 'HTTP 400',
});

test('an attempt is unsettled until it is settled', () => {
  const memory = new PassMemory();
  memory.beginAttempt('uid', 7);
  expect(memory.unsettledSince('uid')).toBe(7);
  expect(memory.unsettledSince('other')).toBeUndefined();
  memory.settleAttempt('uid');
  expect(memory.unsettledSince('uid')).toBeUndefined();
});

test('a refusal counts for the very request through the very connection', () => {
  const memory = new PassMemory();
  memory.keepRefusal('uid', 'fingerprint', 'version', failure);
  expect(memory.refusal('uid', 'fingerprint', 'version')).toBe(failure);
  expect(memory.refusal('uid', 'other', 'version')).toBeUndefined();
  expect(memory.refusal('uid', 'fingerprint', 'other')).toBeUndefined();
});

test('values are intact in the version in which they were found so', () => {
  const memory = new PassMemory();
  memory.keepIntact('uid', '1');
  expect([memory.isIntact('uid', '1'), memory.isIntact('uid', '2'), memory.isIntact('other', '1')]).toEqual([
    true,
    false,
    false,
  ]);
});

test('of an object that is gone nothing is remembered', () => {
  const memory = new PassMemory();
  memory.beginAttempt('uid', 7);
  memory.keepRefusal('uid', 'fingerprint', 'version', failure);
  memory.keepIntact('uid', '1');
  memory.keepMoved('uid', { keyID: 'key-2', consumers: [] });
  memory.forget('uid');
  expect(memory.unsettledSince('uid')).toBeUndefined();
  expect(memory.refusal('uid', 'fingerprint', 'version')).toBeUndefined();
  expect(memory.isIntact('uid', '1')).toBe(false);
  expect(memory.moved('uid')).toBeUndefined();
});

test('the keys in use are those that Secrets name', () => {
  expect(keyIDsInSecrets([aSecret(), aSecret({ journal: null })]).has('key-1')).toBe(true);
});
