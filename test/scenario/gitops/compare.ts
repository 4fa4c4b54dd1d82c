import type { Comparison, GitOps } from '../../gitops/gitops.ts';
import { mustKubectl } from '../../testbed/kubernetes/client.ts';
import type { ControlPlane } from '../../testbed/servers.ts';
import type { Manifest } from '../manifests.ts';
import { listOf } from './ways.ts';

const MANAGER = 'argocd-controller';
const DRY_RUN = ['apply', '--server-side', '--dry-run=server', '--force-conflicts', `--field-manager=${MANAGER}`];

/** What Argo CD says of objects of Git that are all live, in their order. */
export async function compareWithGit(
  gitops: GitOps,
  plane: ControlPlane,
  wanted: readonly Manifest[],
): Promise<readonly Comparison[]> {
  const items = async (args: readonly string[]): Promise<readonly object[]> => {
    const text = await mustKubectl(plane, [...args, '-o', 'json', '--show-managed-fields', '-f', '-'], listOf(wanted));
    const found = JSON.parse(text) as { readonly kind: string; readonly items?: readonly object[] };
    return found.kind === 'List' ? (found.items ?? []) : [found];
  };
  let live = await items(['get']);
  for (;;) {
    const applied = await items(DRY_RUN);
    const after = await items(['get']);
    // A status that changed meanwhile would be a difference between the two.
    if (JSON.stringify(after) === JSON.stringify(live)) {
      return gitops.compare(
        wanted.map((each, index) => ({ wanted: each, live: live[index] ?? {}, applied: applied[index] ?? {} })),
      );
    }
    live = after;
  }
}
