import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from '../../testbed/leftovers.ts';

/** A kubeconfig for an API server, or for what stands in front of it. */
export interface Kubeconfig extends AsyncDisposable {
  readonly path: string;
}

/** Writes one; `ca` is left out for what speaks plain HTTP. */
export async function writeKubeconfig(url: string, token: string, ca?: string): Promise<Kubeconfig> {
  const folder = temporaryFolder('kubeconfig');
  const file = path.join(folder.path, 'kubeconfig');
  const trust =
    ca === undefined
      ? { 'insecure-skip-tls-verify': true }
      : { 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'trouble',
    clusters: [{ name: 'trouble', cluster: { server: url, ...trust } }],
    users: [{ name: 'trouble', user: { token } }],
    contexts: [{ name: 'trouble', context: { cluster: 'trouble', user: 'trouble' } }],
  };
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  return { path: file, [Symbol.asyncDispose]: folder.remove };
}
