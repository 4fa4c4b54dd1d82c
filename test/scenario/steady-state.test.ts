import { afterAll, expect, test } from 'vitest';
import { readSamples, type Sample } from '../operator/exposition.ts';
import { elasticsearchVersions } from '../testbed/current.ts';
import { snapshot } from './snapshot.ts';
import { openWorld } from './world.ts';

const world = await openWorld({ settings: { BEATKEYS_DRIFT_INTERVAL: '1s' } });
afterAll(() => world.close());

const sites = elasticsearchVersions().map((version) => world.site(version));

/** How often each operation was asked of each system. */
const requests = async (): Promise<Map<string, number>> => {
  const samples = readSamples(await world.operator.metrics()).filter(({ name }) => name === 'beatkeys_requests_total');
  const asked = ({ labels }: Sample) => `${labels['system']}: ${labels['operation']}`;
  return new Map(
    [...Map.groupBy(samples, asked)].map(([operation, all]) => [
      operation,
      all.reduce((sum, { value }) => sum + value, 0),
    ]),
  );
};

test('with nothing to do, Elasticsearch is asked who it is and for one list of keys, and nothing is written', async () => {
  for (const { objects } of sites) {
    const first = { preset: { beat: 'packetbeat' }, expiration: '30d' } as const;
    await Promise.all([objects.issue('a', first), objects.issue('b', { preset: { beat: 'heartbeat' } })]);
  }
  await world.untilListed();
  await world.untilListed();
  const [before, stored] = [await requests(), await Promise.all(sites.map(snapshot))];
  await world.untilListed();
  await world.untilListed();
  const after = await requests();
  expect(await Promise.all(sites.map(snapshot))).toEqual(stored);

  const more = [...after]
    .filter(([operation, count]) => count > (before.get(operation) ?? 0))
    .map(([operation]) => operation);
  expect(more.filter((operation) => operation.startsWith('Elasticsearch')).toSorted()).toEqual([
    'Elasticsearch: authenticate',
    'Elasticsearch: check privileges',
    'Elasticsearch: query API keys',
    'Elasticsearch: read cluster',
    'Elasticsearch: read license',
  ]);
  expect(more.filter((operation) => !operation.startsWith('Elasticsearch'))).toEqual(['Kubernetes: patch Lease']);
  const grown = (operation: string) => (after.get(operation) ?? 0) - (before.get(operation) ?? 0);
  // One look and one list an interval for each connection: not more of one than of the other, but for one under way.
  const difference = grown('Elasticsearch: read cluster') - grown('Elasticsearch: query API keys');
  expect(Math.abs(difference)).toBeLessThanOrEqual(sites.length);
});
