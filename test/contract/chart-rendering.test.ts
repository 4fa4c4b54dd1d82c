import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { CUSTOM_RESOURCE_DEFINITIONS } from '../../src/api/crd.ts';
import {
  CHART,
  deploymentOf,
  parseObjects,
  RELEASE,
  renderChart,
  settingValues,
  type ChartObject,
  type ChartValues,
} from '../rights/chart.ts';
import { output } from '../testbed/command.ts';
import { controlPlane } from '../testbed/current.ts';

/** What the chart makes of values, by Helm and without a server. */

const NAMESPACE = 'beatkeys-system';
const { helmPath } = controlPlane();
const render = (values?: ChartValues, more?: readonly string[]) => renderChart(helmPath, NAMESPACE, values, more);
/** Without the definitions, which are long. */
const renderOperator = (values?: ChartValues, more?: readonly string[]) =>
  render({ ...values, crds: { enabled: false } }, more);

describe('What is made of values', () => {
  test('is the same each time', async () => {
    const args = [
      'template',
      RELEASE,
      CHART,
      ...settingValues({ podLabels: { b: '1', a: '2' }, commonLabels: { c: '3' } }),
    ];
    const [one, other] = await Promise.all([output(helmPath, args), output(helmPath, args)]);
    expect(one === other).toBe(true);
  });

  test('asks no cluster, and makes nothing up', () => {
    const files = globSync('templates/**/*.{yaml,tpl,txt}', { cwd: CHART });
    expect(files.length).toBeGreaterThan(10);
    const calls = /\b(lookup|rand\w+|uuidv4|now|date\w*|gen[A-Z]\w+|derivePassword|getHostByName|bcrypt|htpasswd)\b/g;
    for (const file of files) {
      const actions = readFileSync(path.join(CHART, file), 'utf8').match(/\{\{.*?\}\}/gs) ?? [];
      const made = actions
        .filter((action) => !/^\{\{-? ?\/\*/.test(action))
        .flatMap((action) => action.match(calls) ?? []);
      expect({ file, made }).toEqual({ file, made: [] });
    }
  });

  test('has no hook but the test', async () => {
    const hooks = (await render()).flatMap((object) => {
      const { annotations = {} } = object.metadata as { readonly annotations?: Readonly<Record<string, string>> };
      return annotations['helm.sh/hook'] ?? [];
    });
    expect(hooks).toEqual(['test']);
  });

  test('is in the namespace of the release, or in none', async () => {
    const places = (await render()).map(({ metadata }) => metadata.namespace);
    expect(new Set(places)).toEqual(new Set([NAMESPACE, undefined]));
  });

  test('never changes the selectors with the labels', async () => {
    const selector = { 'app.kubernetes.io/name': 'beatkeys', 'app.kubernetes.io/instance': RELEASE };
    const wanted = { ...selector, 'app.kubernetes.io/component': 'operator' };
    const labels = { team: 'a' };
    const { spec } = deploymentOf(await renderOperator({ commonLabels: labels, podLabels: { app: 'b' } }));
    expect(spec['selector']).toEqual({ matchLabels: wanted });
    expect(spec.template.metadata.labels).toMatchObject({ ...wanted, ...labels, app: 'b' });
  });
});

describe('The definitions', () => {
  const definitions = async (values?: ChartValues) =>
    (await render(values)).filter(({ kind }) => kind === 'CustomResourceDefinition');
  const annotation = ({ metadata }: ChartObject): unknown =>
    (metadata as { readonly annotations?: object }).annotations;

  test('are those of the source, and Helm and Argo CD keep them', async () => {
    const made = await definitions();
    const plain = made.map(({ metadata, ...others }) => ({ ...others, metadata: { name: metadata.name } }));
    expect(plain).toEqual(JSON.parse(JSON.stringify(CUSTOM_RESOURCE_DEFINITIONS)));
    expect(made.map(annotation)).toEqual(made.map(() => ({ 'helm.sh/resource-policy': 'keep' })));
  });

  test('are the same in the chart that has them alone', async () => {
    const alone = (...more: readonly string[]) =>
      output(helmPath, ['template', RELEASE, `${CHART}-crds`, ...more]).then(parseObjects);
    const without = (objects: readonly ChartObject[]) =>
      objects.map((object) => ({ ...object, metadata: [object.metadata.name, annotation(object)] }));
    expect(without(await alone())).toEqual(without(await definitions()));
    expect((await alone('--set=keep=false')).map(annotation)).toEqual([undefined, undefined]);
  });

  test('can be given up with the release, or be left to others', async () => {
    const given = await definitions({ crds: { keep: false } });
    expect(given.map(annotation)).toEqual(given.map(() => undefined));
    expect(given).toHaveLength(CUSTOM_RESOURCE_DEFINITIONS.length);
    expect(await definitions({ crds: { enabled: false } })).toEqual([]);
  });
});

describe("The account's token", () => {
  const podOf = async (values?: ChartValues) => deploymentOf(await renderOperator(values)).spec.template.spec;

  test("is in the operator's container alone", async () => {
    const pod = await podOf();
    expect(pod['automountServiceAccountToken']).toBe(false);
    expect(pod.containers[0]?.['volumeMounts']).toEqual([
      { name: 'kubernetes-api', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
    ]);
  });

  test('is mounted by Kubernetes where that is wanted', async () => {
    const pod = await podOf({ serviceAccount: { automount: true } });
    expect(pod).toMatchObject({ automountServiceAccountToken: true });
    expect(pod['volumes'] ?? pod.containers[0]?.['volumeMounts']).toBeUndefined();
  });
});

test.for<readonly [ChartValues, string]>([
  [{ image: { registry: 'mirror.example/team', tag: '1.2.3' } }, 'mirror.example/team/beatkeys/beatkeys:1.2.3'],
  [{ image: { registry: '', repository: 'beatkeys' } }, 'beatkeys:0.1.0'],
  [{ image: { tag: 'a', digest: `sha256:${'1'.repeat(64)}` } }, `ghcr.io/beatkeys/beatkeys@sha256:${'1'.repeat(64)}`],
  [{ global: { imageRegistry: 'mirror.example/' } }, 'mirror.example/beatkeys/beatkeys:0.1.0'],
])('%j is the image', async ([values, image]) => {
  const [container] = deploymentOf(await renderOperator(values)).spec.template.spec.containers;
  expect(container?.image).toBe(image);
});

test.for<readonly [string, readonly string[], object]>([
  ['auto', [], { runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532 }],
  ['auto', ['--api-versions', 'security.openshift.io/v1'], {}],
  ['always', [], {}],
  ['never', ['--api-versions', 'security.openshift.io/v1'], { runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532 }],
])('OpenShift chooses the ids: %s %j', async ([openshift, more, ids]) => {
  const { spec } = deploymentOf(await renderOperator({ openshift }, more)).spec.template;
  const rest = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
  expect(spec['securityContext']).toEqual({ ...rest, ...ids });
});
