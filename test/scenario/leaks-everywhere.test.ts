import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startFaultProxy, type Asked, type FaultProxy } from '../contract/fault-proxy.ts';
import { Leaks } from '../leaks/leaks.ts';
import { controlPlane, elasticsearch, elasticsearchVersions } from '../testbed/current.ts';
import { reportFigures } from './figures.ts';
import { ELASTICSEARCH_ECHOES, KUBERNETES_ECHOES, type Echo } from './leaks/echoes.ts';
import { linesIn, placesOf } from './leaks/places.ts';
import { beatApiKey, connection, reachedAt, secret, type Manifest } from './manifests.ts';
import { SHORT_TIMES } from './trouble/open.ts';
import { serverIdentity, startTlsFront } from './trouble/servers.ts';
import { openWorld } from './world.ts';

/** Both servers repeat what is secret in every answer that goes wrong, at each step; it must be seen nowhere. */

const [version = ''] = elasticsearchVersions();
const node = elasticsearch(version);
const kubernetes = await startFaultProxy(controlPlane());
const fronts: FaultProxy[] = [];
const world = await openWorld({ kubernetesURL: kubernetes.url, versions: [version], settings: SHORT_TIMES });
const site = world.site(version);
const { objects, user } = site;
const { namespace } = objects;
for (const value of [`${user.username}:${user.password}`, controlPlane().token]) world.leaks.note(value);
afterAll(async () => {
  await world.close();
  for (const front of [...fronts, kubernetes]) await front[Symbol.asyncDispose]();
  await node.close();
});

/** What an object's pass asks of a server. */
type Step = (asked: Asked) => boolean;
const isKeys = ({ url }: Asked): boolean => url.pathname === '/_security/api_key';
const usesKey = ({ headers }: Asked): boolean => headers.authorization?.startsWith('ApiKey ') === true;
const asksForPrivileges = ({ url }: Asked): boolean => url.pathname.endsWith('/_has_privileges');

const STEPS: Readonly<Record<string, Step>> = {
  contact: ({ url }) => url.pathname === '/',
  list: ({ url }) => url.pathname.endsWith('/_query/api_key'),
  mint: (asked) => asked.method === 'PUT' && isKeys(asked),
  prove: (asked) => asksForPrivileges(asked) && usesKey(asked),
};

const isOf = (name: string, { url, body }: Asked): boolean =>
  url.pathname.split('/').includes(name) || body.includes(`"name":"${name}"`);
const KUBERNETES_STEPS: Readonly<Record<string, Step>> = {
  store: ({ method, url }) => method === 'POST' && url.pathname.endsWith('/secrets'),
  report: ({ method, url }) => method === 'PATCH' && url.pathname.endsWith('/status'),
};

/** One answer to one request goes wrong, once. */
interface Case {
  readonly name: string;
  readonly step: Step;
  readonly echo: Echo;
  struck: number;
}
const casesOf = (step: string, of: Step, echoes: Readonly<Record<string, Echo>>): readonly Case[] =>
  Object.entries(echoes).map(([name, echo]) => ({ name: `${step}-${name}`, step: of, echo, struck: 0 }));
/** Where a key is made and stored all answers come; elsewhere one of each kind. */
const someOf = (echoes: Readonly<Record<string, Echo>>): Readonly<Record<string, Echo>> =>
  Object.fromEntries(
    ['status-400', 'status-401', 'status-500', 'page-200', 'fields', 'unreadable', 'break-off'].flatMap((name) => {
      const echo = echoes[name];
      return echo === undefined ? [] : [[name, echo] as const];
    }),
  );
const atElasticsearch = Object.entries(STEPS).flatMap(([name, step]) =>
  casesOf(name, step, name === 'mint' ? ELASTICSEARCH_ECHOES : someOf(ELASTICSEARCH_ECHOES)),
);
const atKubernetes = Object.entries(KUBERNETES_STEPS).flatMap(([name, step]) =>
  casesOf(name, step, name === 'store' ? KUBERNETES_ECHOES : someOf(KUBERNETES_ECHOES)),
);

const strike = (one: Case, asked: Asked) => {
  if (one.struck > 0 || !one.step(asked)) return undefined;
  one.struck += 1;
  return one.echo(asked);
};

const file = 'output.elasticsearch.api_key: "{{ beats }}"\n# {{ encoded }} {{ key }}\n';
const key = (name: string, connectionName: string): Manifest =>
  beatApiKey(namespace, name, {
    connectionRef: { name: connectionName },
    preset: { beat: 'packetbeat' },
    secret: { template: { data: { 'packetbeat.yml': file } } },
  });
async function frontFor(one: Case): Promise<readonly Manifest[]> {
  const front = await startFaultProxy(node);
  fronts.push(front);
  front.fault = (asked) => strike(one, asked);
  return [...connection(namespace, one.name, reachedAt(front.url, node), user), key(one.name, one.name)];
}

/** A word that the operator may say, and says wherever it says anything of the object. */
const marker = `marker-${randomBytes(6).toString('hex')}`;
/** A version that only what stands before the cluster has. */
const markedVersion = `9.9.9-rc${String(randomBytes(1)[0])}`;

describe('An operator whose servers repeat everything', () => {
  beforeAll(async () => {
    kubernetes.fault = (asked) => {
      const one = atKubernetes.find((each) => isOf(each.name, asked));
      return one === undefined ? undefined : strike(one, asked);
    };
    const marked = await startFaultProxy(node);
    fronts.push(marked);
    marked.fault = ({ url }) =>
      url.pathname === '/'
        ? { rewrite: (body) => body.replace(/"number" : "[^"]+"/, `"number" : "${markedVersion}"`) }
        : undefined;
    await objects.apply(...connection(namespace, marker, reachedAt(marked.url, node), user), key(marker, marker));
    // Before so many others have events to be written.
    await objects.event(marker, 'KeyIssued');
    const manifests = await Promise.all(atElasticsearch.map(frontFor));
    await objects.apply(...manifests.flat(), ...atKubernetes.map(({ name }) => key(name, 'main')));
  });

  test.each([
    ['Elasticsearch', atElasticsearch],
    ['the API server', atKubernetes],
  ])('meets every such answer of %s at every step', async (_server, cases) => {
    const missed = () => cases.filter(({ struck }) => struck === 0).map(({ name }) => name);
    await vi.waitFor(() => expect(missed()).toEqual([]), { timeout: 90_000, interval: 250 });
  });

  test('meets a server whose certificate names what it should not', async () => {
    const canary = `canary-${randomBytes(8).toString('hex')}`;
    world.leaks.note(canary);
    const identity = await serverIdentity({ host: `${canary}.example` });
    await using front = await startTlsFront(node, identity);
    const [trusted, untrusted] = ['tls-name', 'tls-authority'].map((name) =>
      connection(
        namespace,
        name,
        reachedAt(front.url, node),
        user,
        name === 'tls-name' ? { tls: { caRef: { kind: 'Secret', name: 'tls-pem' } } } : {},
      ),
    );
    await objects.apply(
      secret(namespace, 'tls-pem', { 'ca.crt': identity.cert }),
      ...(trusted ?? []),
      ...(untrusted ?? []),
    );
    for (const name of ['tls-name', 'tls-authority']) await objects.connectionRefused(name, 'CertificateInvalid');
  });

  test('says what it may say, wherever it is looked for, and nothing else', async () => {
    await objects.ready(marker);
    const { 'packetbeat.yml': rendered } = await objects.data(marker);
    world.leaks.note(rendered);
    const places = await placesOf(world, objects);
    reportFigures({ 'leaks.lines': linesIn(places), 'leaks.cases': atElasticsearch.length + atKubernetes.length });
    // A word of the proxy's that is let through, and the object's name, prove that each of these is really looked at.
    const said = (word: string): readonly string[] => {
      const known = new Leaks(false);
      known.note(word);
      return [...new Set(known.foundIn(places).map((found) => found.split(',')[0] ?? ''))].toSorted();
    };
    expect(said(marker)).toEqual(['describe', 'events', 'log', 'metrics', 'table', 'yaml']);
    expect(said(markedVersion)).toEqual(['describe', 'table', 'yaml']);
    expect(world.leaks.foundIn(places)).toEqual([]);
  });

  test('would turn this red with a value in any of these places', async () => {
    const { key: value = '' } = await objects.data(marker);
    const places = await placesOf(world, objects);
    for (const name of Object.keys(places)) {
      const found = world.leaks.foundIn({ ...places, [name]: `${places[name]}\n- ${value}` });
      expect(found.map((each) => each.split(',')[0])).toEqual([name]);
    }
  });
});
