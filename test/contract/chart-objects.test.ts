import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  CHART,
  deploymentOf,
  parseObjects,
  RELEASE,
  renderChart,
  type ChartObject,
  type ChartValues,
} from '../rights/chart.ts';
import { output } from '../testbed/command.ts';
import { controlPlane, createNamespace } from '../testbed/current.ts';
import { mustKubectl } from '../testbed/kubernetes/client.ts';
import { pairwise } from './pairs.ts';

/** What the API server says of what the chart makes, in a namespace with the strictest of the Pod Security Standards. */

const plane = controlPlane();
const namespace = await createNamespace('chart');
const render = (values?: ChartValues, more?: readonly string[]) =>
  renderChart(plane.helmPath, namespace.name, values, more);
/** Without the definitions, which are long. */
const renderOperator = (values?: ChartValues, more?: readonly string[]) =>
  render({ ...values, crds: { enabled: false } }, ['--skip-tests', ...(more ?? [])]);

beforeAll(async () => {
  const level = ['enforce', 'warn'].map((mode) => `pod-security.kubernetes.io/${mode}=restricted`);
  await mustKubectl(plane, ['label', 'namespace', namespace.name, ...level]);
});
afterAll(() => namespace.remove());

/** The pods of the release, as objects of their own: admission warns of a Deployment and refuses a Pod. */
function podsOf(objects: readonly ChartObject[], name = 'probe'): readonly object[] {
  const { metadata, spec } = deploymentOf(objects).spec.template;
  return [{ apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name, namespace: namespace.name }, spec }];
}

/** What the API server says of objects: nothing, if it takes them. */
async function complaints(objects: readonly object[]): Promise<string> {
  const apply = ['apply', '--server-side', '--force-conflicts', '--dry-run=server', '-f', '-'];
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  const { code, stderr } = await plane.kubectl(apply, { input });
  return code === 0 ? stderr : `${code}: ${stderr}`;
}

/** Choices that meet each other in pairs; no two factors set the same value. */
const FACTORS: readonly (readonly ChartValues[])[] = [
  [{}, { replicaCount: 2, podDisruptionBudget: { enabled: true, minAvailable: '50%' } }],
  [{}, { watchNamespaces: [namespace.name, 'default'] }],
  [{}, { rbac: { restartConsumers: true, aggregateToView: false } }, { rbac: { create: false } }],
  [
    {},
    { serviceAccount: { automount: true, annotations: { 'example.com/role': 'a' }, labels: { team: 'a' } } },
    { serviceAccount: { create: false, name: 'default' } },
  ],
  [
    {},
    {
      networkPolicy: {
        enabled: true,
        ingress: { from: [{ podSelector: { matchLabels: { app: 'prometheus' } } }] },
        egress: { apiServer: { to: [{ ipBlock: { cidr: '192.0.2.0/28' } }] }, extra: [{ ports: [{ port: 443 }] }] },
      },
    },
  ],
  [{}, { openshift: 'always' }],
  [
    {},
    { image: { digest: `sha256:${'0'.repeat(64)}` } },
    { global: { imageRegistry: 'mirror.example', imagePullSecrets: [{ name: 'pull' }] } },
  ],
  [
    {},
    {
      tolerations: [{ key: 'dedicated', operator: 'Exists' }],
      affinity: { podAntiAffinity: {} },
      topologySpreadConstraints: [{ topologyKey: 'zone', maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' }],
      priorityClassName: 'system-cluster-critical',
      hostUsers: false,
      dnsPolicy: 'None',
      dnsConfig: { nameservers: ['192.0.2.53'], options: [{ name: 'ndots', value: '1' }] },
      hostAliases: [{ ip: '192.0.2.9', hostnames: ['elasticsearch.example'] }],
    },
  ],
  [
    {},
    {
      extraEnv: [{ name: 'NODE_EXTRA_CA_CERTS', value: '/ca/ca.crt' }],
      extraVolumes: [{ name: 'ca', configMap: { name: 'ca' } }],
      extraVolumeMounts: [{ name: 'ca', mountPath: '/ca', readOnly: true }],
      extraObjects: [
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'ca', namespace: namespace.name } },
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: "{{ .Release.Name }}-more", namespace: default }',
      ],
    },
  ],
  [
    {},
    {
      fullnameOverride: 'a'.repeat(63),
      commonLabels: { team: 'platform' },
      podLabels: { team: 'edge', app: 'beatkeys' },
      podAnnotations: { 'example.com/scrape': 'true' },
      deploymentAnnotations: { 'example.com/owner': 'platform' },
    },
  ],
  [{}, { strategy: { type: 'Recreate' } }, { terminationGracePeriodSeconds: 60 }],
  [{}, { metrics: { service: { enabled: false } } }, { metrics: { service: { annotations: { a: 'b' }, port: 80 } } }],
];
const chosen = pairwise(FACTORS);
const rows = chosen.map((choices): ChartValues => Object.assign({}, ...choices) as ChartValues);

/** What the files in `profiles` make, with namespaces that are there. */
async function renderProfile(file: string): Promise<readonly ChartObject[]> {
  const values = readFileSync(path.join(CHART, file), 'utf8').replaceAll(
    '[beatkeys-system, logging]',
    `[${namespace.name}, default]`,
  );
  const args = ['template', RELEASE, CHART, '--namespace', namespace.name, '--skip-tests', '--values', '-'];
  return parseObjects(await output(plane.helmPath, [...args, '--set=crds.enabled=false'], { input: values }));
}

test('Every two choices meet', () => {
  const apart = FACTORS.flatMap((choices, one) =>
    FACTORS.flatMap((others, other) =>
      choices.flatMap((first) =>
        others.filter((second) => one < other && !chosen.some((row) => row[one] === first && row[other] === second)),
      ),
    ),
  );
  expect(apart).toEqual([]);
});

describe('The API server takes, and Pod Security lets run', () => {
  const profiles = globSync('profiles/*.yaml', { cwd: CHART }).toSorted();

  test(`${rows.length} choices of values in which every two meet, and the values in profiles`, async () => {
    const cases: { readonly name: string; readonly objects: readonly object[] }[] = [];
    const add = (name: string, objects: readonly ChartObject[]): void =>
      void cases.push({ name, objects: [...objects, ...podsOf(objects, `probe-${cases.length}`)] });
    for (const values of rows) {
      add(JSON.stringify(values), await renderOperator(values));
    }
    expect(profiles.length).toBeGreaterThan(3);
    for (const file of profiles) add(file, await renderProfile(file));
    const distinct = new Map(cases.flatMap(({ objects }) => objects.map((each) => [JSON.stringify(each), each])));
    const found = await complaints([...distinct.values()]);
    // One request for all is quick; where there is something to say, each tells it of itself.
    const whose = found === '' ? [] : cases;
    for (const { name, objects } of whose)
      expect({ name, says: await complaints(objects) }).toEqual({ name, says: '' });
    expect(found).toBe('');
  });

  test('the definitions and the pod of `helm test`', async () => {
    const objects = await render();
    const pods = objects.filter(({ kind }) => kind === 'Pod');
    expect(pods).toHaveLength(1);
    const definitions = objects.filter(({ kind }) => kind === 'CustomResourceDefinition');
    expect(await complaints([...definitions, ...pods])).toBe('');
  });

  test('no pod that gives up what makes it safe', async () => {
    const objects = await renderOperator({ securityContext: { allowPrivilegeEscalation: true } });
    expect(await complaints(podsOf(objects))).toContain('violates PodSecurity "restricted:latest"');
  });
});
