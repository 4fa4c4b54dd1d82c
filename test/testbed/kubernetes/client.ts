import path from 'node:path';
import { finish } from '../command.ts';
import type { ControlPlane, ControlPlaneAddress } from '../servers.ts';

/**
 * What tests do with a control plane that runs. What kubectl learns of its kinds is kept beside the kubeconfig: in the
 * user's own cache it would outlive the server, and hide the CRDs from a user who takes the same server a moment later.
 */
export function connectControlPlane(
  address: ControlPlaneAddress,
  cacheFolder = path.join(path.dirname(address.kubeconfig), 'kubectl-cache'),
): ControlPlane {
  const flags = [`--kubeconfig=${address.kubeconfig}`, `--cache-dir=${cacheFolder}`];
  return {
    ...address,
    kubectl: (args, options = {}) => finish(address.kubectlPath, [...flags, ...args], options),
  };
}

/** Runs kubectl and throws with what it said when it fails. */
export async function mustKubectl(plane: ControlPlane, args: readonly string[], input?: string): Promise<string> {
  const { stdout, stderr, code } = await plane.kubectl(args, input === undefined ? {} : { input });
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${stderr.trim()}`);
  return stdout;
}

/** Installs every CustomResourceDefinition of a folder and waits until they can be used. */
export async function installCrds(plane: ControlPlane, folder: string): Promise<void> {
  await mustKubectl(plane, ['apply', '--server-side', '--force-conflicts', '-f', folder]);
  await mustKubectl(plane, ['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
}

/** A kubeconfig with one cluster, one user and one context. */
export function renderKubeconfig({ url, ca, token }: { url: string; ca: string; token: string }): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'testbed',
    clusters: [
      { name: 'testbed', cluster: { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') } },
    ],
    users: [{ name: 'testbed', user: { token } }],
    contexts: [{ name: 'testbed', context: { cluster: 'testbed', user: 'testbed', namespace: 'default' } }],
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}
