import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { output } from '../../testbed/command.ts';
import { temporaryFolder } from '../../testbed/leftovers.ts';
import { mustKubectl } from '../../testbed/kubernetes/client.ts';
import type { ControlPlane } from '../../testbed/servers.ts';
import type { Manifest } from '../manifests.ts';

/** How objects come from Git into the cluster. */
export interface Way {
  /** Whose server-side comparison counts: a manager that applied more than Git has would find that missing. */
  readonly manager: string;
  /** Whether it marks what it applies as Argo CD's. */
  readonly isArgoCD: boolean;
  /** Applies all that Git has now. */
  apply(plane: ControlPlane, manifests: readonly Manifest[]): Promise<void>;
}

export const listOf = (items: readonly object[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

const clientSide: Way = {
  manager: 'argocd-controller',
  isArgoCD: true,
  apply: async (plane, manifests) => void (await mustKubectl(plane, ['apply', '-f', '-'], listOf(manifests))),
};

const serverSide: Way = {
  manager: 'argocd-controller',
  isArgoCD: true,
  apply: async (plane, manifests) =>
    void (await mustKubectl(
      plane,
      ['apply', '--server-side', '--field-manager=argocd-controller', '-f', '-'],
      listOf(manifests),
    )),
};

/** Helm 4 applies server-side, with labels and annotations of its own. It fails where another manager has changed what the chart says. */
const helm: Way = {
  manager: 'kubectl',
  isArgoCD: false,
  apply: async (plane, manifests) => {
    const chart = temporaryFolder('chart');
    try {
      await mkdir(path.join(chart.path, 'templates'));
      const documents = manifests.map((manifest) => JSON.stringify(manifest)).join('\n---\n');
      await writeFile(path.join(chart.path, 'Chart.yaml'), 'apiVersion: v2\nname: examples\nversion: 1.0.0\n');
      // Not a template itself: the examples have braces of their own.
      await writeFile(path.join(chart.path, 'all.yaml'), documents);
      await writeFile(path.join(chart.path, 'templates/all.yaml'), '{{ .Files.Get "all.yaml" }}\n');
      const [namespace = ''] = manifests.map(({ metadata }) => metadata.namespace);
      const flags = ['--namespace', namespace, '--kubeconfig', plane.kubeconfig];
      const env = { ...process.env, HELM_CACHE_HOME: chart.path, HELM_CONFIG_HOME: chart.path };
      await output(plane.helmPath, ['upgrade', '--install', 'examples', chart.path, ...flags], { env });
    } finally {
      await chart.remove();
    }
  },
};

/** By what the tests call them. */
export const WAYS = { 'client-side apply': clientSide, 'server-side apply': serverSide, Helm: helm } as const;
