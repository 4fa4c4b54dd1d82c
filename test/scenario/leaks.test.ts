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
