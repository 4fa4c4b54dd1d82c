import { describe, expect, test } from 'vitest';
import { aContact } from '../../test/builders/connection-view.ts';
import { anElasticsearchConnection } from '../../test/builders/elasticsearch-connection.ts';
import type { ElasticsearchConnectionStatus } from '../api/types.ts';
import { connectionEvents } from './connection-events.ts';
import { connectionStatusOf } from './connection-status.ts';
import type { ConnectionVerdict } from './connection-verdict.ts';

const NOW = Date.UTC(2026, 0, 1);
const verdict = (state: ConnectionVerdict['state'], reason: ConnectionVerdict['reason']): ConnectionVerdict => ({
  state,
  reason,
  message: 'a sentence',
});
const connected = verdict('ready', 'Connected');
const down = verdict('waiting', 'Unreachable');
const denied = verdict('stalled', 'Unauthorized');
const status = (one: ConnectionVerdict, before?: ElasticsearchConnectionStatus): ElasticsearchConnectionStatus =>
  connectionStatusOf(
    anElasticsearchConnection({}, before),
    one,
    one === connected ? aContact() : undefined,
    undefined,
    NOW,
  );

test.for([
  ['True False False', connected],
  ['False True False', down],
  ['False False True', denied],
] as const)('Ready, Reconciling and Stalled are %s', ([expected, one]) => {
  const { conditions = [] } = status(one);
  expect(conditions.map(({ type }) => type)).toEqual(['Ready', 'Reconciling', 'Stalled']);
  expect(conditions.map((condition) => condition.status).join(' ')).toBe(expected);
  expect(conditions[0]).toMatchObject({ reason: one.reason, message: 'a sentence', observedGeneration: 1 });
});

test('what the cluster says of itself is told', () => {
  const object = anElasticsearchConnection();
  expect(connectionStatusOf(object, connected, aContact(), { live: 3, retiring: 1, orphaned: 0 }, NOW)).toMatchObject({
    observedGeneration: 1,
    version: '9.5.3',
    clusterUUID: 'cluster-1',
    username: 'beatkeys',
    realm: 'native1',
    keys: { live: 3, retiring: 1, orphaned: 0 },
  });
});

test('what it said stays while it is down, above all which cluster it is', () => {
  const { conditions: _before, ...said } = status(connected);
  expect(status(down, status(connected))).toMatchObject(said);
});

test('another cluster does not take the place of the pinned one before it is confirmed', () => {
  const other = verdict('stalled', 'ClusterChanged');
  const object = anElasticsearchConnection({}, { clusterUUID: 'cluster-0' });
  expect(connectionStatusOf(object, other, aContact(), undefined, NOW).clusterUUID).toBe('cluster-0');
});

test('nothing changes where nothing changed', () => {
  const before = status(connected);
  expect(
    connectionStatusOf(anElasticsearchConnection({}, before), connected, aContact(), undefined, NOW + 9e6),
  ).toEqual(before);
});

describe('an event tells', () => {
  test.for<readonly [string, ConnectionVerdict | undefined, ConnectionVerdict, readonly string[]]>([
    ['nothing at a good first contact', undefined, connected, []],
    ['that the first contact failed', undefined, denied, ['ConnectionFailed']],
    ['that it failed', connected, down, ['ConnectionFailed']],
    ['not again that it failed', down, down, []],
    ['that it works again', down, connected, ['ConnectionRestored']],
  ])('%s', ([, before, now, reasons]) => {
    const object = anElasticsearchConnection({}, before === undefined ? undefined : status(before));
    expect(connectionEvents(object, now).map(({ reason }) => reason)).toEqual(reasons);
  });

  test('that the credential travels in clear, once', () => {
    const urls = ['http://es:9200'];
    expect(connectionEvents(anElasticsearchConnection({ urls }), connected).map(({ reason }) => reason)).toEqual([
      'PlainHTTP',
    ]);
    expect(connectionEvents(anElasticsearchConnection({ urls }, status(connected)), connected)).toEqual([]);
  });
});
