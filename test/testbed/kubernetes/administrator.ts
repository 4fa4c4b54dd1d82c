import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Progress } from '../progress.ts';
import type { ControlPlane } from '../servers.ts';
import { connectControlPlane, mustKubectl, renderKubeconfig } from './client.ts';
import { clients } from './kubectl.ts';

/** What `kubectl config view --raw --minify --flatten` shows of the current context. */
interface View {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data'?: string };
  }[];
}

/**
 * A cluster that somebody else made, with a ServiceAccount of its own for the tests: a kubeconfig may hold a client
 * certificate or a program to run, and tests want one token. `leave` takes the ServiceAccount away again.
 */
export async function administer(
  kubeconfig: string,
  folder: string,
  progress: Progress,
): Promise<{ plane: ControlPlane; leave: () => Promise<void> }> {
  const { kubectl, helm } = await clients(progress);
  const paths = { kubectlPath: kubectl, helmPath: helm, playedNodes: false };
  const given = connectControlPlane(
    { ...paths, kubeconfig, url: '', token: '', ca: '' },
    path.join(folder, 'kubectl-cache'),
  );
  const config = await mustKubectl(given, ['config', 'view', '--raw', '--minify', '--flatten', '-o', 'json']);
  const cluster = (JSON.parse(config) as View).clusters[0]?.cluster;
  if (cluster === undefined) throw new Error(`The kubeconfig ${kubeconfig} has no current context.`);
  const namespace = `beatkeys-testbed-${randomBytes(4).toString('hex')}`;
  const administrator = JSON.stringify(administratorIn(namespace));
  await mustKubectl(given, ['create', '-f', '-'], administrator);
  const token = await mustKubectl(given, ['create', 'token', 'admin', '-n', namespace, '--duration=24h']);
  const address = {
    url: cluster.server,
    token: token.trim(),
    ca: Buffer.from(cluster['certificate-authority-data'] ?? '', 'base64').toString(),
  };
  const own = path.join(folder, 'kubeconfig');
  await writeFile(own, renderKubeconfig(address), { mode: 0o600 });
  return {
    plane: connectControlPlane({ ...paths, ...address, kubeconfig: own }),
    leave: async () => {
      await mustKubectl(given, ['delete', '--wait=false', '--ignore-not-found', '-f', '-'], administrator);
    },
  };
}

function administratorIn(namespace: string): object {
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'admin', namespace } },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: namespace },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ kind: 'ServiceAccount', name: 'admin', namespace }],
      },
    ],
  };
}
