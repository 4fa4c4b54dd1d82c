import path from 'node:path';
import { goTools } from '../go-tools.ts';
import { withProgress } from '../progress.ts';
import type { Progress } from '../progress.ts';

/** Path of Helm 3, built from the Go modules that go.mod beside this file names. Cold, that takes some minutes on two cores. */
export async function helm3Binary(progress: Progress): Promise<string> {
  const folder = await goTools(
    {
      name: 'helm3',
      module: import.meta.dirname,
      inTheBackground: true,
      build: async (go, into) => {
        const version = (await go('list', '-m', '-f', '{{.Version}}', 'helm.sh/helm/v3')).trim();
        // Without it, Helm calls itself v3.0 and refuses charts by their kubeVersion.
        const says = `-s -w -X helm.sh/helm/v3/internal/version.version=${version}`;
        await withProgress(progress, `building Helm ${version} (minutes, the first time)`, () =>
          go('build', '-trimpath', '-o', `${into}/`, '-ldflags', says, 'tool'),
        );
      },
    },
    progress,
  );
  return path.join(folder, 'helm');
}
