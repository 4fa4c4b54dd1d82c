import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startFaultProxy } from '../contract/fault-proxy.ts';
import { ODDITIES, placesIn, withOddity, type Oddity, type Place } from '../contract/odd-answers.ts';
import { controlPlane, elasticsearchVersions } from '../testbed/current.ts';
import { beatApiKey, type Manifest } from './manifests.ts';
import { SHORT_TIMES } from './trouble/open.ts';
import { openWorld } from './world.ts';

/** Objects come from the API server in forms that no schema lets through; all others are served as if they were not there. */

const kubernetes = await startFaultProxy(controlPlane());
const [version = ''] = elasticsearchVersions();
const world = await openWorld({ kubernetesURL: kubernetes.url, versions: [version], settings: SHORT_TIMES });
const { objects, ...site } = world.site(version);
const { namespace } = objects;
afterAll(async () => {
  await world.close();
  await kubernetes[Symbol.asyncDispose]();
});

const roleDescriptors = { role: { cluster: ['monitor'] } };
const spec = { roleDescriptors, consumers: [{ kind: 'DaemonSet', name: 'x' }] } as const;

/** A BeatApiKey with all that the operator reads; the places in it are where something odd is put. */
const WHOLE = {
  metadata: {
    ...{
      labels: { a: 'b' },
      annotations: { a: 'b' },
      finalizers: ['a'],
      generation: 1,
      uid: 'u',
      resourceVersion: '1',
    },
    ...{
      ownerReferences: [{ uid: 'u' }],
      managedFields: [{ manager: 'm' }],
      creationTimestamp: 't',
      deletionTimestamp: 't',
    },
  },
  spec: {
    connectionRef: { name: 'main' },
    roleDescriptors,
    consumers: [{}],
    secret: { name: 'x' },
    rotation: {},
    suspend: true,
  },
  status: {
    ...{ conditions: [{ type: 'Ready' }], retiring: [{ since: 't' }], connection: {}, expirationTime: 't' },
    ...{ keyID: 'k', observedGeneration: 1, clusterUUID: 'c' },
  },
};
/** Every place with one of the oddities in turn. */
const odd = placesIn(WHOLE, 3).map((place, index): readonly [Place, Oddity | undefined] => [
  place,
  ODDITIES[index % ODDITIES.length],
]);
const oddityOf = new Map(odd.map((each, index) => [`odd-${index}`, each]));

interface Item {
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}
/** The operator may make a Secret of the name itself. */
const OF_SECRET = '-s';
const nameOf = ({ metadata }: Item): string => metadata?.name?.replace(OF_SECRET, '') ?? '';
/** Puts the oddity into an object whose name says so, of whatever kind; where it has not that place, into its metadata. */
function altered(item: Item): unknown {
  const [place, oddity] = oddityOf.get(nameOf(item)) ?? [];
  if (place === undefined || oddity === undefined) return item;
  const parent = place
    .slice(0, -1)
    .reduce<unknown>((level, name) => (level instanceof Object ? Reflect.get(level, name) : undefined), item);
  return withOddity(item, parent instanceof Object ? place : ['metadata', 'labels'], oddity);
}
const ours = /\/(beatapikeys|elasticsearchconnections|secrets|daemonsets)(\/|$)/;

const issued = async (name: string): Promise<void> => {
  const object = await objects.issue(name, spec);
  await site.untilOneLives(object);
  expect(await (await site.beat(name)).authenticate()).toBe(200);
};

describe('An operator that is shown odd objects', () => {
  beforeAll(async () => {
    await issued('before');
    kubernetes.fault = ({ method, url }) => {
      if (method !== 'GET' || !ours.test(url.pathname) || url.searchParams.has('watch')) return undefined;
      return {
        rewrite: (body) => {
          const answer = JSON.parse(body) as Item & { readonly items?: readonly Item[] };
          const whole = answer.items === undefined ? altered(answer) : { ...answer, items: answer.items.map(altered) };
          return JSON.stringify(whole);
        },
      };
    };
    kubernetes.lineFault = ({ url }, line) => {
      if (!ours.test(url.pathname)) return undefined;
      const event = JSON.parse(line) as { readonly object: Item };
      return oddityOf.has(nameOf(event.object))
        ? { instead: JSON.stringify({ ...event, object: altered(event.object) }) }
        : undefined;
    };
    const manifests = [...oddityOf.keys()].flatMap((name): Manifest[] => [
      beatApiKey(namespace, name, spec),
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { namespace, name: `${name}${OF_SECRET}`, labels: { 'app.kubernetes.io/managed-by': 'beatkeys' } },
      },
      {
        apiVersion: 'beatkeys.dev/v1alpha1',
        kind: 'ElasticsearchConnection',
        metadata: { name, namespace },
        spec: { urls: ['http://127.0.0.1:1'], auth: { basic: { secretRef: { name: 'main-credential' } } } },
      },
    ]);
    await objects.apply(...manifests);
  });

  test('as they come serves the others', async () => {
    await issued('after');
    await world.operator.untilLine(/that cannot be read was passed over.*|.*"object":".*odd-/);
    const object = await objects.ready('before');
    await objects.patch('BeatApiKey', 'before', { spec: { rotation: { request: 'now' } } });
    await objects.rotated('before', object);
  });

  test('in its first lists serves the others', async () => {
    await world.operator.stop();
    await world.startOperator();
    await issued('later');
    const told = world.operator.lines.filter((line) => line.includes('an object that cannot be read was passed over'));
    expect(told.some((line) => /"object":"[^"]*odd-\d+"/.test(line))).toBe(true);
  });

  test('still tells its metrics, and takes none of them for a defect of its own', async () => {
    expect(await world.operator.metrics()).toContain('beatkeys_');
    const lines = world.operators.flatMap((operator) => operator.lines);
    expect(lines.filter((line) => /a pass ended with a defect|cannot go on/.test(line))).toEqual([]);
  });
});
