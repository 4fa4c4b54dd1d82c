import { inspect } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { Leaks } from '../leaks/leaks.ts';
import { elasticsearchVersions } from '../testbed/current.ts';
import { openWorld } from './world.ts';

const world = await openWorld();
afterAll(() => world.close());

const KEY = 'KnR6yE41RrSowb0kQ0HWoA';

describe('The search for leaks', () => {
  const leaks = new Leaks();
  leaks.note(KEY);

  test.each([
    ['as it is', `{"message":"made ${KEY}"}`],
    ['inside another text', `ApiKey-${KEY}-`],
    ['in base64', `data: ${Buffer.from(KEY).toString('base64')}`],
    ['in base64 without padding', Buffer.from(KEY).toString('base64url')],
    ['within something in base64', Buffer.from(`{"a":1,"key":"${KEY}"}`).toString('base64')],
    ['within something in base64, one further', Buffer.from(`.{"a":1,"key":"${KEY}"}`).toString('base64')],
    ['within something in base64, two further', Buffer.from(`..{"a":1,"key":"${KEY}"}`).toString('base64')],
    ['in hexadecimal', Buffer.from(`(${KEY})`).toString('hex')],
    ['as an inspected buffer', inspect(Buffer.from(KEY))],
    ['as the bytes of a buffer in JSON', JSON.stringify(Buffer.from(`x${KEY}`))],
    ['in a URL', `/?key=${encodeURIComponent(KEY)}`],
  ])('finds a value %s, names the place and does not repeat it', (_how, line) => {
    const [found = '', ...others] = leaks.foundIn({ 'the log': `well\n${line}\nwell`, elsewhere: 'nothing' });
    expect(others).toEqual([]);
    expect(found).toContain('the log, line 2');
    expect(found).not.toContain(KEY);
  });

  test('finds a short value, and one that begins like another', () => {
    const others = new Leaks();
    for (const value of ['s3cr3t', 'KnR6yE41-other', KEY]) others.note(value);
    expect(others.foundIn({ log: 'a s3cr3t\nKnR6yE41-oth\nKnR6yE41-other' })).toEqual([
      'log, line 1: a [LEAKED]',
      'log, line 3: [LEAKED]',
    ]);
  });

  test('finds a value that JSON and URLs write in another way', () => {
    const others = new Leaks();
    const value = 'a "quoted" password/with\nmore';
    others.note(value);
    for (const form of [JSON.stringify({ value }), encodeURIComponent(value)])
      expect(others.foundIn({ log: form })).toHaveLength(1);
  });

  test('takes the longest of values that begin alike out of a text', () => {
    const others = new Leaks();
    for (const value of ['abcdefgh', 'abcdefgh-ijkl']) others.note(value);
    expect(others.masked('(abcdefgh-ijkl, abcdefgh-i)')).toBe('([LEAKED], [LEAKED]-i)');
  });

  test('finds nothing in what is clean', () => {
    expect(leaks.foundIn({ log: 'key TiNAGG4BaaMdaH1tRfuU was made', empty: '' })).toEqual([]);
  });
});

test('A world knows every value that was ever in a Secret, and would find one wherever it looks', async () => {
  const { objects } = world.site(elasticsearchVersions()[0] ?? '');
  const before = await objects.issue('rotated', { roleDescriptors: { role: { cluster: ['monitor'] } } });
  const former = await objects.data('rotated');
  await objects.patch('BeatApiKey', 'rotated', { spec: { rotation: { request: 'new' } } });
  await objects.rotated('rotated', before);
  const current = await objects.data('rotated');
  expect(former['key'] === current['key']).toBe(false);
  const values = [former, current].flatMap(({ key, api_key, encoded }) => [key, api_key, encoded]);
  for (const value of values) await expect.poll(() => world.leaks.foundIn({ planted: `x ${value} y` })).toHaveLength(1);
});
