import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { elasticsearchVersions } from '../testbed/current.ts';
import type { Beat } from './beat.ts';
import type { Site } from './site.ts';
import { openWorld } from './world.ts';

const world = await openWorld();
afterAll(() => world.close());

const beats = ['packetbeat', 'heartbeat', 'filebeat', 'metricbeat', 'auditbeat', 'apm-server'] as const;
const both = ['publishing', 'monitoring'] as const;
const presets = [
  ...beats.map((beat) => ({ beat, use: undefined, name: beat })),
  ...beats.map((beat) => ({ beat, use: ['monitoring'] as const, name: `${beat}-monitoring` })),
  ...(['packetbeat', 'apm-server'] as const).map((beat) => ({ beat, use: both, name: `${beat}-both` })),
];

/** Where a Beat writes its events; `%` is a name that no other file uses. */
const eventsOf = (beat: (typeof beats)[number]): readonly string[] =>
  beat === 'apm-server' ? ['traces-apm-%', 'logs-apm-%', 'metrics-apm-%'] : [`${beat}-%`];
const monitoring = '.monitoring-beats-%';
const apmReads = ['.apm-source-map', '.apm-agent-configuration'];

describe.each(elasticsearchVersions())('With Elasticsearch %s', { concurrent: true }, (version) => {
  const site: Site = world.site(version);
  const { objects, node } = site;
  const named = (index: string): string => index.replace('%', objects.namespace);

  beforeAll(async () => {
    for (const index of apmReads) await node.request('PUT', `/${index}`);
  });
  afterAll(async () => {
    for (const index of [...beats.flatMap(eventsOf), monitoring]) await node.request('DELETE', `/${named(index)}`);
  });

  test.each(presets)('$name may do what its Beat does, and nothing else', async ({ beat, use, name }) => {
    await objects.issue(name, { preset: use === undefined ? { beat } : { beat, uses: [...use] } });
    const key: Beat = await site.beat(name);
    const publishes = use === undefined || use.some((each) => each === 'publishing');
    const monitors = use?.some((each) => each === 'monitoring') ?? false;

    expect(await key.greet()).toBe(200);
    for (const index of eventsOf(beat)) expect(await key.publish(named(index))).toBe(publishes ? 'taken' : 'refused');
    expect(await key.publish(named(monitoring))).toBe(monitors ? 'taken' : 'refused');
    expect(await key.publish(named(beat === 'filebeat' ? 'heartbeat-%' : 'filebeat-%'))).toBe('refused');
    for (const index of apmReads) expect(await key.search(index)).toBe(beat === 'apm-server' && publishes ? 200 : 403);
    expect(await key.search(named(eventsOf(beat)[0] ?? ''))).toBe(403);
  });
});
