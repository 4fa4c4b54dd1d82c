import { expect, test } from 'vitest';
import { aBeatApiKey } from '../../test/builders/beat-api-key.ts';
import { anElasticsearchConnection } from '../../test/builders/elasticsearch-connection.ts';
import { objectReports } from './object-reports.ts';

const place = { namespace: 'logging', name: 'packetbeat' };

test('times and replaced keys are those of the status', () => {
  const status = {
    expirationTime: '2026-01-31T00:00:00Z',
    renewalTime: '2026-01-21T00:00:00Z',
    retiring: [
      { keyID: 'key-0', since: '2026-01-01T00:00:00Z', notBefore: '2026-01-02T00:00:00Z' },
      { keyID: 'key-1', since: '2026-01-03T00:00:00Z' },
    ],
  };
  expect([...objectReports([aBeatApiKey({ status })], [])]).toEqual([
    {
      kind: 'BeatApiKey',
      ...place,
      conditions: [],
      expiration: Date.UTC(2026, 0, 31),
      renewal: Date.UTC(2026, 0, 21),
      retiring: [{ since: Date.UTC(2026, 0, 1), due: Date.UTC(2026, 0, 2) }, { since: Date.UTC(2026, 0, 3) }],
    },
  ]);
});

test('an object without a status has no times', () => {
  expect([...objectReports([aBeatApiKey()], [])]).toEqual([{ kind: 'BeatApiKey', ...place, conditions: [] }]);
});

test('a connection tells its conditions, and how many keys are behind it', () => {
  const [unseen] = [...objectReports([], [anElasticsearchConnection()])];
  expect(unseen).toMatchObject({ kind: 'ElasticsearchConnection', conditions: [] });
  expect(unseen).not.toHaveProperty('keys');
  const status = { keys: { live: 3, retiring: 1, orphaned: 2 } };
  const [seen] = [...objectReports([], [{ ...anElasticsearchConnection(), status }])];
  expect(seen).toMatchObject({ keys: { live: 3, retiring: 1 } });
});
