import { stringify } from 'yaml';
import { withChart, type Manifest } from './chart-rendering.ts';
import type { GeneratedFile } from './generator.ts';
import { mergePatch } from './kustomize-patch.ts';
import { BASE_VALUES, NAMESPACE, PARTS, type Part } from './kustomize-parts.ts';

const FOLDER = 'deploy/kustomize';
const MADE = 'Made from helm/beatkeys by `npm run generate`.';

/** `deploy/kustomize`: the chart with its defaults as a base, and what values add to it as components. */
export async function kustomize(): Promise<readonly GeneratedFile[]> {
  return withChart(NAMESPACE, async (render) => {
    const all = await render(BASE_VALUES);
    const isDefinition = ({ kind }: Manifest): boolean => kind === 'CustomResourceDefinition';
    const base = all.filter((object) => !isDefinition(object));
    const parts = await Promise.all(
      PARTS.map(async (part) => {
        const values = { ...BASE_VALUES, ...part.values, crds: { enabled: false } };
        return partFiles(part, base, await render(values));
      }),
    );
    return [
      file('crds/definitions.yaml', MADE, all.filter(isDefinition)),
      file('crds/kustomization.yaml', 'The kinds alone, for those who install them apart from the operator.', [
        kustomization('Kustomization', { resources: ['definitions.yaml'] }),
      ]),
      file('base/operator.yaml', MADE, base),
      file('base/namespace.yaml', 'The pods of the operator satisfy the strictest of the Pod Security Standards.', [
        ownNamespace,
      ]),
      file('base/kustomization.yaml', 'The operator for the whole cluster, with its kinds.', [
        kustomization('Kustomization', {
          resources: ['../crds', 'namespace.yaml', 'operator.yaml'],
          configurations: ['references.yaml'],
        }),
      ]),
      file('base/references.yaml', 'A `namespace:` of an overlay is followed to where the namespace is named.', [
        references,
      ]),
      ...parts.flat(),
    ];
  });
}

const ownNamespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: NAMESPACE,
    labels: {
      'app.kubernetes.io/name': 'beatkeys',
      'app.kubernetes.io/instance': 'beatkeys',
      'pod-security.kubernetes.io/enforce': 'restricted',
    },
  },
};

const references = {
  nameReference: [
    {
      kind: 'Namespace',
      version: 'v1',
      fieldSpecs: [
        { kind: 'Role', group: 'rbac.authorization.k8s.io', path: 'rules/resourceNames' },
        { kind: 'PodMonitor', group: 'monitoring.coreos.com', path: 'spec/namespaceSelector/matchNames' },
      ],
    },
  ],
};

function partFiles(
  { name, about }: Part,
  base: readonly Manifest[],
  wanted: readonly Manifest[],
): readonly GeneratedFile[] {
  const same = (one: Manifest) => (other: Manifest) => identity(one) === identity(other);
  const added = wanted.filter((object) => !base.some(same(object)));
  const patches = base.flatMap((object): readonly object[] => {
    const { apiVersion, kind, metadata } = object;
    const found = wanted.find(same(object));
    if (found === undefined) return [{ $patch: 'delete', apiVersion, kind, metadata: placeOf(metadata) }];
    const patch = mergePatch(object, found);
    if (patch === undefined) return [];
    const { metadata: changes = {}, ...others } = patch;
    return [{ apiVersion, kind, metadata: { ...placeOf(metadata), ...(changes as object) }, ...others }];
  });
  const folder = `components/${name}`;
  return [
    file(`${folder}/kustomization.yaml`, about, [
      kustomization('Component', {
        ...(added.length === 0 ? {} : { resources: ['added.yaml'] }),
        ...(patches.length === 0 ? {} : { patches: [{ path: 'patches.yaml' }] }),
      }),
    ]),
    ...(added.length === 0 ? [] : [file(`${folder}/added.yaml`, MADE, added)]),
    ...(patches.length === 0 ? [] : [file(`${folder}/patches.yaml`, MADE, patches)]),
  ];
}

const identity = ({ apiVersion, kind, metadata: { name, namespace = '' } }: Manifest): string =>
  [apiVersion, kind, namespace, name].join(' ');

const placeOf = ({ name, namespace }: Manifest['metadata']): object => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
});

const kustomization = (kind: 'Kustomization' | 'Component', fields: object): object => ({
  apiVersion: `kustomize.config.k8s.io/${kind === 'Component' ? 'v1alpha1' : 'v1beta1'}`,
  kind,
  ...fields,
});

function file(name: string, about: string, objects: readonly object[]): GeneratedFile {
  const texts = objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }));
  return { path: `${FOLDER}/${name}`, content: `${comment(about)}${texts.join('---\n')}` };
}

/** Lines of 120 characters at most. */
function comment(text: string): string {
  const lines = text.split(' ').reduce<readonly string[]>((all, word) => {
    const last = all.at(-1);
    return last === undefined || last.length + word.length > 117
      ? [...all, `# ${word}`]
      : all.with(-1, `${last} ${word}`);
  }, []);
  return `${lines.join('\n')}\n`;
}
