import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { withChart, type Manifest } from '../../scripts/generators/chart-rendering.ts';
import { BASE_VALUES, NAMESPACE, PARTS } from '../../scripts/generators/kustomize-parts.ts';
import { parseObjects } from '../rights/chart.ts';
import { controlPlane, createNamespace } from '../testbed/current.ts';
import { mustKubectl } from '../testbed/kubernetes/client.ts';
import { temporaryFolder } from '../testbed/leftovers.ts';

/** The base and its components, built and applied by kubectl. */

const source = path.resolve(import.meta.dirname, '../../deploy/kustomize');
const plane = controlPlane();
const [own, other] = await Promise.all([createNamespace('kustomize'), createNamespace('kustomize-served')]);
const folder = temporaryFolder('kustomize-base');
const copy = path.join(folder.path, 'kustomize');
const rendered = new Map<string, readonly Manifest[]>();

/** A copy for namespaces that are there, as the page of the component says that one makes it. */
beforeAll(async () => {
  await cp(source, copy, { recursive: true });
  for (const name of await readdir(copy, { recursive: true })) {
    if (!name.endsWith('.yaml')) continue;
    const text = await readFile(path.join(copy, name), 'utf8');
    const here = text.replaceAll(NAMESPACE, own.name).replaceAll(/\blogging\b/g, other.name);
    await writeFile(path.join(copy, name), here);
  }
  await withChart(own.name, async (render) => {
    rendered.set('', await render(BASE_VALUES));
    for (const { name, values } of PARTS) {
      const { watchNamespaces } = values as { readonly watchNamespaces?: readonly string[] };
      const served = watchNamespaces === undefined ? {} : { watchNamespaces: [own.name, other.name] };
      rendered.set(name, await render({ ...BASE_VALUES, ...values, ...served, crds: { enabled: false } }));
    }
  });
});
afterAll(async () => {
  await Promise.all([own.remove(), other.remove(), folder.remove()]);
});

/** Writes an overlay of the base and gives its folder. */
async function overlay(name: string, fields: object): Promise<string> {
  const target = path.join(copy, 'overlays', name);
  await mkdir(target, { recursive: true });
  await writeFile(path.join(target, 'kustomization.yaml'), stringify({ resources: ['../../base'], ...fields }));
  return target;
}

/** What kubectl builds; without the definitions, which are long, where they are not what it is about. */
async function build(target: string, definitions = false) {
  const texts = (await mustKubectl(plane, ['kustomize', target])).split(/^---$/m);
  const wanted = texts.filter((text) => definitions || !/^kind: CustomResourceDefinition$/m.test(text));
  return parseObjects(wanted.join('---\n'));
}

/** Everything by kind, namespace and name; in a list of environment variables the order means nothing. */
function byName(objects: readonly object[]): object {
  const entries = (objects as readonly Manifest[]).map((object) => {
    const { kind, metadata } = object;
    const text = JSON.stringify(object, (key, value: unknown) =>
      key === 'env' ? (value as readonly { readonly name: string }[]).toSorted(byText) : value,
    );
    return [[kind, metadata.namespace ?? '', metadata.name].join(' '), JSON.parse(text) as unknown] as const;
  });
  expect(new Set(entries.map(([key]) => key)).size).toBe(entries.length);
  return Object.fromEntries(entries);
}
const byText = (one: { readonly name: string }, two: { readonly name: string }): number =>
  one.name < two.name ? -1 : 1;

/** Of the Prometheus Operator the API server knows nothing; what it says of its kinds is tried elsewhere. */
const isKnown = ({ apiVersion }: { readonly apiVersion: string }): boolean =>
  !apiVersion.startsWith('monitoring.coreos.com');

const withoutNamespace = (objects: readonly { readonly kind: string }[]) =>
  objects.filter(({ kind }) => kind !== 'Namespace');

/** What the API server says where kubectl applies objects, or a folder. */
async function expectAccepted(what: readonly object[] | string): Promise<void> {
  const from = typeof what === 'string' ? ['-k', what] : ['-f', '-'];
  const options =
    typeof what === 'string' ? {} : { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: what }) };
  const { code, stderr } = await plane.kubectl(['apply', '--dry-run=server', ...from], options);
  expect({ code, stderr: stderr.replaceAll(/^Warning: .*last-applied-configuration.*\n/gm, '') }).toEqual({
    code: 0,
    stderr: '',
  });
}

test('The base is the chart with its defaults, and kubectl applies it', async () => {
  const base = path.join(copy, 'base');
  const built = await build(base, true);
  expect(built.filter(({ kind }) => kind === 'Namespace')).toHaveLength(1);
  expect(byName(withoutNamespace(built))).toEqual(byName(rendered.get('') ?? []));
  await expectAccepted(base);
});

describe.for(PARTS)('The component $name', ({ name }) => {
  test('makes what its values make of the chart, and kubectl applies it', async () => {
    const built = await build(await overlay(name, { components: [`../../components/${name}`] }));
    expect(byName(withoutNamespace(built))).toEqual(byName(rendered.get(name) ?? []));
    const base = byName(rendered.get('') ?? []) as Readonly<Record<string, unknown>>;
    const changed = Object.entries(byName(built)).filter(([key, object]) => !isDeepStrictEqual(object, base[key]));
    expect(changed.length).toBeGreaterThan(1);
    await expectAccepted(changed.map(([, object]) => object as Manifest).filter(isKnown));
  });
});

/** In the whole cluster. */
const together = PARTS.filter(({ name }) => name !== 'listed-namespaces').map(({ name }) => `../../components/${name}`);

test('Components go together', async () => {
  await expectAccepted((await build(await overlay('together', { components: together }))).filter(isKnown));
});

test('There is a part for every component', async () => {
  expect((await readdir(path.join(source, 'components'))).toSorted()).toEqual(PARTS.map(({ name }) => name));
});

test('An overlay moves the operator into another namespace, with all that names it', async () => {
  const fields = { namespace: other.name, namePrefix: 'edge-', components: together };
  const built = await build(await overlay('moved', fields));
  // Nothing follows a name into the expressions of alerts.
  expect(JSON.stringify(built.filter(({ kind }) => kind !== 'PrometheusRule'))).not.toContain(own.name);
  const named = (kind: string, name: string) =>
    built.find((object) => object.kind === kind && object.metadata.name.endsWith(name));
  expect(named('Namespace', other.name)?.metadata.name).toContain(other.name);
  expect(named('Role', '-installation')).toMatchObject({
    metadata: { namespace: other.name },
    rules: [{ resources: ['namespaces'], resourceNames: [other.name] }],
  });
  const bindings = built.filter(({ kind }) => kind.endsWith('RoleBinding'));
  expect(bindings.length).toBeGreaterThan(5);
  for (const binding of bindings) {
    expect(binding).toMatchObject({
      roleRef: { name: binding.metadata.name },
      subjects: [{ name: 'edge-beatkeys', namespace: other.name }],
    });
  }
});
