import { describe, expect, test } from 'vitest';
import { aBeatApiKey } from '../../test/builders/beat-api-key.ts';
import { someTerms } from '../../test/builders/connection-view.ts';
import { Sensitive } from '../runtime/sensitive.ts';
import { encodedCredential, isConsistent, secretData } from './render.ts';

const secret = new Sensitive('half');
const data = (templates: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> =>
  secretData(aBeatApiKey(), someTerms({ ca: 'PEM' }), templates, 'id-1', secret).reveal();
const encoded = Buffer.from('id-1:half').toString('base64');

test('the four standard forms of a key, without trailing newline', () => {
  expect(data()).toEqual({ api_key: 'id-1:half', encoded, id: 'id-1', key: 'half' });
});

test('every variable of a template', () => {
  const all = '{{ id }} {{ key }} {{ beats }} {{encoded}} {{ url }} {{ ca }} {{ name }} {{ namespace }}';
  expect(data({ all })['all']).toBe(`id-1 half id-1:half ${encoded} https://es.example:9200 PEM packetbeat logging`);
});

test('a template never takes the place of a standard form', () => {
  expect(data({ key: 'mine' })['key']).toBe('half');
});

test('the data cannot print itself', () => {
  expect(String(secretData(aBeatApiKey(), someTerms(), {}, 'id-1', secret))).toBe('[sensitive]');
});

test('a credential is what Authorization: ApiKey takes', () => {
  expect(encodedCredential('id-1', secret).reveal()).toBe(encoded);
});

describe('values are one key', () => {
  test.for<readonly [string, Readonly<Record<string, string>>, boolean]>([
    ['as they were written', data(), true],
    ['with more beside them', data({ more: 'x' }), true],
    ['not with another api_key', { ...data(), api_key: 'id-1:other' }, false],
    ['not with another encoding', { ...data(), encoded: 'aWQ6a2V5' }, false],
    ['not with another id', { ...data(), id: 'id-2' }, false],
    ['not with another half', { ...data(), key: 'other' }, false],
    [
      'not with an empty half',
      { api_key: 'id-1:', encoded: Buffer.from('id-1:').toString('base64'), id: 'id-1', key: '' },
      false,
    ],
    ['not with nothing', {}, false],
  ])('%s', ([, values, consistent]) => {
    expect(isConsistent(values, 'id-1')).toBe(consistent);
  });
});
