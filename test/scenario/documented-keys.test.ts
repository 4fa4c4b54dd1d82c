import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RoleDescriptors } from '../../src/api/types.ts';
import { elasticsearchVersions } from '../testbed/current.ts';
import type { Beat } from './beat.ts';
import { ELASTIC_EXAMPLES } from './elastic-examples.ts';
import { everyPreset } from './lending-user.ts';
import type { Site } from './site.ts';
import { openWorld } from './world.ts';

/** The presets' ceiling, and what the example of Serverless projects asks for beyond it. */
const books = { names: ['books'], privileges: ['read'] };
const withBooks = { ...everyPreset, indices: [...everyPreset.indices, books] };
const { cluster, indices } = withBooks;
const ceiling = {
  cluster: cluster.filter((name) => name !== 'manage_own_api_key'),
  indices,
} as RoleDescriptors[string];

const world = await openWorld({
  caKind: 'ConfigMap',
  privileges: withBooks,
  connection: { policy: { roleDescriptor: ceiling } },
});
afterAll(() => world.close());

const page = (name: string): RoleDescriptors => {
  const example = ELASTIC_EXAMPLES.find(([each]) => each === name)?.[1] ?? '';
  return JSON.parse(example) as RoleDescriptors;
};

/** The two examples that the pages give in the same words as others, for another Beat or use. */
const heartbeatMonitoring: RoleDescriptors = {
  heartbeat_monitoring: {
    cluster: ['monitor'],
    index: [{ names: ['.monitoring-beats-*'], privileges: ['create_index', 'create'] }],
  },
};
const apmMonitoring: RoleDescriptors = {
  apm_monitoring: { index: [{ names: ['.monitoring-beats-*'], privileges: ['create_index', 'create_doc'] }] },
};

/** What a key shall be able to do: each answer, where `%` is a name that no other file uses. */
interface Expectation {
  readonly roles: RoleDescriptors;
  readonly greets: boolean;
  readonly pipelines: boolean;
  readonly publishesTo: readonly string[];
  readonly reads: readonly string[];
}

const nothing = { greets: false, pipelines: false, publishesTo: [], reads: [] };
const writer = { ...nothing, greets: true, pipelines: true };
const keys: Readonly<Record<string, Expectation>> = {
  'packetbeat-publishing': { ...writer, roles: page('Packetbeat, publishing'), publishesTo: ['packetbeat-%'] },
  'packetbeat-monitoring': {
    ...nothing,
    roles: page('Packetbeat, monitoring'),
    greets: true,
    publishesTo: ['.monitoring-beats-%'],
  },
  'packetbeat-both': {
    ...writer,
    roles: { ...page('Packetbeat, publishing'), ...page('Packetbeat, monitoring') },
    publishesTo: ['packetbeat-%', '.monitoring-beats-%'],
  },
  'heartbeat-publishing': { ...writer, roles: page('Heartbeat, publishing'), publishesTo: ['heartbeat-%'] },
  'heartbeat-monitoring': {
    ...nothing,
    roles: heartbeatMonitoring,
    greets: true,
    publishesTo: ['.monitoring-beats-%'],
  },
  'heartbeat-both': {
    ...writer,
    roles: { ...page('Heartbeat, publishing'), ...heartbeatMonitoring },
    publishesTo: ['heartbeat-%', '.monitoring-beats-%'],
  },
  'apm-server': {
    ...nothing,
    roles: page('APM Server, all three roles'),
    greets: true,
    publishesTo: ['traces-apm-%', 'logs-apm-%', 'metrics-apm-%'],
    reads: ['.apm-source-map', '.apm-agent-configuration'],
  },
  'apm-server-monitoring': { ...nothing, roles: apmMonitoring, publishesTo: ['.monitoring-beats-%'] },
  'books-read-only': { ...nothing, roles: page('Serverless projects, with indices'), reads: ['books'] },
};

/** Index names of every example, so that each key is tried on what the others may do. */
const written = [...new Set(Object.values(keys).flatMap(({ publishesTo }) => publishesTo)), 'filebeat-%'];
const read = [...new Set(Object.values(keys).flatMap(({ reads }) => reads))];

describe.each(elasticsearchVersions())('With Elasticsearch %s', { concurrent: true }, (version) => {
  const { objects, node, ...site }: Site = world.site(version);
  const named = (index: string): string => index.replace('%', objects.namespace);

  beforeAll(async () => {
    for (const index of read) await node.request('PUT', `/${index}`);
  });
  afterAll(async () => {
    for (const index of written) await node.request('DELETE', `/${named(index)}`);
  });

  test.each(Object.entries(keys))('%s pastes in, and the key may do just that', async (key, may) => {
    await objects.issue(key, { roleDescriptors: may.roles });
    const beat: Beat = await site.beat(key);
    expect(await beat.greet()).toBe(may.greets ? 200 : 403);
    expect(await beat.mayReadPipelines()).toBe(may.pipelines);
    for (const index of written) {
      const publication = await beat.publish(named(index));
      expect([index, publication]).toEqual([index, may.publishesTo.includes(index) ? 'taken' : 'refused']);
    }
    for (const index of read)
      expect([index, await beat.search(index)]).toEqual([index, may.reads.includes(index) ? 200 : 403]);
  });

  test.each(['packetbeat-publishing', 'apm-server'])(
    '%s can only add: nothing is read, overwritten, deleted',
    async (key) => {
      const name = `${key}-adds`;
      await objects.issue(name, { roleDescriptors: keys[key]?.roles ?? {} });
      const beat = await site.beat(name);
      const index = named(keys[key]?.publishesTo[0] ?? '');
      expect(await beat.publish(index)).toBe('taken');
      expect(await beat.overwrite(index)).toBe('refused');
      expect(await beat.search(index)).toBe(403);
      expect(await beat.deleteIndex(index)).toBe(403);
    },
  );
});
