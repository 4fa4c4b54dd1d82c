import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BeatApiKeySpec } from '../../src/api/types.ts';
import { startFaultProxy, type FaultProxy, type Seen } from '../contract/fault-proxy.ts';
import { controlPlane, elasticsearchVersions } from '../testbed/current.ts';
import type { ElasticsearchNode } from '../testbed/servers.ts';
import { connection, reachedAt, type Manifest } from './manifests.ts';
import { condition, type Objects } from './objects.ts';
import { SHORT_TIMES } from './trouble/open.ts';
import { REFUSALS, type Refusal } from './trouble/refusals.ts';
import { rounds } from './trouble/rounds.ts';
import { openWorld } from './world.ts';

const kubernetes = await startFaultProxy(controlPlane());
const fronts: FaultProxy[] = [];
const front = async (node: ElasticsearchNode): Promise<FaultProxy> => {
  const proxy = await startFaultProxy(node);
  fronts.push(proxy);
  return proxy;
};
const world = await openWorld({ settings: SHORT_TIMES, guests: 1, kubernetesURL: kubernetes.url, front });
afterAll(async () => {
  await world.close();
  for (const proxy of [kubernetes, ...fronts]) await proxy[Symbol.asyncDispose]();
});

const [newest = ''] = elasticsearchVersions();
const site = world.site(newest);
const [guest = site.objects] = site.guests;

/** Connections whose keys are listed once an interval: one of each version, and two more of each in the end. */
const connections = elasticsearchVersions().length * 3;

/** What the servers were asked so far, but for watches, leases, lists of keys and looks at the cluster. */
function requests(): Readonly<Record<'reads' | 'questions' | 'writes', number>> {
  const isAbout = (seen: Seen, ...what: string[]): boolean =>
    what.some((path) => seen.url.pathname.includes(path)) && !seen.url.searchParams.has('watch');
  const ofObjects = kubernetes.seen.filter((seen) => isAbout(seen, '/beatapikeys', '/secrets', '/events'));
  const asked = fronts.flatMap(({ seen }) => seen);
  const ofKeys = asked.filter(({ url }) => url.pathname === '/_security/api_key');
  const isRead = ({ method }: Seen): boolean => method === 'GET';
  return {
    reads: [...ofObjects, ...ofKeys].filter(isRead).length,
    questions: asked.filter((seen) => isAbout(seen, '/_has_privileges')).length,
    writes: [...ofObjects, ...ofKeys].filter((seen) => !isRead(seen)).length,
  };
}

/** What kubectl said of each object of a file with all of them. */
type Said = ReadonlyMap<string, string>;

function manifest({ namespace }: Objects, { name, spec }: Pick<Refusal, 'name' | 'spec'>): Manifest {
  const metadata = { name, namespace };
  return {
    apiVersion: 'beatkeys.dev/v1alpha1',
    kind: 'BeatApiKey',
    metadata,
    spec: { connectionRef: { name: 'main' }, ...spec },
  };
}

/** Applies one file with all objects. */
async function applyAll(objects: Objects, validate: 'strict' | 'ignore', all: readonly Refusal[]): Promise<Said> {
  const items = all.map((refusal) => manifest(objects, refusal));
  const args = ['-n', objects.namespace, 'apply', `--validate=${validate}`, '-f', '-'];
  const { stderr } = await controlPlane().kubectl(args, {
    input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  });
  const paragraphs = stderr.split(/^(?=The BeatApiKey|Error from server)/m);
  return new Map(all.map(({ name }) => [name, paragraphs.find((each) => each.includes(`"${name}"`)) ?? ''] as const));
}

describe.each([
  ['strict', site.objects],
  ['ignore', guest],
] as const)('With --validate=%s', (validate, objects) => {
  let said: Said = new Map();
  beforeAll(async () => {
    said = await applyAll(objects, validate, REFUSALS);
  });

  test.each(REFUSALS.filter(({ kubectl }) => kubectl !== undefined))(
    'kubectl says what is wrong with $name, and nothing is stored',
    async ({ name, kubectl }) => {
      expect(said.get(name)).toContain(kubectl);
      expect(await objects.find('BeatApiKey', name)).toBeUndefined();
    },
  );

  test.each(REFUSALS.filter(({ kubectl }) => kubectl === undefined))(
    'the operator says what is wrong with $name, and makes no key',
    async ({ name, spec, operator }) => {
      expect(said.get(name)).toBe('');
      const object = await objects.refused(name, 'InvalidSpec');
      expect(object.spec).toMatchObject(spec);
      expect(condition(object, 'Ready')?.message).toBe(operator);
      expect(condition(object, 'Stalled')).toMatchObject({ status: 'True', message: operator });
      expect(object.metadata.finalizers).toBeUndefined();
      expect(object.status).not.toHaveProperty('keyID');
      expect(await objects.find('Secret', name)).toBeUndefined();
      expect(await site.keys(object)).toEqual([]);
      expect(await objects.event(name, 'Stalled')).toBe(`InvalidSpec: ${operator}`);
    },
  );
});

test('a field that no BeatApiKey has is refused by kubectl as it is', async () => {
  const object = manifest(site.objects, { name: 'unknown', spec: { preset: { beat: 'packetbeat' }, expires: '1d' } });
  const apply = site.objects.kubectl(['apply', '-f', '-'], JSON.stringify(object));
  await expect(apply).rejects.toThrow(/unknown field "(spec\.)?expires"/);
  expect(await site.objects.find('BeatApiKey', 'unknown')).toBeUndefined();
});

test('a name at its limit is no trouble for the key, the Secret and what stands in between', async () => {
  const name = `${'a'.repeat(126)}.${'b'.repeat(126)}`;
  await site.objects.issue(name, { preset: { beat: 'packetbeat' } });
  expect(await (await site.beat(name)).authenticate()).toBe(200);
});

const preset = { beat: 'packetbeat' } as const;
const writes = (...privileges: string[]) => ({ indices: [{ names: ['packetbeat-*'], privileges }] });

/** A spec that only Elasticsearch or the policy of its connection can refuse, and one that mends it. */
interface Beyond {
  readonly name: string;
  readonly through: 'dated' | 'misled';
  readonly bad: Partial<BeatApiKeySpec>;
  readonly good: Partial<BeatApiKeySpec>;
  readonly reason: string;
  readonly message: string;
}
const BEYOND: readonly Beyond[] = [
  {
    name: 'undated',
    through: 'dated',
    bad: { preset },
    good: { preset, expiration: '90d' },
    reason: 'PolicyViolation',
    message:
      'beyond spec.policy of ElasticsearchConnection NAMESPACE/dated: spec.expiration is missing, at most 90d is allowed',
  },
  {
    name: 'lasting',
    through: 'dated',
    bad: { preset, expiration: '91d' },
    good: { preset, expiration: '90d' },
    reason: 'PolicyViolation',
    message:
      'beyond spec.policy of ElasticsearchConnection NAMESPACE/dated: spec.expiration is 91d, at most 90d is allowed',
  },
  {
    name: 'cluster-privilege',
    through: 'misled',
    bad: { roleDescriptors: { writer: { cluster: ['monitr'] } } },
    good: { roleDescriptors: { writer: { cluster: ['monitor'] } } },
    reason: 'Rejected',
    message: 'Elasticsearch: check privileges: There is no cluster privilege monitr',
  },
  {
    name: 'index-privilege',
    through: 'misled',
    bad: { roleDescriptors: { writer: writes('creat_doc') } },
    good: { roleDescriptors: { writer: writes('create_doc') } },
    reason: 'Rejected',
    message: 'Elasticsearch: check privileges: There is no index privilege creat_doc',
  },
];

describe.each(elasticsearchVersions())('With Elasticsearch %s', (version) => {
  const { objects, node, user, keys } = world.site(version);
  const { namespace } = objects;

  beforeAll(async () => {
    // A ceiling with the same slip as the request, so that Elasticsearch gets to see it.
    const roleDescriptor = { cluster: ['monitr', 'monitor'], ...writes('creat_doc', 'create_doc') };
    for (const [name, policy] of Object.entries({ dated: { maxExpiration: '90d' }, misled: { roleDescriptor } })) {
      const { url } = await front(node);
      await objects.apply(...connection(namespace, name, reachedAt(url, node), user, { policy }));
    }
  });

  test.each(BEYOND)('$name is refused in one sentence, and no key is made', async (row) => {
    const { name, through, bad, reason } = row;
    const message = row.message.replace('NAMESPACE', namespace);
    await objects.applyKey(name, { connectionRef: { name: through }, ...bad });
    const object = await objects.refused(name, reason);
    expect(condition(object, 'Ready')?.message).toBe(message);
    expect(await objects.kubectl(['describe', 'beatapikey', name])).toContain(message);
    expect(object.metadata.finalizers).toBeUndefined();
    expect(await keys(object)).toEqual([]);
  });
});

test('what only a person can mend is looked at now and then at most', async () => {
  const looks = 3;
  await rounds(world.operator, 1, connections);
  const before = requests();
  await rounds(world.operator, looks, connections);
  const after = requests();
  // An invalid spec and a policy cost nothing; what Elasticsearch refuses: a look at the Secret's name and a question.
  const asked = elasticsearchVersions().length * BEYOND.filter(({ through }) => through === 'misled').length;
  expect(after.reads - before.reads).toBeLessThanOrEqual((looks + 1) * asked);
  expect(after.questions - before.questions).toBeLessThanOrEqual((looks + 1) * (asked + connections));
  expect(after.writes).toBe(before.writes);
});

describe.each(elasticsearchVersions())('With Elasticsearch %s', (version) => {
  const site = world.site(version);

  test.each(BEYOND)('$name is mended by an edit, with one key', async ({ name, through, good }) => {
    const object = await site.objects.issue(name, { connectionRef: { name: through }, ...good });
    expect(await (await site.beat(name)).authenticate()).toBe(200);
    expect(await site.keys(object)).toHaveLength(1);
  });
});
