import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  BEATS_EXAMPLES,
  isKnown,
  namespaceOf,
  placed,
  readExample,
  secretsOf,
  templatesOf,
  type Part,
  type PodTemplate,
} from '../examples/beats.ts';
import { beatsBinaries } from '../testbed/beats/binaries.ts';
import { controlPlane, elasticsearch, elasticsearchVersions } from '../testbed/current.ts';
import { localCertificate } from '../testbed/elasticsearch/certificate.ts';
import { testOutput } from './beats-examples/connection-test.ts';
import { createLendingUser, everyPreset, type LendingUser } from './lending-user.ts';
import { secret, type Manifest } from './manifests.ts';
import type { Objects } from './objects.ts';
import { openWorld } from './world.ts';

/** The complete examples, applied: keys, pods, and the configuration in the hands of a real Beat. */

/** Longer than the Beats take to be built the first time, on a busy machine. */
const BUILD_MS = 60 * 60_000;

const versions = elasticsearchVersions();
const version = versions.find((each) => elasticsearch(each).ca !== undefined) ?? versions[0] ?? '';
/** The cluster that monitoring data goes to in the example of two. */
const other = elasticsearch(versions.find((each) => each !== version) ?? version);
const world = await openWorld({
  versions: [version],
  guests: BEATS_EXAMPLES.length,
  restarts: true,
  connection: {
    allowedNamespaces: { from: 'Selector', selector: { matchLabels: { 'beatkeys.dev/main': 'allowed' } } },
  },
});
const { objects: system, guests, node } = world.site(version);
const ca = node.ca ?? (await localCertificate()).certificate;
let monitoringUser: LendingUser;
let binaries: string;

beforeAll(async () => {
  monitoringUser = await createLendingUser(other, everyPreset);
  world.leaks.note(monitoringUser.password);
  const { username, password } = monitoringUser;
  await system.apply(secret(system.namespace, 'monitoring-credential', { username, password }), {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'monitoring-ca', namespace: system.namespace },
    data: { 'ca.crt': other.ca ?? ca },
  });
  if (controlPlane().playedNodes) binaries = await beatsBinaries((line) => console.error(line));
}, BUILD_MS);
afterAll(async () => {
  await world.close();
  await monitoringUser[Symbol.asyncDispose]();
  await other.close();
});

/** Objects that belong to the whole cluster, which other runs share, are looked at elsewhere. */
const isApplied = (part: Part): part is Part & Manifest =>
  isKnown(part) && !['Namespace', 'ClusterRole', 'ClusterRoleBinding'].includes(part.kind);

/** ECK, which is not at hand, would make the cluster of that connection: its key is of `main` instead. */
function onMain(part: Part): Part {
  if (part.kind !== 'BeatApiKey') return part;
  const spec = part['spec'] as { readonly connectionRef: { readonly name: string } };
  if (spec.connectionRef.name !== 'eck') return part;
  return { ...part, spec: { ...spec, connectionRef: { name: 'main', namespace: system.namespace } } };
}

/** The namespace of an example. */
function guestOf(name: string): Objects {
  const guest = guests[BEATS_EXAMPLES.indexOf(name)];
  if (guest === undefined) throw new Error('the world has too few guests');
  return guest;
}

/** Applies an example in a namespace that has the labels of its own. */
async function bring(name: string): Promise<Objects> {
  const guest = guestOf(name);
  const example = readExample(name);
  const { name: declared, labels = {} } = namespaceOf(example).metadata;
  const pairs = Object.entries({ 'beatkeys.dev/main': 'allowed', ...labels }).map(([key, value]) => `${key}=${value}`);
  await guest.kubectl(['label', 'namespace', guest.namespace, ...pairs]);
  const here = placed(example.map(onMain), {
    [declared]: guest.namespace,
    'beatkeys-system': system.namespace,
    'https://elasticsearch.example:9200': node.url,
    'https://elasticsearch-es-http.elastic.svc:9200': node.url,
    'https://monitoring.example:9200': other.url,
  });
  const kinds = name === 'eck.yaml' ? ['BeatApiKey', 'Secret'] : undefined;
  const items = here.filter(isApplied).filter(({ kind }) => kinds?.includes(kind) ?? true);
  const ofSystem = ({ metadata }: Manifest): boolean => metadata.namespace === system.namespace;
  const [shared, own] = [items.filter(ofSystem), items.filter((item) => !ofSystem(item))];
  if (shared.length > 0) await system.apply(...shared);
  await guest.apply(...own);
  return guest;
}

/** The values of Secrets that the environment of a container takes. */
async function environment(guest: Objects, { spec }: PodTemplate): Promise<Readonly<Record<string, string>>> {
  const env: Record<string, string> = { NODE_NAME: 'node-1' };
  for (const { name, valueFrom } of spec.containers.flatMap((each) => each.env ?? [])) {
    const reference = valueFrom?.secretKeyRef;
    if (reference !== undefined) env[name] = (await guest.data(reference.name))[reference.key] ?? '';
  }
  return env;
}

/** Files of Secrets, by the path at which the container has them. */
async function files(guest: Objects, { spec }: PodTemplate): Promise<Readonly<Record<string, string>>> {
  const all: Record<string, string> = {};
  const mounts = spec.containers.flatMap((each) => each.volumeMounts ?? []);
  for (const { name, secret: source } of spec.volumes ?? []) {
    const { mountPath } = mounts.find((mount) => mount.name === name) ?? { mountPath: '' };
    for (const { key, path: file } of source?.items ?? [])
      all[path.join(mountPath, file)] = (await guest.data(source?.secretName ?? ''))[key] ?? '';
  }
  return all;
}

/** Waits until a workload has a pod that is available. */
async function untilItRuns(guest: Objects, { kind, metadata }: Part): Promise<void> {
  await guest.until(kind as 'DaemonSet' | 'Deployment', metadata.name, 'a pod that is available', ({ status }) => {
    const { numberAvailable = 0, availableReplicas = 0 } = status ?? {};
    return numberAvailable + availableReplicas > 0;
  });
}

describe.for(BEATS_EXAMPLES)('examples/beats/%s', { concurrent: true }, (name) => {
  const example = readExample(name);
  const templates = templatesOf(example);
  let guest: Objects;
  beforeAll(async () => {
    guest = await bring(name);
    const keys = example.filter(({ kind }) => kind === 'BeatApiKey');
    await Promise.all(keys.map(({ metadata }) => guest.ready(metadata.name)));
  });

  test('every data key that a pod reads is one that the operator wrote, and not empty', async () => {
    for (const { secret: from, key } of templates.flatMap(({ template }) => secretsOf(template))) {
      const data = await guest.data(from);
      expect([from, key, (data[key] ?? '') !== '']).toEqual([from, key, key !== 'ca.crt' || node.ca !== undefined]);
    }
  });

  test.runIf(controlPlane().playedNodes)('a pod runs', async () => {
    for (const { part } of templates) if (isKnown(part)) await untilItRuns(guest, part);
  });

  test.runIf(controlPlane().playedNodes)('a real Beat reads what the operator wrote, and is let in', async () => {
    for (const { part, template } of templates) {
      const mounted = await files(guest, template);
      const env = await environment(guest, template);
      const { beat, configurations } = configured(example, part, mounted);
      const moved = configurations.map((text) => text.replaceAll(/https:\/\/elasticsearch[\w.-]*:9200/g, node.url));
      const inPod = { binaries, beat, configurations: moved, files: mounted, env };
      const { code, stdout } = await testOutput(inPod);
      expect({ code, talks: /talk to server\.\.\. OK/.test(stdout) }).toEqual({ code: 0, talks: true });
      if (!moved.some((text) => text.includes('${ES_API_KEY:?'))) continue;
      const without = await testOutput({ ...inPod, env: { ...env, ES_API_KEY: '' } });
      expect(without.code).not.toBe(0);
      expect(`${without.stdout}${without.stderr}`).toMatch(/the Secret [\w-]+ holds no key/);
    }
  });
});

describe.runIf(controlPlane().playedNodes)('A key that is replaced goes when the pods are on the new one', () => {
  const replaced = { spec: { rotation: { overlap: '1s', request: 'now' } } };

  test.for(['packetbeat.yaml', 'packetbeat-two-clusters.yaml'])('restarted by the operator: %s', async (name) => {
    const guest = guestOf(name);
    const example = readExample(name);
    for (const { part } of templatesOf(example)) await untilItRuns(guest, part);
    await pastThisSecond();
    for (const { metadata } of example.filter(({ kind }) => kind === 'BeatApiKey')) {
      const before = await guest.ready(metadata.name);
      await guest.patch('BeatApiKey', metadata.name, replaced);
      const after = await guest.rotated(metadata.name, before);
      await guest.until('BeatApiKey', metadata.name, 'the retirement', ({ status }) => !status?.retiring);
      const { spec } = await guest.until('DaemonSet', 'packetbeat', 'its template', () => true);
      expect(spec.template.metadata?.annotations).toMatchObject({
        [`beatkeys.dev/${metadata.name}`]: after.status?.keyID,
      });
    }
  });

  test('restarted as Reloader does it: heartbeat-reloader.yaml', async () => {
    const guest = guestOf('heartbeat-reloader.yaml');
    const [workload] = templatesOf(readExample('heartbeat-reloader.yaml'));
    if (workload === undefined) throw new Error('there is no workload');
    await untilItRuns(guest, workload.part);
    await pastThisSecond();
    const before = await guest.ready('heartbeat');
    await guest.patch('BeatApiKey', 'heartbeat', replaced);
    await guest.rotated('heartbeat', before);
    // Nobody has replaced the pods.
    await guest.until('BeatApiKey', 'heartbeat', 'its consumer', ({ status }) =>
      (status?.retiring ?? []).some(({ waitingFor = '' }) => waitingFor.startsWith('Deployment/heartbeat 0 of')),
    );
    const annotations = { 'reloader.stakater.com/last-reloaded-from': 'heartbeat' };
    await pastThisSecond();
    await guest.patch('Deployment', 'heartbeat', { spec: { template: { metadata: { annotations } } } });
    await guest.until('BeatApiKey', 'heartbeat', 'the retirement', ({ status }) => !status?.retiring);
  });
});

/** Pods of the very second of a switch are not told from older ones. */
const pastThisSecond = () => wait(2000);

/** Which Beat a workload runs, and with which configuration: of ConfigMaps, of Secrets, or in an object of ECK. */
function configured(
  example: readonly Part[],
  { kind, spec }: Part,
  mounted: Readonly<Record<string, string>>,
): { readonly beat: string; readonly configurations: readonly string[] } {
  if (kind === 'Beat') {
    const { type, config } = spec as { readonly type: string; readonly config: object };
    return { beat: type, configurations: [JSON.stringify(config)] };
  }
  const maps = example.filter((part) => part.kind === 'ConfigMap');
  const [[file, text] = ['', '']] = maps.flatMap((part) => Object.entries(part['data'] as Record<string, string>));
  const pieces = Object.entries(mounted).flatMap(([name, content]) => (name.endsWith('.yml') ? [content] : []));
  return { beat: path.basename(file, '.yml'), configurations: [text, ...pieces] };
}
