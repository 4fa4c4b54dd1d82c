import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { mustKubectl } from '../testbed/kubernetes/client.ts';
import { controlPlane } from '../testbed/current.ts';
import { temporaryFolder } from '../testbed/leftovers.ts';

/** The kustomize of kubectl builds overlays of a base in which pods of every kind read keys in every way. */

const configuration = path.resolve(import.meta.dirname, '../../deploy/kustomize/namereference.yaml');
const namespace = 'logging';

type Fields = Readonly<Record<string, unknown>>;

/** A pod that reads the Secret `flows` in every way that there is; `secure` is not Beatkeys'. */
const pod = {
  initContainers: [
    {
      name: 'setup',
      env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'flows', key: 'api_key' } } }],
      envFrom: [{ secretRef: { name: 'flows' } }],
    },
  ],
  containers: [
    {
      name: 'beat',
      env: [
        { name: 'KEY', valueFrom: { secretKeyRef: { name: 'flows', key: 'api_key' } } },
        { name: 'OTHER', valueFrom: { secretKeyRef: { name: 'foreign', key: 'api_key' } } },
      ],
      envFrom: [{ secretRef: { name: 'flows' } }],
    },
  ],
  volumes: [
    { name: 'key', secret: { secretName: 'flows' } },
    { name: 'more', projected: { sources: [{ secret: { name: 'flows' } }] } },
  ],
};
const template = { metadata: { labels: { app: 'beat' } }, spec: pod };
const workload = (apiVersion: string, kind: string, spec: Fields): Fields => ({
  apiVersion,
  kind,
  metadata: { name: `beat-${kind.toLowerCase()}`, namespace },
  spec,
});
const ECK = 'beat.k8s.elastic.co/v1beta1';

const pods: readonly Fields[] = [
  workload('v1', 'Pod', pod),
  ...['DaemonSet', 'Deployment', 'StatefulSet'].map((kind) => workload('apps/v1', kind, { template })),
  workload('batch/v1', 'Job', { template }),
  workload('batch/v1', 'CronJob', { jobTemplate: { spec: { template } } }),
  workload(ECK, 'Beat', {
    daemonSet: { podTemplate: template },
    deployment: { podTemplate: template },
    secureSettings: [{ secretName: 'flows' }],
    elasticsearchRef: { secretName: 'flows' },
  }),
];

const key = (name: string, spec: Fields): Fields => ({
  apiVersion: 'beatkeys.dev/v1alpha1',
  kind: 'BeatApiKey',
  metadata: { name, namespace },
  spec: { preset: { beat: 'packetbeat' }, ...spec },
});
const connection = {
  apiVersion: 'beatkeys.dev/v1alpha1',
  kind: 'ElasticsearchConnection',
  metadata: { name: 'main', namespace },
  spec: {
    urls: ['https://elasticsearch.example:9200'],
    auth: { basic: { secretRef: { name: 'credential' } } },
    tls: { caRef: { kind: 'ConfigMap', name: 'authority' } },
  },
};
const withSecretCA = {
  ...connection,
  metadata: { name: 'second', namespace },
  spec: { ...connection.spec, tls: { caRef: { kind: 'Secret', name: 'certificates' } } },
};
const consumers = ['DaemonSet', 'Deployment', 'StatefulSet'].map((kind) => ({
  kind,
  name: `beat-${kind.toLowerCase()}`,
  restart: true,
}));
const resources = [
  connection,
  withSecretCA,
  key('flows', { connectionRef: { name: 'main' }, secret: { name: 'flows' }, consumers }),
  key('elsewhere', { connectionRef: { name: 'main', namespace: 'beatkeys-system' } }),
  ...pods,
];
const generators = {
  secretGenerator: ['credential', 'certificates'].map((name) => ({ name, namespace, literals: ['ca.crt=text'] })),
  configMapGenerator: [{ name: 'authority', namespace, literals: ['ca.crt=text'] }],
};

const folder = temporaryFolder('kustomize');
afterAll(() => folder.remove());

/** Writes a folder with a kustomization.yaml and these files beside it. */
async function write(
  name: string,
  kustomization: Fields,
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  const target = path.join(folder.path, name);
  await mkdir(target, { recursive: true });
  const texts = { ...files, 'kustomization.yaml': stringify(kustomization) };
  for (const [file, text] of Object.entries(texts)) await writeFile(path.join(target, file), text);
  return target;
}

/** Builds an overlay with a prefix, a suffix and a namespace. */
async function build(where: 'base' | 'overlay' | 'nowhere'): Promise<readonly Fields[]> {
  const configured = (here: string) => (here === where ? { configurations: ['namereference.yaml'] } : {});
  const all = resources.map((resource) => stringify(resource)).join('---\n');
  const base = await write(
    `${where}/base`,
    { resources: ['all.yaml'], ...generators, ...configured('base') },
    { 'all.yaml': all },
  );
  const overlay = await write(`${where}/overlay`, {
    resources: ['../base'],
    namePrefix: 'prod-',
    nameSuffix: '-eu',
    namespace: 'logging-eu',
    ...configured('overlay'),
  });
  for (const target of [base, overlay]) await copyFile(configuration, path.join(target, 'namereference.yaml'));
  const text = await mustKubectl(controlPlane(), ['kustomize', overlay]);
  return parseAllDocuments(text).map((document) => document.toJS() as Fields);
}

/** The one object of a kind whose name has this in it. */
function find(built: readonly Fields[], kind: string, part = ''): Fields {
  const found = built.filter((each) => each['kind'] === kind && nameOf(each).includes(part));
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} objects ${kind} ${part}`);
  return found[0];
}
const nameOf = (object: Fields): string => (object['metadata'] as { readonly name: string }).name;

/** How often a text stands as a whole value in an object. */
const count = (object: Fields, text: string): number => JSON.stringify(object).split(`"${text}"`).length - 1;

describe.each(['base', 'overlay'] as const)('With namereference.yaml in the %s', (where) => {
  let built: readonly Fields[];
  beforeAll(async () => {
    built = await build(where);
  });

  test.each(pods.map((each) => [each['kind'] as string, count(each, 'flows')] as const))(
    'a %s reads the Secret of the renamed key in all %i places',
    (kind, places) => {
      const found = find(built, kind);
      expect(places).toBeGreaterThanOrEqual(6);
      expect(count(found, 'flows')).toBe(0);
      expect(count(found, 'prod-flows-eu')).toBe(places);
      // Nobody knows it: it stays.
      expect(count(found, 'foreign')).toBe(count(pods.find((each) => each['kind'] === kind) ?? {}, 'foreign'));
    },
  );

  test('the key names its renamed Secret, connection and consumers', () => {
    expect(find(built, 'BeatApiKey', 'flows')).toMatchObject({
      metadata: { name: 'prod-flows-eu', namespace: 'logging-eu' },
      spec: {
        secret: { name: 'prod-flows-eu' },
        connectionRef: { name: 'prod-main-eu' },
        consumers: consumers.map(({ name }) => ({ name: `prod-${name}-eu` })),
      },
    });
  });

  test('a connection of another namespace, which is not built here, stays as it is', () => {
    expect(find(built, 'BeatApiKey', 'elsewhere')).toMatchObject({
      spec: { connectionRef: { name: 'main', namespace: 'beatkeys-system' } },
    });
  });

  test('a connection names the generated Secrets and ConfigMaps with their hashes', () => {
    const [credential, certificates] = ['credential', 'certificates'].map((name) =>
      nameOf(find(built, 'Secret', name)),
    );
    const authority = nameOf(find(built, 'ConfigMap', 'authority'));
    for (const name of [credential, certificates, authority]) expect(name).toMatch(/^prod-[a-z]+-eu-[a-z0-9]{10}$/);
    expect(find(built, 'ElasticsearchConnection', 'main')).toMatchObject({
      spec: {
        auth: { basic: { secretRef: { name: credential } } },
        tls: { caRef: { kind: 'ConfigMap', name: authority } },
      },
    });
    expect(find(built, 'ElasticsearchConnection', 'second')).toMatchObject({
      spec: { tls: { caRef: { kind: 'Secret', name: certificates } } },
    });
  });
});

test('Without it the pods go on reading a Secret that nobody makes', async () => {
  const built = await build('nowhere');
  expect(nameOf(find(built, 'BeatApiKey', 'flows'))).toBe('prod-flows-eu');
  expect(count(find(built, 'DaemonSet'), 'flows')).toBeGreaterThanOrEqual(6);
});
