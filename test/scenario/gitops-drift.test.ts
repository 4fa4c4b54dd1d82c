import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { BeatApiKey } from '../../src/api/types.ts';
import { BUILD_MS, openGitOps, type Comparison, type GitOps } from '../gitops/gitops.ts';
import { controlPlane, elasticsearch, elasticsearchVersions } from '../testbed/current.ts';
import { localCertificate } from '../testbed/elasticsearch/certificate.ts';
import { mustKubectl } from '../testbed/kubernetes/client.ts';
import { temporaryFolder } from '../testbed/leftovers.ts';
import { compareWithGit } from './gitops/compare.ts';
import { examplesAt } from './gitops/examples.ts';
import { listOf, WAYS, type Way } from './gitops/ways.ts';
import { everyPreset } from './lending-user.ts';
import type { Manifest } from './manifests.ts';
import type { Objects } from './objects.ts';
import { keysOf, lives } from './server-keys.ts';
import { openWorld } from './world.ts';

/** Nothing that the operator does shows as a difference to what Git has. */

const plane = controlPlane();
const version =
  elasticsearchVersions().find((each) => elasticsearch(each).ca !== undefined) ?? elasticsearchVersions()[0];
if (version === undefined) throw new Error('this run has no Elasticsearch');
const ways = Object.keys(WAYS) as readonly (keyof typeof WAYS)[];
const world = await openWorld({
  versions: [version],
  guests: 2 * ways.length,
  restarts: true,
  privileges: {
    ...everyPreset,
    indices: [...everyPreset.indices, { names: ['books'], privileges: ['read'] }],
  },
});
afterAll(() => world.close());
const { guests, node, user } = world.site(version);

let gitops: GitOps;
let all: ReadonlyMap<keyof typeof WAYS, Brought>;
beforeAll(async () => {
  gitops = await openGitOps();
  all = new Map(await Promise.all(ways.map(async (name) => [name, await bring(name)] as const)));
}, BUILD_MS);

/** What a way has brought into two namespaces of its own. */
interface Brought {
  readonly way: Way;
  readonly system: Objects;
  readonly logging: Objects;
  /** What Git has now. */
  readonly wanted: readonly Manifest[];
}

/** The mark by which Argo CD knows what is its own. */
function tracked(manifest: Manifest): Manifest {
  const { annotations = {}, ...metadata } = manifest.metadata as Manifest['metadata'] & {
    readonly annotations?: object;
  };
  const { apiVersion, kind } = manifest;
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  const id = `examples:${group}/${kind}:${metadata.namespace}/${metadata.name}`;
  return {
    ...manifest,
    metadata: { ...metadata, annotations: { ...annotations, 'argocd.argoproj.io/tracking-id': id } },
  };
}

/** The same with a new value of `spec.rotation.request` in every key. */
const requested = (manifests: readonly Manifest[]): readonly Manifest[] =>
  manifests.map((manifest) => {
    if (manifest.kind !== 'BeatApiKey') return manifest;
    const spec = manifest['spec'] as { readonly rotation?: object };
    return { ...manifest, spec: { ...spec, rotation: { ...spec.rotation, request: 'once more' } } };
  });

/** By the commands of docs/gitops.md. */
async function prepared(index: number): Promise<{ readonly system: Objects; readonly logging: Objects }> {
  const [system, logging] = guests.slice(2 * index, 2 * index + 2);
  if (system === undefined || logging === undefined) throw new Error('the world has too few guests');
  const { username, password } = user;
  const literals = [`--from-literal=username=${username}`, `--from-literal=password=${password}`];
  const secret = ['create', 'secret', 'generic', 'elasticsearch-credential', '-n', system.namespace];
  // The arguments are not for a message.
  expect((await plane.kubectl([...secret, ...literals])).code).toBe(0);
  const folder = temporaryFolder('authority');
  const file = path.join(folder.path, 'ca.crt');
  await writeFile(file, node.ca ?? (await localCertificate()).certificate);
  await system.kubectl(['create', 'configmap', 'elasticsearch-ca', `--from-file=${file}`]);
  await folder.remove();
  await logging.kubectl(['label', 'namespace', logging.namespace, 'beatkeys.dev/main=allowed']);
  return { system, logging };
}

/** Applies all examples, waits for their keys, and replaces each by a change in Git. */
async function bring(name: keyof typeof WAYS): Promise<Brought> {
  const { system, logging } = await prepared(ways.indexOf(name));
  const way = WAYS[name];
  const examples = await examplesAt({ system: system.namespace, logging: logging.namespace, url: node.url });
  const first = way.isArgoCD ? examples.map(tracked) : examples;
  await way.apply(plane, first);
  // The one beside it waits for a cluster of ECK, which is not at hand; it is compared as it is.
  const keys = first.filter(({ kind, metadata }) => kind === 'BeatApiKey' && metadata.namespace === logging.namespace);
  const issued = await Promise.all(keys.map(({ metadata }) => logging.ready(metadata.name)));
  for (const key of issued) await untilThereArePods(key, logging);
  // Pods of the very second of the switch, or younger ones, need no restart.
  await wait(2000);
  const wanted = requested(first);
  await way.apply(plane, wanted);
  await Promise.all(issued.map((key) => logging.rotated(key.metadata.name, key)));
  for (const key of issued) await untilTakenUp(key, logging);
  return { way, system, logging, wanted };
}

/** Waits until each consumer of a key has a pod. */
async function untilThereArePods({ spec }: BeatApiKey, logging: Objects): Promise<void> {
  const apps = async () => (await logging.list('Pod')).map(({ metadata }) => metadata.labels?.['app']);
  for (const { name } of spec.consumers ?? []) {
    await vi.waitFor(async () => expect(await apps()).toContain(name), { timeout: 90_000, interval: 500 });
  }
}

/** Waits until the workloads that the operator restarts for a key carry the id of the new one. */
async function untilTakenUp({ spec, metadata }: BeatApiKey, logging: Objects): Promise<void> {
  for (const { kind, name, restart } of spec.consumers ?? []) {
    if (restart !== true) continue;
    await logging.until(kind, name, 'the id of the new key', (workload) =>
      Object.keys(workload.spec.template.metadata?.annotations ?? {}).some(
        (key) => key === `beatkeys.dev/${metadata.name}`,
      ),
    );
  }
}

/** What Argo CD says of each object. */
async function compare(wanted: readonly Manifest[]): Promise<readonly (Comparison & { readonly of: string })[]> {
  const found = await compareWithGit(gitops, plane, wanted);
  return found.map((each, index) => ({ ...each, of: `${wanted[index]?.kind}/${wanted[index]?.metadata.name}` }));
}

/** What a way has brought, once all have. */
function broughtBy(name: keyof typeof WAYS): () => Brought {
  return () => {
    const found = all.get(name);
    if (found === undefined) throw new Error(`nothing was brought by ${name}`);
    return found;
  };
}

describe.each(ways)('By %s', (name) => {
  const brought = broughtBy(name);

  test('the examples have keys of their own, and one restarts its consumer', () => {
    const keys = brought().wanted.filter(({ kind }) => kind === 'BeatApiKey');
    expect(keys.length).toBeGreaterThan(8);
    expect(JSON.stringify(keys)).toContain('"restart":true');
  });

  test.each([
    ['client-side', []],
    ['server-side', ['--server-side']],
  ] as const)('kubectl diff finds nothing, %s', async (_where, flags) => {
    const manager = flags.length === 0 ? [] : [`--field-manager=${brought().way.manager}`];
    const { code, stdout, stderr } = await plane.kubectl(['diff', ...flags, ...manager, '-f', '-'], {
      input: listOf(brought().wanted),
    });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('the same applied again changes nothing, and conflicts with nobody', async () => {
    const versions = async () =>
      mustKubectl(
        plane,
        [
          'get',
          '-f',
          '-',
          '-o',
          'jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.generation}{"\\n"}{end}',
        ],
        listOf(brought().wanted),
      );
    const before = await versions();
    await brought().way.apply(plane, brought().wanted);
    expect(await versions()).toBe(before);
  });
});

describe.each(ways.filter((name) => WAYS[name].isArgoCD))('By %s', (name) => {
  const brought = broughtBy(name);

  test('Argo CD finds nothing, client-side and server-side', async () => {
    const nothing = { client: '', server: '' };
    const found = await compare(brought().wanted);
    expect(found).toEqual(
      brought().wanted.map(({ kind, metadata }) => ({ ...nothing, of: `${kind}/${metadata.name}` })),
    );
  });

  test('Argo CD would find a change in Git', async () => {
    const [key] = brought().wanted.filter(({ kind }) => kind === 'BeatApiKey');
    if (key === undefined) throw new Error('there is no key');
    const changed = { ...key, spec: { ...(key['spec'] as object), expiration: '77d' } };
    const [found] = await compare([changed, ...brought().wanted.slice(0, 1)]);
    expect(found?.client).toContain('77d');
    expect(found?.server).toContain('77d');
  });
});

describe.each(ways)('By %s, at last', (name) => {
  const brought = broughtBy(name);

  test('all goes in the order of docs/gitops.md', async () => {
    const { system, logging, wanted, way } = brought();
    // Argo CD has the Secret go before its owner.
    const cascade = way.isArgoCD ? ['--cascade=foreground'] : [];
    const keys = await logging.list('BeatApiKey');
    await logging.kubectl(['delete', 'beatapikeys', '--all', ...cascade]);
    await system.kubectl(['delete', 'beatapikeys', '--all', ...cascade]);
    await system.kubectl(['delete', 'elasticsearchconnections', '--all', ...cascade]);
    expect(await logging.list('BeatApiKey')).toEqual([]);
    expect(await system.list('ElasticsearchConnection')).toEqual([]);
    const retained = wanted
      .filter((each) => JSON.stringify(each).includes('"Retain"'))
      .map(({ metadata }) => metadata.name);
    for (const key of keys.filter(({ metadata }) => !retained.includes(metadata.name))) {
      expect((await keysOf(node, key.metadata.uid)).filter(lives)).toEqual([]);
    }
  });
});
