import path from 'node:path';
import { controlPlane } from '../../testbed/current.ts';
import { installCrds, mustKubectl } from '../../testbed/kubernetes/client.ts';
import { startNewestApiServer } from '../../testbed/own.ts';
import type { ControlPlane } from '../../testbed/servers.ts';

/** The folder with the definitions of both kinds. */
export const CRDS = path.resolve(import.meta.dirname, '../../../crds');

/** API servers that know both kinds. */
export interface KubernetesVersions extends AsyncDisposable {
  /** For `describe.each`: what the server says it is, and the server. */
  readonly each: readonly (readonly [version: string, plane: ControlPlane])[];
}

/** The API server of the run, the oldest, and one of the newest Kubernetes where the test bed has that. Close it. */
export async function openKubernetesVersions(): Promise<KubernetesVersions> {
  const newest = await startNewestApiServer({ crds: CRDS });
  await installCrds(controlPlane(), CRDS);
  const planes = [controlPlane(), ...(newest === undefined ? [] : [newest])];
  return {
    each: await Promise.all(planes.map(async (plane) => [await versionOf(plane), plane] as const)),
    [Symbol.asyncDispose]: async () => newest?.stop(),
  };
}

/** As `v1.35.4`. */
export async function versionOf(plane: ControlPlane): Promise<string> {
  const { gitVersion } = JSON.parse(await mustKubectl(plane, ['get', '--raw', '/version'])) as { gitVersion: string };
  return gitVersion;
}
