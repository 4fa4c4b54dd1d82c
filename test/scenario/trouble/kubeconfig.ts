import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from '../../testbed/leftovers.ts';
import { renderKubeconfig } from '../../testbed/kubernetes/client.ts';

/** A kubeconfig for an API server, or for what stands in front of it. */
export interface Kubeconfig extends AsyncDisposable {
  readonly path: string;
}

/** Writes one; `ca` is empty for what speaks plain HTTP. */
export async function writeKubeconfig(url: string, token: string, ca = ''): Promise<Kubeconfig> {
  const folder = temporaryFolder('kubeconfig');
  const file = path.join(folder.path, 'kubeconfig');
  await writeFile(file, renderKubeconfig({ url, ca, token }), { mode: 0o600 });
  return { path: file, [Symbol.asyncDispose]: folder.remove };
}
